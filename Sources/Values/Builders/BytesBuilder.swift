// Grows a column of byte strings. In: bytes, copied. Out: one `BytesVector` over one blob.
// Never grows over 4 GiB, for views are 32 bits wide: it says so instead and stays as it was.

/// Grows a `BytesVector`. Appending returns false, and adds nothing, when the blob would pass its limit.
public final class BytesBuilder {
  /// The views of the strings so far.
  public let views: VectorBuilder<ByteView>
  @exclusivity(unchecked) @usableFromInline var storage: UnsafeMutablePointer<UInt8>
  @exclusivity(unchecked) @usableFromInline var room: Int
  @exclusivity(unchecked) @usableFromInline var filled: Int
  @usableFromInline let limit: Int

  /// Makes an empty builder. `limit` is the greatest size of the blob; only tests lower it.
  public init(rows: Int = 0, bytes: Int = 0, limit: Int = Int(UInt32.max)) {
    views = VectorBuilder(capacity: rows)
    storage = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes &+ Blob.slack)
    room = bytes
    filled = 0
    self.limit = limit
  }

  deinit { storage.deallocate() }

  /// The number of strings so far.
  @inlinable public var count: Int { views.count }

  /// The number of bytes so far.
  @inlinable public var byteCount: Int { filled }

  @usableFromInline
  func grow(to needed: Int) -> Bool {
    guard needed <= limit else { return false }
    let capacity = min(max(needed, room &* 2, 64), limit)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity &+ Blob.slack)
    larger.update(from: storage, count: filled)
    storage.deallocate()
    storage = larger
    room = capacity
    return true
  }

  /// Room for a string of at most `count` bytes (and slack that may be overwritten); nil over the limit.
  /// `commit` makes it a row.
  @inlinable
  public func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
    if filled &+ count > room, !grow(to: filled &+ count) { return nil }
    return storage + filled
  }

  /// Adds the row whose `count` bytes were written through the pointer of `reserve`.
  @inlinable
  public func commit(_ count: Int) {
    views.append(count == 0 ? ByteView(offset: 0, length: 0) : ByteView(offset: filled, length: count))
    filled &+= count
  }

  /// Adds a string of `count` bytes.
  @inlinable @discardableResult
  public func append(_ source: UnsafePointer<UInt8>, count: Int) -> Bool {
    guard let target = reserve(count) else { return false }
    target.update(from: source, count: count)
    commit(count)
    return true
  }

  /// Adds a string from memory with at least 16 readable bytes after its end, as that of a blob: faster than `append`.
  @inlinable @discardableResult
  public func append(padded source: UnsafePointer<UInt8>, count: Int) -> Bool {
    guard let target = reserve(count) else { return false }
    copyPadded(from: source, to: target, count: count)
    commit(count)
    return true
  }

  /// Adds an empty string, which is also what stands for NULL.
  @inlinable
  public func appendEmpty(count: Int = 1) {
    views.append(repeating: ByteView(offset: 0, length: 0), count: count)
  }

  /// Adds a string on the cold path.
  @discardableResult
  public func append(_ bytes: [UInt8]) -> Bool {
    guard let target = reserve(bytes.count) else { return false }
    for (index, byte) in bytes.enumerated() { target[index] = byte }
    commit(bytes.count)
    return true
  }

  /// Adds copies of the strings of `range`.
  @discardableResult
  public func append(contentsOf vector: BytesVector, range: Range<Int>) -> Bool {
    let source = vector.views.base
    let bytes = UnsafePointer(vector.blob.base)
    let before = (rows: count, bytes: byteCount)
    views.ensure(range.count)
    return withExtendedLifetime(vector) {
      for row in range {
        let view = source[row]
        if !append(padded: bytes + Int(view.offset), count: Int(view.length)) { return takeBack(to: before) }
      }
      return true
    }
  }

  /// Adds copies of the strings at `selection`, in that order.
  @discardableResult
  public func append(gathering vector: BytesVector, at selection: Vector<Int32>) -> Bool {
    let source = vector.views.base
    let bytes = UnsafePointer(vector.blob.base)
    let before = (rows: count, bytes: byteCount)
    views.ensure(selection.count)
    return withExtendedLifetime((vector, selection)) {
      for i in 0..<selection.count {
        let view = source[Int(selection.base[i])]
        if !append(padded: bytes + Int(view.offset), count: Int(view.length)) { return takeBack(to: before) }
      }
      return true
    }
  }

  /// Forgets what was added since; always false.
  private func takeBack(to before: (rows: Int, bytes: Int)) -> Bool {
    views.truncate(to: before.rows)
    filled = before.bytes
    return false
  }

  /// Hands the strings over; the builder is empty afterwards and may be used again.
  @inlinable
  public func finish() -> BytesVector {
    (storage + filled).update(repeating: 0, count: Blob.slack)
    let blob = Blob(adopting: storage, capacity: filled)
    storage = UnsafeMutablePointer<UInt8>.allocate(capacity: Blob.slack)
    room = 0
    filled = 0
    return BytesVector(views: views.finish(), blob: blob)
  }
}
