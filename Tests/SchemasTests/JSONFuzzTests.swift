// JSON decoding against a naive decoder over the tree, on random records, cut and mutated. `MILLRACE_SEEDS` sets how many
// seeds are tried.

import Glibc
import Schemas
import Testing
import Values

/// The number of seeds to try.
func seedCount(_ standard: Int) -> Int {
  guard let text = getenv("MILLRACE_SEEDS") else { return standard }
  return Int(String(cString: text)) ?? standard
}

@Suite struct JSONFuzzTests {
  static let columns = [
    column("id", .int64), column("name", .text), column("in.x", .float64), column("in.deep.flag", .boolean),
    column("tags", .array(element: .text)),
    column("s", .row([Field("a", .int32), Field("b", .text)])), column("amount", .decimal(precision: 12, scale: 3)),
  ]

  /// Random records become the rows that the tree says they are.
  @Test func agreesWithTheTree() throws {
    for seed in 0..<seedCount(200) {
      var random = SeededGenerator(seed)
      let lines = (0..<20).map { _ in JSONLine.record(&random) }
      let chunk = decodeLines(lines.joined(separator: "\n"), Self.columns)
      let expected = try lines.map { line in
        let tree = try JSONValue(parsing: line)
        return Self.columns.map { JSONLine.value(of: $0, in: tree) }
      }
      #expect(rows(chunk) == expected, "seed \(seed)")
    }
  }

  /// How the input is cut into chunks changes nothing.
  @Test func chunksDoNotMatter() {
    for seed in 0..<seedCount(200) {
      var random = SeededGenerator(seed)
      var bytes: [UInt8] = []
      for _ in 0..<30 {
        bytes += Array(JSONLine.record(&random).utf8) + (Bool.random(using: &random) ? [13, 10] : [10])
        if Int.random(in: 0..<5, using: &random) == 0 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = 0x22 }
      }
      let whole = decodeLines(bytes, Self.columns)
      let decoder = JSONRecordDecoder(JSONDecoderPlan(columns: Self.columns))
      var pieces: [[Value]] = []
      var failures: [String] = []
      var start = 0
      var size = 40
      while start < bytes.count {
        let end = min(start + size, bytes.count)
        let chunk = decoder.decode(
          Blob(bytes), range: start..<end, isLast: end == bytes.count,
          maximumRecords: Int.random(in: 1...9, using: &random))
        pieces += rows(chunk)
        failures += chunk.failures.map { "\($0.payload.offset) \($0.reason)" }
        size = chunk.end == start ? size * 2 : Int.random(in: 1...300, using: &random)
        start = chunk.end
      }
      #expect(pieces == rows(whole), "seed \(seed)")
      #expect(failures == whole.failures.map { "\($0.payload.offset) \($0.reason)" }, "seed \(seed)")
    }
  }

  /// A record cut at any byte gives its row or none, never another one.
  @Test func truncation() {
    let line =
      "{\"id\":-1234567890,\"name\":\"a\\n\\ud83d\\ude00ä\",\"in\":{\"x\":1.5e3,\"deep\":{\"flag\":true}},\"tags\":[\"x\",null],\"s\":{\"a\":1,\"b\":\"\"},\"amount\":12.345}"
    let bytes = Array(line.utf8)
    for needed in 0..<Self.columns.count {
      let columns = [Self.columns[needed]]
      let whole = rows(decodeLines(bytes, columns))
      #expect(whole.count == 1)
      for end in 1..<bytes.count {
        let chunk = decodeLines(Array(bytes[..<end]), columns)
        #expect(chunk.count == 0 && chunk.failures.count == 1 || rows(chunk) == whole, "column \(needed) cut at \(end)")
      }
    }
  }

  /// No bytes trap, and every line is a row or a failure.
  @Test func mutations() {
    for seed in 0..<seedCount(400) {
      var random = SeededGenerator(seed)
      var bytes = Array((0..<4).map { _ in JSONLine.record(&random) }.joined(separator: "\n").utf8)
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert([0x22, 0x5C, 0x7B, 0x7D, 0x5B, 0x2C, 0x0A, 0x00][place % 8], at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + 5))
        }
        if bytes.isEmpty { bytes = [0x7B] }
      }
      for columns in [Self.columns, [Self.columns[0]], [column("", .json)], []] {
        let chunk = decodeLines(bytes, columns)
        #expect(chunk.count + chunk.failures.count == chunk.recordCount, "seed \(seed)")
        #expect(chunk.columns.allSatisfy { $0.count == chunk.count }, "seed \(seed)")
        // The length of what is not UTF-8 or NULL must still be readable.
        #expect(rows(chunk).count == chunk.count)
      }
      _ = try? JSONValue(parsing: bytes)
    }
  }

  /// What the encoder writes, the decoder reads back as the same rows.
  @Test func roundTrip() {
    for seed in 0..<seedCount(200) {
      var random = SeededGenerator(seed)
      let fields = (0..<Int.random(in: 1...6, using: &random)).map {
        Field("f\($0)", RandomRows.type(&random, depth: 2))
      }
      let rows = (0..<10).map { _ in fields.map { RandomRows.value($0.type, &random) } }
      let batch = Batch(
        columns: fields.indices.map { index in Column(rows.map { $0[index] }, type: fields[index].type) }, count: 10)
      let buffer = ByteBuffer()
      let ends = VectorBuilder<Int>()
      JSONRecordEncoder(JSONEncoderPlan(fields: fields)).encode(batch, into: buffer, rowEnds: ends)
      let chunk = decodeLines(buffer.array, fields.map { DecodedColumn(path: [$0.name], field: $0) })
      #expect(SchemasTests.rows(chunk) == rows, "seed \(seed): \(String(decoding: buffer.array, as: UTF8.self))")
      #expect(chunk.payloads.array.map { Int($0.offset + $0.length) + 1 } == ends.finish().array)
    }
  }
}

