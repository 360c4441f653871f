// How scripts write rows: cells between bars, times on a base day, `·` for NULL. In: cells or values. Out: the other.

import Engine
import Execution
import Foundation
import Plan
import Schemas
import Values

enum RowNotation {
  /// 2026-01-01 00:00:00 UTC.
  static let baseDay: Int64 = 1_767_225_600_000_000
  private static let day: Int64 = 86_400_000_000

  // MARK: Reading

  /// The cells of a line.
  static func cells(_ line: String) -> [String] {
    line.split(separator: "|", omittingEmptySubsequences: false).map { cell in
      String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// A time of the base day, or any.
  static func time(_ text: String) throws(GoldenError) -> Int64 {
    if text == "min" { return .min }
    let full = text.contains("-") ? text : "2026-01-01 " + text
    var reader = TimestampReader()
    let bytes = Blob(Array(full.utf8))
    guard let time = reader.parse(bytes.base, count: bytes.capacity) else {
      throw GoldenError(line: 0, message: "`\(text)` is no time")
    }
    return time
  }

  /// A span such as `10s`, `2m`, `500ms`.
  static func duration(_ text: String) throws(GoldenError) -> Int64 {
    let units: [(String, Int64)] = [("ms", 1000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000)]
    let unit = String(text.drop { $0.isNumber || $0 == "+" || $0 == "-" })
    guard let factor = units.first(where: { $0.0 == unit })?.1, let count = Int64(text.dropLast(unit.count)) else {
      throw GoldenError(line: 0, message: "`\(text)` is no span of time")
    }
    return count * factor
  }

  /// The mark of cells that a deletion does not have.
  private static let deletion = "×"

  /// The rows of a table whose first line names columns, as records of a stream, in its format. Where the stream is keyed,
  /// with their keys; `×` in every other cell makes a record without a value.
  static func records(_ body: String, of source: SourceDescription) throws(GoldenError) -> [GivenRecord] {
    let values = try values(body, of: source)
    guard !source.recordKey.isEmpty else { return values.map { GivenRecord(value: $0) } }
    var lines = body.split(separator: "\n").map(String.init)
    let names = cells(lines.removeFirst()).map { $0.lowercased() }
    return try zip(lines, values).map { line, value throws(GoldenError) in
      let row = cells(line)
      var members: [String] = []
      for column in source.recordKey {
        guard let place = names.firstIndex(of: column.field.name.lowercased()), row[place] != "·" else { continue }
        let isBare = source.recordKey.count == 1 && (column.field.type.isString || column.field.type.isBytes)
        let text = isBare ? row[place] : try json(row[place], column.field.type)
        members.append(source.recordKey.count == 1 ? text : "\(quoted(column.field.name)):\(text)")
      }
      let key = source.recordKey.count == 1 ? members.first : "{\(members.joined(separator: ","))}"
      return GivenRecord(key: key.map { Array($0.utf8) }, value: row.contains(deletion) ? nil : value)
    }
  }

  private static func values(_ body: String, of source: SourceDescription) throws(GoldenError) -> [[UInt8]] {
    var lines = body.split(separator: "\n").map(String.init)
    guard !lines.isEmpty else { throw GoldenError(line: 0, message: "a table names its columns in its first line") }
    let names = cells(lines.removeFirst())
    return try lines.map { line throws(GoldenError) in
      let row = cells(line)
      guard row.count == names.count else {
        throw GoldenError(line: 0, message: "`\(line)` has another number of cells")
      }
      if source.format == .csv { return Array(try csv(row, names, source).utf8) }
      var members: [String] = []
      for (name, cell) in zip(names, row) {
        let column = source.declared.first { $0.field.name.lowercased() == name.lowercased() }
        guard let column, case .field(let path) = column.part else {
          throw GoldenError(line: 0, message: "the stream `\(source.name)` has no column `\(name)`")
        }
        if cell == deletion || (cell == "-" && row.count > 1) { continue }
        members.append("\(quoted(path.last ?? name)):\(try json(cell, column.field.type))")
      }
      return Array("{\(members.joined(separator: ","))}".utf8)
    }
  }

  /// The cells in the order of the declared columns, quoted.
  private static func csv(
    _ row: [String], _ names: [String], _ source: SourceDescription
  ) throws(GoldenError) -> String {
    var fields: [String] = []
    for column in source.declared {
      guard let place = names.firstIndex(where: { $0.lowercased() == column.field.name.lowercased() }) else {
        fields.append("")
        continue
      }
      let cell = row[place]
      if cell == "·" {
        fields.append("")
      } else if column.field.type == .timestamp {
        var writer = TextWriter()
        fields.append(writer.text(.int(try time(cell)), type: .timestamp) + "Z")
      } else {
        fields.append("\"" + cell.replacingOccurrences(of: "\"", with: "\"\"") + "\"")
      }
    }
    return fields.joined(separator: ",")
  }

  private static func json(_ cell: String, _ type: DataType) throws(GoldenError) -> String {
    if cell == "·" { return "null" }
    switch type {
    case .timestamp:
      var writer = TextWriter()
      return quoted(writer.text(.int(try time(cell)), type: .timestamp) + "Z")
    case .string, .bytes, .date, .time, .intervalDaySecond, .intervalYearMonth:
      return quoted(
        cell.hasPrefix("'") && cell.hasSuffix("'") && cell.count > 1 ? String(cell.dropFirst().dropLast()) : cell)
    case .float32, .float64: return ["nan", "inf", "-inf"].contains(cell) ? quoted(special(cell)) : cell
    default: return cell
    }
  }

  private static func special(_ cell: String) -> String {
    cell == "nan" ? "NaN" : cell == "inf" ? "Infinity" : "-Infinity"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case let control where control.value < 32:
        let digits = String(control.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  // MARK: Writing

  static func row(_ values: [Value], _ types: [DataType]) -> String {
    zip(values, types).map { cell($0, $1) }.joined(separator: " | ")
  }

  static func cell(_ value: Value, _ type: DataType) -> String {
    if value.isNull { return "·" }
    if type == .timestamp, case .int(let time) = value { return timeText(time) }
    if case .double(let number) = value, !number.isFinite { return number.isNaN ? "nan" : number > 0 ? "inf" : "-inf" }
    var writer = TextWriter()
    let text = writer.text(value, type: type)
    guard type.isString || type.isBytes else { return text }
    let isPlain =
      !text.isEmpty && text != "·" && !text.hasPrefix(" ") && !text.hasSuffix(" ") && !text.hasPrefix("'")
      && !text.contains("|") && !text.unicodeScalars.contains { $0.value < 32 }
    return isPlain ? text : "'" + escaped(text) + "'"
  }

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { $0.value < 32 ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
  }

  static func timeText(_ time: Int64) -> String {
    if time == .min { return "min" }
    if time == .max { return "max" }
    var writer = TextWriter()
    let text = writer.text(.int(time), type: .timestamp)
    let isBase = time >= baseDay && time < baseDay + day
    return isBase ? String(text.dropFirst("2026-01-01 ".count)) : text
  }

  /// Columns, key and way of changing, as `query` prints them.
  static func heading(_ properties: RelationProperties) -> String {
    let columns = properties.schema.fields.enumerated().map { index, field in
      let mark = properties.timeAttribute?.column == index ? " *time*" : ""
      return "\(field.name) \(field.type)\(field.nullable ? "" : " NOT NULL")\(mark)"
    }.joined(separator: " · ")
    func names(_ places: [Int]) -> String { places.map { properties.schema[$0].name }.joined(separator: ", ") }
    let mode: String =
      switch properties.mode {
      case .append: "append"
      case .upsert(let key): "updating by (\(names(key)))"
      case .retract: "retracting"
      }
    return "\(columns)\n  \(mode)" + (properties.window == nil ? "" : ", windowed")
  }
}
