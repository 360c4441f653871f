// The loops of kernels that give strings: parts of their first argument, which are views without a copy, or new bytes
// written to one sink. In: closures over single strings. Out: a column of strings.

import Values

/// Grows the strings of one batch, piece by piece.
final class TextSink {
  /// The longest single result; longer ones are a row error, not an allocation.
  static let maximumLength = 1 << 24
  /// The most bytes of one batch; views are 32 bits wide, and memory is finite.
  static let maximumTotal = 1 << 30

  @exclusivity(unchecked) private var storage: UnsafeMutablePointer<UInt8>
  @exclusivity(unchecked) private var room: Int
  @exclusivity(unchecked) private var filled = 0
  @exclusivity(unchecked) private var start = 0
  @exclusivity(unchecked) private var row = 0
  private let views: Vector<ByteView>
  /// Whether the row in progress got longer than a string may be.
  @exclusivity(unchecked) private(set) var isTooLong = false

  init(rows: Int, bytes: Int) {
    views = Vector(uninitialized: rows)
    room = max(bytes, 64)
    storage = UnsafeMutablePointer<UInt8>.allocate(capacity: room + Blob.slack)
  }

  deinit { storage.deallocate() }

  /// Room for `count` more bytes, and slack; nil when the row is too long.
  @inline(__always)
  func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
    if count > room &- filled && !grow(count) { return nil }
    return storage + filled
  }

  @inline(__always)
  func advance(_ count: Int) { filled &+= count }

  private func grow(_ count: Int) -> Bool {
    guard count <= Self.maximumLength, filled - start + count <= Self.maximumLength,
      filled + count <= Self.maximumTotal
    else {
      isTooLong = true
      return false
    }
    let capacity = max(filled + count, room * 2)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Blob.slack)
    larger.update(from: storage, count: filled)
    storage.deallocate()
    storage = larger
    room = capacity
    return true
  }

  @inline(__always)
  func append(_ text: Text) {
    guard let target = reserve(text.count) else { return }
    copyPadded(from: text.base, to: target, count: text.count)
    filled &+= text.count
  }

  @inline(__always)
  func append(_ byte: UInt8) {
    guard let target = reserve(1) else { return }
    target[0] = byte
    filled &+= 1
  }

  func append(_ bytes: [UInt8]) {
    guard let target = reserve(bytes.count) else { return }
    for (index, byte) in bytes.enumerated() { target[index] = byte }
    filled &+= bytes.count
  }

  func append(_ string: String) { append(Array(string.utf8)) }

  /// Appends the UTF-8 of a code point.
  func append(scalar: UInt32) {
    for byte in UTF8Scalar.encode(scalar) { append(byte) }
  }

  /// Appends what the row before this one holds.
  func appendPrevious() {
    let view = row > 0 ? views.base[row &- 1] : ByteView(offset: 0, length: 0)
    guard let target = reserve(Int(view.length)) else { return }
    copyPadded(from: UnsafePointer(storage + Int(view.offset)), to: target, count: Int(view.length))
    filled &+= Int(view.length)
  }

  /// The bytes of the row in progress.
  var pending: Text { Text(base: UnsafePointer(storage + start), count: filled - start) }

  /// Ends the row; false when it was too long, and is empty now.
  @inline(__always)
  func endRow() -> Bool {
    let fits = !isTooLong
    if !fits {
      filled = start
      isTooLong = false
    }
    let length = filled &- start
    views.base[row] = length == 0 ? ByteView(offset: 0, length: 0) : ByteView(offset: start, length: length)
    row &+= 1
    start = filled
    return fits
  }

  /// Takes back what the row in progress has so far.
  func discardRow() {
    filled = start
    isTooLong = false
  }

  /// Hands the strings over; the sink is of no use afterwards.
  func finish() -> BytesVector {
    (storage + filled).update(repeating: 0, count: Blob.slack)
    let blob = Blob(adopting: storage, capacity: filled)
    storage = UnsafeMutablePointer<UInt8>.allocate(capacity: Blob.slack)
    room = 0
    filled = 0
    start = 0
    return BytesVector(views: views, blob: blob)
  }
}