/// Random records for the columns of these tests, and what they mean.
enum JSONLine {
  static func record(_ random: inout SeededGenerator) -> String {
    var fields: [String] = []
    func maybe(_ text: String) { if Int.random(in: 0..<6, using: &random) > 0 { fields.append(text) } }
    maybe("\"id\":\(["null", "0", "-5", "123456789012", "42"].randomElement(using: &random) ?? "0")")
    maybe("\"name\":\(string(&random))")
    maybe(
      "\"in\":\(["{\"x\":1.5}", "{}", "null", "{\"deep\":{\"flag\":false},\"x\":-2e-3}", "{\"y\":[{}]}"].randomElement(using: &random) ?? "")"
    )
    maybe("\"tags\": [\(string(&random)) ,null]")
    maybe("\"s\":\(["{\"b\":\"x\"}", "null", "{\"a\":7,\"b\":null,\"c\":[1,2]}"].randomElement(using: &random) ?? "")")
    maybe("\"amount\":\(["1.5", "\"2.25\"", "-7", "null"].randomElement(using: &random) ?? "")")
    maybe("\"noise\\n\(Int.random(in: 0..<4, using: &random))\":\(string(&random))")
    maybe("\"unknown\":{\"id\":1,\"a\":[\(string(&random))]}")
    fields.shuffle(using: &random)
    return "{" + fields.joined(separator: Bool.random(using: &random) ? "," : " , ") + "}"
  }

  private static func string(_ random: inout SeededGenerator) -> String {
    let parts = [
      "a", "\\n", "\\u00e4", "ö", "😀", "\\ud83d\\ude00", "\\\\", "\\\"", "{", "}", "]", ",", "0123456789abcdef",
    ]
    return "\""
      + (0..<Int.random(in: 0...5, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
      + "\""
  }

  /// The value of a column by the naive way.
  static func value(of column: DecodedColumn, in tree: JSONValue) -> Value {
    var current: JSONValue? = tree
    for name in column.path { current = current?[name] }
    return value(current, column.field.type)
  }

  private static func value(_ tree: JSONValue?, _ type: DataType) -> Value {
    guard let tree, tree != .null else { return .null }
    switch (tree, type) {
    case (.bool(let value), _): return .bool(value)
    case (.number(let text), .float64): return .double(Double(text) ?? .nan)
    case (.number(let text), .decimal), (.string(let text), .decimal):
      return .decimal(Int128(((Double(text) ?? .nan) * 1000).rounded()))
    case (.number(let text), _): return .int(Int64(text) ?? 0)
    case (.string(let text), _): return .string(text)
    case (.array(let elements), .array(let element, _)): return .array(elements.map { value($0, element) })
    case (.object, .row(let fields)): return .row(fields.map { value(tree[$0.name], $0.type) })
    default: return .null
    }
  }
}

/// Random types and values of them.
enum RandomRows {
  static func type(_ random: inout SeededGenerator, depth: Int) -> DataType {
    let flat: [DataType] = [
      .boolean, .int8, .int32, .int64, .float64, .float32, .text, .bytes(), .timestamp, .date, .time,
      .intervalYearMonth, .intervalDaySecond, .decimal(precision: 38, scale: 9), .decimal(precision: 5, scale: 0),
    ]
    if depth > 0, Int.random(in: 0..<4, using: &random) == 0 {
      if Bool.random(using: &random) { return .array(element: type(&random, depth: depth - 1)) }
      if Bool.random(using: &random) {
        let keys: [DataType] = [.text, .int64, .date, .boolean, .uuid, .float64]
        return .map(key: keys.randomElement(using: &random) ?? .text, value: type(&random, depth: depth - 1))
      }
      return .row((0..<3).map { Field("n\($0)", type(&random, depth: depth - 1)) })
    }
    return flat.randomElement(using: &random) ?? .int64
  }

  static func value(_ type: DataType, _ random: inout SeededGenerator) -> Value {
    if Int.random(in: 0..<5, using: &random) == 0 { return .null }
    func integer(_ range: ClosedRange<Int64>) -> Value { .int(Int64.random(in: range, using: &random)) }
    switch type {
    case .null: return .null
    case .boolean: return .bool(Bool.random(using: &random))
    case .int8, .int16, .int32, .int64: return integer(type.integerRange ?? 0...0)
    case .decimal(let precision, _):
      let limit = precision > 18 ? Int128(Int64.max) : 99999
      return .decimal(Int128.random(in: -limit...limit, using: &random))
    case .float32: return .double(Double(Float(bitPattern: UInt32.random(in: 0...0x7F7F_FFFF, using: &random))))
    case .float64:
      let special: [Double] = [.nan, .infinity, -.infinity, 0, 1e300, 0.1]
      if Bool.random(using: &random) { return .double(special.randomElement(using: &random) ?? 0) }
      return .double(Double.random(in: -1e6...1e6, using: &random))
    case .string, .json:
      let parts = ["a", "\"", "\\", "\n", "\u{1}", "ä", "😀", "plain text of some length", "\u{7f}"]
      let count = Int.random(in: 0...4, using: &random)
      return .string((0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined())
    case .bytes:
      return .bytes((0..<Int.random(in: 0...5, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) })
    case .timestamp: return integer(-62_135_596_800_000_000...253_402_300_799_999_999)
    case .date: return integer(-700_000...2_900_000)
    case .time: return integer(0...86_399_999_999)
    case .intervalYearMonth: return integer(-12_000...12_000)
    case .intervalDaySecond: return integer(-1_000_000_000_000...1_000_000_000_000)
    case .array(let element, _):
      return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in value(element, &random) })
    case .row(let fields): return .row(fields.map { value($0.type, &random) })
    case .uuid: return .bytes((0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
    case .map(let key, let element, _):
      let entries = (0..<Int.random(in: 0...3, using: &random)).map { _ -> Value in
        var own = value(key, &random)
        while own.isNull { own = value(key, &random) }
        return .row([own, value(element, &random)])
      }
      return MapForm.canonical(entries, key: key, value: element)
    }
  }
}
