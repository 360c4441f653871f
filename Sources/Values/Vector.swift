// Contiguous memory of one trivial type: the cell of which columns are made.
// In: a count. Out: memory that is written once and then shared. Never grows: builders do that.

/// A fixed-size array of a trivial type with `slack` readable bytes after its end, so that kernels may load and store
/// whole machine words.
///
/// Whoever makes a vector fills it before handing it on; from then on nobody writes to it, which is why it may cross
/// threads. Pointers into it are valid only while the vector lives: hold it with `withExtendedLifetime` around a loop.
public final class Vector<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The first element.
  public let base: UnsafeMutablePointer<Element>
  /// The number of elements.
  public let count: Int
  /// The vector whose memory this one is a part of; nil when the memory is its own.
  @usableFromInline let owner: Vector<Element>?

  /// Readable bytes after the last element.
  @inlinable public static var slack: Int { 32 }

  /// Makes a vector of `count` elements whose content is undefined until written.
  @inlinable
  public init(uninitialized count: Int) {
    let bytes = count &* MemoryLayout<Element>.stride &+ Self.slack
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
    raw.advanced(by: bytes &- Self.slack).initializeMemory(as: UInt8.self, repeating: 0, count: Self.slack)
    base = raw.bindMemory(to: Element.self, capacity: count)
    self.count = count
    owner = nil
  }

  @usableFromInline
  init(part of: Vector<Element>, offset: Int, count: Int) {
    base = of.base + offset
    self.count = count
    owner = of.owner ?? of
  }

  /// Takes over memory that a builder allocated as `init(uninitialized:)` does: 16-byte aligned, with slack.
  @inlinable
  public init(adopting storage: UnsafeMutablePointer<Element>, count: Int) {
    base = storage
    self.count = count
    owner = nil
  }

  deinit {
    if owner == nil { UnsafeMutableRawPointer(base).deallocate() }
  }

  /// Makes a vector of `count` copies of `value`.
  @inlinable
  public convenience init(repeating value: Element, count: Int) {
    self.init(uninitialized: count)
    base.initialize(repeating: value, count: count)
  }

  /// Makes a vector with the elements of `elements`.
  @inlinable
  public convenience init(_ elements: [Element]) {
    self.init(uninitialized: elements.count)
    elements.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.initialize(from: start, count: source.count) }
    }
  }

  /// The element at `index`; for tests and the cold path, loops use `base`.
  @inlinable public subscript(index: Int) -> Element {
    precondition(index >= 0 && index < count, "vector index out of range")
    return base[index]
  }

  /// The elements as an array, for tests and the cold path.
  public var array: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// The elements of `range` without a copy: the part keeps the whole alive.
  public func slice(_ range: Range<Int>) -> Vector<Element> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "vector slice out of range")
    return range.count == count ? self : Vector(part: self, offset: range.lowerBound, count: range.count)
  }

  /// The elements at `selection`, in that order: O(selection.count).
  @inlinable
  public func gather(_ selection: Vector<Int32>) -> Vector<Element> {
    let result = Vector<Element>(uninitialized: selection.count)
    let source = base
    let target = result.base
    let indices = selection.base
    for i in 0..<selection.count { target[i] = source[Int(indices[i])] }
    return withExtendedLifetime((self, selection)) { result }
  }
}
