// A growing array of one trivial type that becomes a `Vector` without a copy.
// In: elements, one at a time or in runs. Out: one vector. Never shared between threads while it grows.

/// Grows a `Vector`.
///
/// Loops that know how much they write call `reserve` once, write through the pointer and `commit`. Its state is read
/// without exclusivity checks: a builder belongs to one owner, which never re-enters it.
public final class VectorBuilder<Element: BitwiseCopyable> {
  @exclusivity(unchecked) @usableFromInline var storage: UnsafeMutablePointer<Element>
  @exclusivity(unchecked) @usableFromInline var room: Int
  @exclusivity(unchecked) @usableFromInline var filled: Int

  /// Makes an empty builder with room for `capacity` elements.
  @inlinable
  public init(capacity: Int = 0) {
    storage = Self.allocate(capacity)
    room = capacity
    filled = 0
  }

  deinit { UnsafeMutableRawPointer(storage).deallocate() }

  @usableFromInline
  static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
    let bytes = capacity &* MemoryLayout<Element>.stride &+ Vector<Element>.slack
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
    return raw.bindMemory(to: Element.self, capacity: capacity)
  }

  /// The number of elements so far.
  @inlinable public var count: Int { filled }

  /// The first element; valid until the next call that may grow.
  @inlinable public var base: UnsafeMutablePointer<Element> { storage }

  /// Makes room for `extra` more elements.
  @inlinable
  public func ensure(_ extra: Int) {
    if filled &+ extra > room { grow(to: filled &+ extra) }
  }

  @usableFromInline
  func grow(to needed: Int) {
    let capacity = max(needed, room &* 2, 16)
    let larger = Self.allocate(capacity)
    larger.update(from: storage, count: filled)
    UnsafeMutableRawPointer(storage).deallocate()
    storage = larger
    room = capacity
  }

  /// Adds one element.
  @inlinable
  public func append(_ element: Element) {
    if filled == room { grow(to: filled &+ 1) }
    storage[filled] = element
    filled &+= 1
  }

  /// Adds `count` copies of `element`.
  @inlinable
  public func append(repeating element: Element, count: Int) {
    ensure(count)
    (storage + filled).update(repeating: element, count: count)
    filled &+= count
  }

  /// Adds `count` elements from memory that is not the builder's own.
  @inlinable
  public func append(contentsOf source: UnsafePointer<Element>, count: Int) {
    ensure(count)
    (storage + filled).update(from: source, count: count)
    filled &+= count
  }

  /// Adds all elements of a vector.
  @inlinable
  public func append(contentsOf vector: Vector<Element>) {
    append(contentsOf: UnsafePointer(vector.base), count: vector.count)
    withExtendedLifetime(vector) {}
  }

  /// Adds the elements at `selection`, in that order.
  @inlinable
  public func append(gathering vector: Vector<Element>, at selection: Vector<Int32>) {
    let target = reserve(selection.count)
    let source = vector.base
    let indices = selection.base
    for i in 0..<selection.count { target[i] = source[Int(indices[i])] }
    commit(selection.count)
    withExtendedLifetime((vector, selection)) {}
  }

  /// Room for `extra` elements after the last one; what is written there counts after `commit`.
  @inlinable
  public func reserve(_ extra: Int) -> UnsafeMutablePointer<Element> {
    ensure(extra)
    return storage + filled
  }

  /// Counts `written` elements that were stored through the pointer of `reserve`.
  @inlinable
  public func commit(_ written: Int) { filled &+= written }

  /// Forgets the elements after the first `count`.
  @inlinable
  public func truncate(to count: Int) { filled = min(filled, count) }

  /// Hands the elements over; the builder is empty afterwards and may be used again.
  @inlinable
  public func finish() -> Vector<Element> {
    let end = UnsafeMutableRawPointer(storage + filled)
    end.initializeMemory(as: UInt8.self, repeating: 0, count: Vector<Element>.slack)
    let result = Vector(adopting: storage, count: filled)
    storage = Self.allocate(0)
    room = 0
    filled = 0
    return result
  }

  /// A vector with a copy of the elements; the builder keeps its own.
  @inlinable
  public func copy() -> Vector<Element> {
    let result = Vector<Element>(uninitialized: filled)
    result.base.update(from: storage, count: filled)
    return result
  }
}
