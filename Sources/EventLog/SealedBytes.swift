// Small binary files of our own: big-endian numbers with a checksum at the end.
// In: integers, or bytes of any content. Out: sealed bytes, or the integers of intact ones. Never: the data path.

/// Builds sealed bytes.
struct SealedWriter {
  private(set) var bytes: [UInt8] = []

  mutating func put<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// The bytes followed by their CRC-32C.
  consuming func sealed() -> [UInt8] {
    put(CRC32C.checksum(bytes))
    return bytes
  }
}

/// Reads sealed bytes back; every read past the end gives nil.
struct SealedReader {
  private let bytes: [UInt8]
  private var position = 0

  /// Nil when the checksum does not fit.
  init?(_ sealed: [UInt8]) {
    guard sealed.count >= 4 else { return nil }
    let body = Array(sealed.dropLast(4))
    let stored = sealed.suffix(4).reduce(UInt32(0)) { ($0 << 8) | UInt32($1) }
    guard CRC32C.checksum(body) == stored else { return nil }
    bytes = body
  }

  mutating func take<T: FixedWidthInteger>(_ type: T.Type = T.self) -> T? {
    let width = T.bitWidth / 8
    guard bytes.count - position >= width else { return nil }
    defer { position += width }
    return bytes[position..<position + width].reduce(T(0)) { ($0 << 8) | T(truncatingIfNeeded: $1) }
  }
}
