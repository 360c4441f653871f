// The small text files that nothing else can derive: what a folder is, what a topic is.
// In: keys and values. Out: the same, after any crash either all old or all new. Never: a guess when one is damaged.
//
//     millrace cluster 1
//     id=…
//     crc=89abcdef          CRC-32C of everything before this line
//
// Text, so that a person can read it; checksummed, so that a person who edits it is told.

enum MetadataFile {
  static func encode(kind: String, version: Int, _ pairs: [(key: String, value: String)]) -> [UInt8] {
    var text = "millrace \(kind) \(version)\n"
    for (key, value) in pairs { text += "\(key)=\(value)\n" }
    return Array(text.utf8) + Array("crc=\(String(CRC32C.checksum(Array(text.utf8)), radix: 16))\n".utf8)
  }

  static func read(
    _ storage: any Storage, _ path: String, kind: String, version: Int
  ) throws(LogError) -> [(key: String, value: String)] {
    let bytes = try storage.contents(path)
    func damaged(_ reason: String) -> LogError { .damagedMetadata(file: path, reason: reason) }
    guard bytes.count < 1 << 20 else { throw damaged("it is far too long") }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    guard let first = lines.first, first.hasPrefix("millrace \(kind) ") else {
      throw damaged("it does not begin with `millrace \(kind)`")
    }
    let found = String(first.dropFirst("millrace \(kind) ".count))
    guard found == "\(version)" else { throw .unsupportedFormat(file: path, found: found) }
    guard let last = lines.last, last.hasPrefix("crc="), lines.count >= 2 else {
      throw damaged("its checksum is missing")
    }
    let body = lines.dropLast().joined(separator: "\n") + "\n"
    guard last == "crc=\(String(CRC32C.checksum(Array(body.utf8)), radix: 16))" else {
      throw damaged("its checksum does not fit")
    }
    return lines.dropFirst().dropLast().compactMap { line in
      line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
    }
  }
}
