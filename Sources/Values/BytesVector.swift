// Variable-length data as columns: views of eight bytes into a shared, immutable run of bytes.
// In: bytes copied once (or an input buffer taken as it is). Out: strings that filter, join and shuffle by moving views.

/// An immutable run of bytes with 32 readable bytes after its end.
///
/// Filled by its maker, then shared. A blob keeps its memory as long as any column looks into it: state copies what it
/// keeps, so that it does not pin input buffers.
public final class Blob: @unchecked Sendable {
  /// The first byte.
  public let base: UnsafeMutablePointer<UInt8>
  /// The bytes that may be looked at, not counting the slack.
  public let capacity: Int

  /// Readable bytes after the end.
  @inlinable public static var slack: Int { 64 }

  /// Makes a blob of `capacity` bytes whose content is undefined until written; the slack is zero.
  @inlinable
  public init(uninitialized capacity: Int) {
    base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity &+ Self.slack)
    (base + capacity).initialize(repeating: 0, count: Self.slack)
    self.capacity = capacity
  }

  /// Takes over memory of `capacity` bytes and slack, allocated as an `UnsafeMutablePointer<UInt8>`.
  @inlinable
  public init(adopting storage: UnsafeMutablePointer<UInt8>, capacity: Int) {
    base = storage
    self.capacity = capacity
  }

  /// Makes a blob with the given bytes.
  public convenience init(_ bytes: [UInt8]) {
    self.init(uninitialized: bytes.count)
    bytes.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.initialize(from: start, count: source.count) }
    }
  }

  deinit { base.deallocate() }

  /// The empty blob that vectors without bytes share.
  public static let empty = Blob(uninitialized: 0)
}

/// Where one string lies in a blob.
@frozen
public struct ByteView: BitwiseCopyable, Sendable {
  public var offset: UInt32
  public var length: UInt32

  @inlinable
  public init(offset: UInt32, length: UInt32) {
    self.offset = offset
    self.length = length
  }

  @inlinable
  public init(offset: Int, length: Int) {
    self.offset = UInt32(truncatingIfNeeded: offset)
    self.length = UInt32(truncatingIfNeeded: length)
  }
}

/// A column of byte strings. Views of rows that are NULL have length 0 and offset 0.
public struct BytesVector: Sendable {
  public var views: Vector<ByteView>
  public var blob: Blob

  @inlinable
  public init(views: Vector<ByteView>, blob: Blob) {
    self.views = views
    self.blob = blob
  }

  /// Copies `strings` into one blob.
  public init(_ strings: [[UInt8]]) {
    let views = Vector<ByteView>(uninitialized: strings.count)
    let blob = Blob(uninitialized: strings.reduce(0) { $0 + $1.count })
    var offset = 0
    for (index, string) in strings.enumerated() {
      views.base[index] = ByteView(offset: offset, length: string.count)
      for byte in string {
        blob.base[offset] = byte
        offset += 1
      }
    }
    self.init(views: views, blob: blob)
  }

  @inlinable public var count: Int { views.count }

  /// The bytes of row `index`, for the cold path.
  public func bytes(_ index: Int) -> [UInt8] {
    let view = views[index]
    return Array(UnsafeBufferPointer(start: blob.base + Int(view.offset), count: Int(view.length)))
  }

  public func gather(_ selection: Vector<Int32>) -> BytesVector {
    BytesVector(views: views.gather(selection), blob: blob)
  }

  public func slice(_ range: Range<Int>) -> BytesVector {
    BytesVector(views: views.slice(range), blob: blob)
  }

  /// A copy whose blob holds these rows' bytes and nothing else.
  public func compacted() -> BytesVector {
    var total = 0
    for i in 0..<count { total += Int(views.base[i].length) }
    let target = Blob(uninitialized: total)
    let moved = Vector<ByteView>(uninitialized: count)
    var offset = 0
    for i in 0..<count {
      let view = views.base[i]
      (target.base + offset).update(from: blob.base + Int(view.offset), count: Int(view.length))
      moved.base[i] = ByteView(offset: offset, length: Int(view.length))
      offset += Int(view.length)
    }
    return withExtendedLifetime(self) { BytesVector(views: moved, blob: target) }
  }
}
