// UUIDs as text (RFC 9562): 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12. In: 16 bytes. Out: text in lower case,
// and back from both cases. Never reads braces, prefixes or text without hyphens.

/// The text of UUID values.
public enum UUIDText {
  public static let byteCount = 16
  public static let textLength = 36

  /// Whether a hyphen stands before the byte at `index`.
  private static func isAfterHyphen(_ index: Int) -> Bool { index == 4 || index == 6 || index == 8 || index == 10 }

  /// Adds the text of 16 bytes; bytes of another count, which no UUID has, add what there is of it.
  public static func write(_ source: UnsafePointer<UInt8>, count: Int, into buffer: ByteBuffer) {
    for index in 0..<min(count, byteCount) {
      if isAfterHyphen(index) { buffer.append(UInt8(ascii: "-")) }
      BinaryText.write(hex: source + index, count: 1, into: buffer)
    }
  }

  /// Reads a UUID into `target`, which has room for 16 bytes; false for other text.
  public static func parse(
    _ source: UnsafePointer<UInt8>, count: Int, to target: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    guard count == textLength else { return false }
    var position = 0
    for index in 0..<byteCount {
      if isAfterHyphen(index) {
        guard source[position] == UInt8(ascii: "-") else { return false }
        position += 1
      }
      guard BinaryText.parse(hex: source + position, count: 2, to: target + index) == 1 else { return false }
      position += 2
    }
    return true
  }
}
