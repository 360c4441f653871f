// The key of a record that is being appended, from fields of its JSON value: as a sink keyed by columns of those names writes
// it, so that both put a row into the same partition. In: a line. Out: the bytes of the key and their hash.
//
// One text is the key as it is, another value in its JSON form; several fields are a JSON object. The partition of several
// fields is that of the object's bytes: a sink hashes typed columns, so only fields alone are spread alike.

import Values

struct RecordKey {
  struct Value {
    var bytes: [UInt8]
    var hash: UInt64
  }

  private let names: [String]
  private let fields: [JSONField]

  /// `text` names a field, or several with commas between them.
  init(_ text: String) {
    names = text.contains(",") ? text.split(separator: ",").map { $0.filter { $0 != " " } } : [text]
    fields = names.map(JSONField.init)
  }

  /// The key of a line; nil where a field is missing or NULL.
  func value(in line: UnsafeRawBufferPointer) -> Value? {
    if fields.count == 1 { return fields[0].value(in: line).map { Value(bytes: $0.bytes, hash: Self.hash($0)) } }
    let buffer = ByteBuffer()
    for (name, field) in zip(names, fields) {
      guard let value = field.value(in: line) else { return nil }
      buffer.append(buffer.count == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
      JSONText.write(string: Array(name.utf8), into: buffer)
      buffer.append(UInt8(ascii: ":"))
      if value.isString { JSONText.write(string: value.bytes, into: buffer) } else { buffer.append(value.bytes) }
    }
    buffer.append(UInt8(ascii: "}"))
    let bytes = buffer.array
    return Value(bytes: bytes, hash: Self.hash(JSONField.Value(bytes: bytes, isString: true)))
  }

  /// The engine's stable hash of a string or of an integer.
  private static func hash(_ value: JSONField.Value) -> UInt64 {
    if !value.isString, let number = Int64(String(decoding: value.bytes, as: UTF8.self)) { return Hash.int(number) }
    // The hash may look at 15 bytes after the end.
    let padded = value.bytes + [UInt8](repeating: 0, count: 16)
    return padded.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.map { Hash.bytes($0, count: value.bytes.count) } ?? Hash.null
    }
  }
}
