// The schema of a file that has none. In: its first bytes. Out: columns in the order of first sight, all nullable.
// Records that do not parse are passed over here; the run will name them.

import Values

/// Finds schemas in samples.
package enum SchemaInference {
  /// Records that are looked at.
  package static let maximumRecords = 1000

  /// What was found in a CSV sample.
  package struct CSV: Hashable, Sendable {
    package var schema: Schema
    /// Whether the first line names the columns; otherwise they are called `column1`, `column2` and so on.
    package var hasHeader: Bool
  }

  /// The schema of JSON lines in `sample`, which may end in the middle of a line.
  package static func json(_ sample: [UInt8]) -> Schema {
    var shape = InferredShape()
    var records = 0
    var lines = sample.split(separator: Byte.newline)
    if sample.last != Byte.newline, lines.count > 1, (try? JSONValue(parsing: Array(lines[lines.count - 1]))) == nil {
      lines.removeLast()
    }
    for line in lines where records < maximumRecords {
      var bytes = Array(line)
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
      guard let value = try? JSONValue(parsing: bytes), case .object = value else { continue }
      shape.add(value)
      records += 1
    }
    return Schema(shape.fields.map { Field($0.name, $0.shape.type) })
  }

  /// The schema of a CSV file that starts with `sample`.
  package static func csv(_ sample: [UInt8], separator: UInt8 = UInt8(ascii: ",")) -> CSV {
    let blob = Blob(sample)
    let limit = Cursor(blob.base) + sample.count
    guard let first = csvFields(blob.base, limit, separator: separator) else {
      return CSV(schema: Schema([]), hasHeader: false)
    }
    let hasHeader = isHeader(first.fields)
    let names = first.fields.enumerated().map { hasHeader ? $1 ?? "" : "column\($0 + 1)" }
    var shapes = names.map { _ in InferredShape() }
    var p = hasHeader ? first.stop : Cursor(blob.base)
    var records = 0
    while records < maximumRecords, let record = csvFields(p, limit, separator: separator) {
      // The last record of a sample may be cut short.
      if record.stop == limit, records > 0 { break }
      for (index, text) in record.fields.enumerated() where index < shapes.count {
        if let text { shapes[index].addCell(text) }
      }
      records += 1
      p = min(record.stop + 1, limit)
    }
    withExtendedLifetime(blob) {}
    return CSV(schema: Schema(zip(names, shapes).map { Field($0, $1.cellType) }), hasHeader: hasHeader)
  }

  /// Whether the fields of a first line can only be names: none empty, none twice, and none a number, time or Boolean.
  private static func isHeader(_ fields: [String?]) -> Bool {
    var names: Set<String> = []
    for field in fields {
      guard let field, !field.isEmpty, names.insert(field).inserted else { return false }
      var shape = InferredShape()
      shape.addCell(field)
      if shape.type != .text { return false }
    }
    return true
  }
}