extension Kernel {
  /// The loop of functions that write a string for each row. The closure returns false for `missing`.
  @inline(__always)
  static func write(
    _ rows: inout Rows, bytes: Int, or missing: Missing = .null, _ function: (Int, TextSink) -> Bool
  ) -> Datum {
    let sink = TextSink(rows: rows.count, bytes: bytes)
    let found = Vector<Bool>(uninitialized: rows.count)
    var all = true
    var long: [Int] = []
    for row in 0..<rows.count {
      let present = function(row, sink)
      if !present { sink.discardRow() }
      if !sink.endRow() { long.append(row) }
      found.base[row] = present
      all = all && present
    }
    let result = finish(.bytes(sink.finish()), found, all: all, missing, &rows)
    for row in long { rows.fail(row, .stringTooLong) }
    if !long.isEmpty { rows.failures.sort { $0.row < $1.row } }
    return result
  }

  /// New bytes out of one argument.
  @inline(__always)
  static func writing<A: KernelArgument>(
    or missing: Missing = .null, _ function: @escaping @Sendable (A, TextSink) -> Bool
  ) -> Kernel {
    .plain { arguments, rows in
      let a = A.lane(arguments[0])
      return withExtendedLifetime(a) {
        write(&rows, bytes: rows.count &* 16, or: missing) { function(A.read(a, $0), $1) }
      }
    }
  }

  /// New bytes out of two arguments.
  @inline(__always)
  static func writing<A: KernelArgument, B: KernelArgument>(
    or missing: Missing = .null, _ function: @escaping @Sendable (A, B, TextSink) -> Bool
  ) -> Kernel {
    .plain { arguments, rows in
      let a = A.lane(arguments[0])
      let b = B.lane(arguments[1])
      return withExtendedLifetime((a, b)) {
        write(&rows, bytes: rows.count &* 16, or: missing) { function(A.read(a, $0), B.read(b, $0), $1) }
      }
    }
  }

  /// New bytes out of three arguments.
  @inline(__always)
  static func writing<A: KernelArgument, B: KernelArgument, C: KernelArgument>(
    or missing: Missing = .null, _ function: @escaping @Sendable (A, B, C, TextSink) -> Bool
  ) -> Kernel {
    .plain { arguments, rows in
      let a = A.lane(arguments[0])
      let b = B.lane(arguments[1])
      let c = C.lane(arguments[2])
      return withExtendedLifetime((a, b, c)) {
        write(&rows, bytes: rows.count &* 16, or: missing) {
          function(A.read(a, $0), B.read(b, $0), C.read(c, $0), $1)
        }
      }
    }
  }

  /// The loop of functions whose result is a part of `source`.
  @inline(__always)
  static func view(
    _ rows: inout Rows, of source: Text.Lane, or missing: Missing = .null, _ function: (Int, Text) -> Text?
  ) -> Datum {
    let views = Vector<ByteView>(uninitialized: rows.count)
    let found = Vector<Bool>(uninitialized: rows.count)
    let base = UnsafePointer(source.blob.base)
    var all = true
    for row in 0..<rows.count {
      let part = function(row, Text.read(source, row))
      let present = part != nil
      found.base[row] = present
      all = all && present
      if let part, part.count > 0 {
        views.base[row] = ByteView(offset: part.base - base, length: part.count)
      } else {
        views.base[row] = ByteView(offset: 0, length: 0)
      }
    }
    return finish(.bytes(BytesVector(views: views, blob: source.blob)), found, all: all, missing, &rows)
  }

  /// A part of the only argument.
  @inline(__always)
  static func viewing(or missing: Missing = .null, _ function: @escaping @Sendable (Text) -> Text?) -> Kernel {
    .plain { arguments, rows in view(&rows, of: Text.lane(arguments[0]), or: missing) { function($1) } }
  }

  /// A part of the first of two arguments.
  @inline(__always)
  static func viewing<B: KernelArgument>(
    or missing: Missing = .null, _ function: @escaping @Sendable (Text, B) -> Text?
  ) -> Kernel {
    .plain { arguments, rows in
      let b = B.lane(arguments[1])
      return withExtendedLifetime(b) {
        view(&rows, of: Text.lane(arguments[0]), or: missing) { function($1, B.read(b, $0)) }
      }
    }
  }

  /// A part of the first of three arguments.
  @inline(__always)
  static func viewing<B: KernelArgument, C: KernelArgument>(
    or missing: Missing = .null, _ function: @escaping @Sendable (Text, B, C) -> Text?
  ) -> Kernel {
    .plain { arguments, rows in
      let b = B.lane(arguments[1])
      let c = C.lane(arguments[2])
      return withExtendedLifetime((b, c)) {
        view(&rows, of: Text.lane(arguments[0]), or: missing) { function($1, B.read(b, $0), C.read(c, $0)) }
      }
    }
  }
}
