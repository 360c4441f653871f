// CSV: quoting, NULLs, line ends, headers, bad records, and the way back.

import Schemas
import Testing
import Values

@Suite struct CSVTests {
  static func decode(_ text: String, _ columns: [DecodedColumn], layout: [String]) -> DecodedChunk {
    let bytes = Array(text.utf8)
    return CSVRecordDecoder(CSVDecoderPlan(columns: columns, layout: layout)).decode(
      Blob(bytes), range: 0..<bytes.count, isLast: true, maximumRecords: .max)
  }

  static func strings(_ text: String) -> [[Value]] {
    rows(decode(text, [column("a", .text), column("b", .text)], layout: ["a", "b"]))
  }

  @Test(arguments: [
    ("x,y", ["x", "y"]), ("x,", ["x", nil]), (",", [nil, nil]), ("\"\",\"\"", ["", ""]), ("\"x,y\",z", ["x,y", "z"]),
    ("\"a\"\"b\",\"\"\"\"", ["a\"b", "\""]), ("\"line\nnext\",\"cr\r\nlf\"", ["line\nnext", "cr\r\nlf"]),
    (" x , y ", [" x ", " y "]), ("a\"b,c", ["a\"b", "c"]), ("ä,😀", ["ä", "😀"]),
    ("0123456789abcdefg,x", ["0123456789abcdefg", "x"]),
  ])
  func fields(text: String, expected: [String?]) {
    let values: [[Value]] = [expected.map { text in text.map { Value.string($0) } ?? Value.null }]
    for end in ["", "\n", "\r\n"] { #expect(Self.strings(text + end) == values) }
    #expect(Self.strings("\u{FEFF}\n\(text)\n\r\n\n\(text)") == values + values)
  }

  @Test func badRecordsAreCutAtTheirOwnLine() {
    let chunk = Self.decode(
      "1,x\n2\n3,x,y\nz,x\n\"4\"x,x\n5,y\n\"6,y\n", [column("n", .int64)], layout: ["n", "t"])
    #expect(chunk.columns[0].values == [.int(1), .int(5)])
    #expect(
      chunk.failures.map(\.reason) == [
        "expected 2 fields, found 1", "expected 2 fields, found 3", "`n`: found \"z\": the text is not a BIGINT",
        "text follows the closing quote of a field", "a quoted field has no closing quote before the end of the input",
      ])
    #expect(chunk.failures.map(\.record) == [1, 2, 3, 4, 6])
  }

  @Test func types() {
    let fields: [(DataType, String, Value)] = [
      (.int32, "-12", .int(-12)), (.int64, " 007 ", .int(7)), (.boolean, "TRUE", .bool(true)),
      (.float64, "1e3", .double(1000)),
      (.decimal(precision: 6, scale: 2), "12.5", .decimal(1250)),
      (.timestamp, "1970-01-01 00:00:01.250", .int(1_250_000)),
      (.timestamp, "1000", .int(1_000_000)), (.date, "1970-01-02", .int(1)), (.time, "00:00:01", .int(1_000_000)),
      (.bytes(), "AQI=", .bytes([1, 2])), (.json, "\"[1,\"\"x\"\"]\"", .string("[1,\"x\"]")),
      (.text, "t", .string("t")),
    ]
    let names = fields.indices.map { "f\($0)" }
    let columns = fields.indices.map { column(names[$0], fields[$0].0) }
    let line = fields.map(\.1).joined(separator: ",")
    #expect(rows(Self.decode(line + "\n" + line, columns, layout: names)) == [fields.map(\.2), fields.map(\.2)])
    for (type, text) in [
      (DataType.int8, "128"), (.int64, "1.5"), (.boolean, "1"), (.decimal(precision: 3, scale: 1), "1.25"),
      (.date, "x"),
      (.bytes(), "*"), (.string(maximumLength: 2), "abc"), (.array(element: .int64), "[1]"), (.float32, "1e99"),
    ] {
      #expect(Self.decode("\(text)\n", [column("v", type)], layout: ["v"]).failures.count == 1, "\(type)")
    }
    #expect(Self.decode("x,\n", [column("v", .text, nullable: false)], layout: ["u", "v"]).failures.count == 1)
  }

