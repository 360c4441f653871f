// A growing run of output bytes: what encoders, generators and snapshots write into. In: bytes and numbers.
// Out: a pointer to write(2), or a blob. Every reservation has slack, so that writers store whole words.

/// A growable output buffer.
public final class ByteBuffer {
  @exclusivity(unchecked) @usableFromInline var storage: UnsafeMutablePointer<UInt8>
  @exclusivity(unchecked) @usableFromInline var room: Int
  @exclusivity(unchecked) @usableFromInline var filled: Int

  /// Makes an empty buffer with room for `capacity` bytes.
  public init(capacity: Int = 256) {
    storage = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity &+ Blob.slack)
    room = capacity
    filled = 0
  }

  deinit { storage.deallocate() }

  /// The number of bytes.
  @inlinable public var count: Int { filled }

  /// The first byte; valid until the next call that may grow.
  @inlinable public var base: UnsafeMutablePointer<UInt8> { storage }

  /// The bytes, for the cold path.
  public var array: [UInt8] { Array(UnsafeBufferPointer(start: storage, count: filled)) }

  /// Room for `extra` bytes and slack after the last one; what is written there counts after `commit`.
  @inlinable
  public func reserve(_ extra: Int) -> UnsafeMutablePointer<UInt8> {
    if filled &+ extra > room { grow(to: filled &+ extra) }
    return storage + filled
  }

  @usableFromInline
  func grow(to needed: Int) {
    let capacity = max(needed, room &* 2, 256)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity &+ Blob.slack)
    larger.update(from: storage, count: filled)
    storage.deallocate()
    storage = larger
    room = capacity
  }

  /// Counts `written` bytes that were stored through the pointer of `reserve`.
  @inlinable
  public func commit(_ written: Int) { filled &+= written }

  /// Forgets all bytes and keeps the memory.
  @inlinable
  public func removeAll() { filled = 0 }

  /// Forgets the bytes after the first `count`.
  @inlinable
  public func truncate(to count: Int) { filled = min(filled, count) }

  /// Adds one byte.
  @inlinable
  public func append(_ byte: UInt8) {
    reserve(1)[0] = byte
    filled &+= 1
  }

  /// Adds `count` bytes.
  @inlinable
  public func append(_ source: UnsafePointer<UInt8>, count: Int) {
    reserve(count).update(from: source, count: count)
    filled &+= count
  }

  /// Adds `count` bytes from memory with 16 readable bytes after its end, such as a blob.
  @inlinable
  public func append(padded source: UnsafePointer<UInt8>, count: Int) {
    copyPadded(from: source, to: reserve(count), count: count)
    filled &+= count
  }

  /// Adds a literal.
  @inlinable
  public func append(_ text: StaticString) { append(text.utf8Start, count: text.utf8CodeUnitCount) }

  /// Adds bytes.
  public func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { if let start = $0.baseAddress { append(start, count: $0.count) } }
  }

  /// Adds the UTF-8 of a string, on the cold path.
  public func append(_ text: String) {
    var text = text
    text.withUTF8 { if let start = $0.baseAddress { append(start, count: $0.count) } }
  }

  /// Adds the bytes of a row.
  @inlinable
  public func append(_ vector: BytesVector, row: Int) {
    let view = vector.views.base[row]
    append(padded: UnsafePointer(vector.blob.base) + Int(view.offset), count: Int(view.length))
  }

  /// Adds an integer in decimal.
  @inlinable
  public func append(int value: Int64) { filled &+= IntText.write(value, to: reserve(IntText.maximumLength)) }

  /// Hands the bytes over as a blob; the buffer is empty afterwards.
  public func finish() -> Blob {
    (storage + filled).update(repeating: 0, count: Blob.slack)
    let blob = Blob(adopting: storage, capacity: filled)
    storage = UnsafeMutablePointer<UInt8>.allocate(capacity: Blob.slack)
    room = 0
    filled = 0
    return blob
  }
}