  @Test func headersAndOrder() throws {
    let bytes = Array("\u{FEFF}b,\"a \"\"x\"\"\",c\r\n1,2,3\n".utf8)
    let blob = Blob(bytes)
    let header = try #require(CSVHeader(blob, range: 0..<bytes.count, isLast: true))
    #expect(header.names == ["b", "a \"x\"", "c"] && header.end == bytes.count - 6)
    #expect(CSVHeader(blob, range: 0..<8, isLast: false) == nil)
    let plan = CSVDecoderPlan(
      columns: [column("c", .int64), column("none", .int64), column("b", .int64)], layout: header.names)
    #expect(plan.missingColumns.map(\.field.name) == ["none"])
    let chunk = CSVRecordDecoder(plan).decode(blob, range: header.end..<bytes.count, isLast: true, maximumRecords: .max)
    #expect(rows(chunk) == [[.int(3), .null, .int(1)]])
  }

  @Test func roundTrip() {
    for seed in 0..<seedCount(200) {
      var random = SeededGenerator(seed)
      let fields = (0..<Int.random(in: 1...6, using: &random)).map {
        Field("f\($0),", RandomRows.type(&random, depth: 0))
      }
      var values = (0..<10).map { _ in fields.map { RandomRows.value($0.type, &random) } }
      // A record that is nothing but one NULL is a blank line, which is no record.
      if fields.count == 1 { values.removeAll { $0[0] == .null } }
      let batch = Batch(
        columns: fields.indices.map { index in Column(values.map { $0[index] }, type: fields[index].type) },
        count: values.count)
      let buffer = ByteBuffer()
      let encoder = CSVRecordEncoder(CSVEncoderPlan(fields: fields))
      encoder.encodeHeader(into: buffer)
      encoder.encode(batch, into: buffer)
      let blob = buffer.finish()
      guard let header = CSVHeader(blob, range: 0..<blob.capacity, isLast: true) else { continue }
      #expect(header.names == fields.map(\.name))
      let plan = CSVDecoderPlan(columns: fields.map { DecodedColumn(path: [$0.name], field: $0) }, layout: header.names)
      let decoder = CSVRecordDecoder(plan)
      let chunk = decoder.decode(blob, range: header.end..<blob.capacity, isLast: true, maximumRecords: .max)
      #expect(rows(chunk) == values, "seed \(seed)")
    }
  }

  @Test func mutationsNeverTrap() {
    for seed in 0..<seedCount(400) {
      var random = SeededGenerator(seed)
      var bytes = Array("1,\"a\"\"b\",2015-07-15 00:00:00.000\n2,,\r\n3,\"x\ny\",1970-01-01\n".utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = [0x22, 0x2C, 0x0A, 0x0D, 0xFF, 0x00, 0x31, 0x20][Int.random(in: 0..<8, using: &random)]
      }
      let decoder = CSVRecordDecoder(
        CSVDecoderPlan(
          columns: [column("n", .int64), column("t", .text), column("d", .timestamp)], layout: ["n", "t", "d"]))
      let end = Int.random(in: 0...bytes.count, using: &random)
      let first = decoder.decode(Blob(bytes), range: 0..<end, isLast: false, maximumRecords: .max)
      let rest = decoder.decode(Blob(bytes), range: first.end..<bytes.count, isLast: true, maximumRecords: .max)
      let whole = Self.decode(
        String(decoding: bytes, as: UTF8.self), [], layout: ["n", "t", "d"])
      #expect(first.recordCount + rest.recordCount == whole.recordCount, "seed \(seed)")
    }
  }

  @Test func rawRecords() {
    let bytes = Array("one\r\n\n\u{e4}\nlast".utf8)
    let decoder = RawRecordDecoder(columns: [column("line", .text), column("data", .bytes())])
    let chunk = decoder.decode(Blob(bytes), range: 0..<bytes.count, isLast: true, maximumRecords: .max)
    #expect(chunk.columns[0].values == ["one", "", "ä", "last"].map { Value.string($0) })
    #expect(chunk.columns[1].values == chunk.columns[0].values)
    let broken = decoder.decode(Blob([0xFF, 0x0A, 0x61, 0x0A]), range: 0..<4, isLast: true, maximumRecords: .max)
    #expect(broken.columns[0].values == [.string("a")] && broken.failures.map(\.record) == [0])
  }
}
