// Whole JSON records: which fields become which columns, what is missing, doubled or in another order, and how lines are
// cut. What does not decode leaves no row and no trace.

import Schemas
import Testing
import Values

@Suite struct JSONRecordTests {
  @Test func nestedFields() {
    let columns = [column("bid.price", .int64), column("bid.info.url", .text), column("kind", .int32)]
    let chunk = decodeLines(
      """
      {"kind":2,"bid":{"price":7,"other":[1,{"price":9}],"info":{"x":{},"url":"u"}}}
      {"bid":{"info":{"url":"w"}}}
      {"bid":null,"kind":3}
      {}
      {"kind":4,"bid":{"info":null,"price":8}}
      """, columns)
    #expect(
      rows(chunk) == [
        [.int(7), .string("u"), .int(2)], [.null, .string("w"), .null], [.null, .null, .int(3)], [.null, .null, .null],
        [.int(8), .null, .int(4)],
      ])
    #expect(chunk.failures.isEmpty)
  }

  @Test func mistakesNameThePath() {
    func reason(_ text: String, _ columns: DecodedColumn...) -> String? {
      decodeLines(text, columns).failures.first?.reason
    }
    let price = column("bid.price", .int64)
    #expect(reason("{\"bid\":{\"price\":\"12\"}}", price) == "`bid.price`: expected BIGINT, found the string \"12\"")
    #expect(reason("{\"bid\":7}", price) == "`bid`: expected an object, found the number 7")
    #expect(reason("[1]", price) == "expected a JSON object, found the array [1]")
    #expect(
      reason("{\"bid\":{\"price\":1}} x", column("a", .int64))
        == "unexpected text after the end of the object at byte 21: x")
    #expect(reason("{\"bid\":{\"price\":1", price) == "the record ends in the middle of a value")
    let required = column("id", .int64, nullable: false)
    #expect(reason("{}", required) == "`id`: the field is missing, and the column is NOT NULL")
    #expect(reason("{\"id\":null}", required) == "`id`: found null, and the column is NOT NULL")
  }

  /// Every order of keys gives the same row, whatever order came before.
  @Test func everyOrderOfKeys() {
    let fields = ["\"a\":1", "\"b\":\"x\"", "\"c\":{\"d\":2}", "\"long key that nobody needs\":[3]", "\"e\":4"]
    let columns = [column("a", .int64), column("b", .text), column("c.d", .int64), column("e", .int64)]
    var orders: [[String]] = [[]]
    for field in fields {
      orders = orders.flatMap { order in
        (0...order.count).map { place in
          var next = order
          next.insert(field, at: place)
          return next
        }
      }
    }
    let text = orders.map { "{" + $0.joined(separator: ",") + "}\n" }.joined()
    let chunk = decodeLines(text, columns)
    #expect(chunk.count == 120)
    #expect(Set(rows(chunk)) == [[.int(1), .string("x"), .int(2), .int(4)]])
  }

  @Test func firstOfDuplicatesWins() {
    let chunk = decodeLines(
      "{\"a\":1,\"a\":2,\"b\":{\"c\":3},\"b\":{\"c\":4,\"d\":5}}\n{\"a\":null,\"a\":2,\"b\":null,\"b\":{\"c\":1}}",
      [column("a", .int64), column("b.c", .int64), column("b.d", .int64), column("z", .int64)])
    #expect(rows(chunk) == [[.int(1), .int(3), .null, .null], [.null, .null, .null, .null]])
  }

  @Test func oneFieldForSeveralColumns() {
    let columns = [
      column("a", .int64), column("a", .decimal(precision: 5, scale: 1)), column("b", .json), column("b.c", .int64),
      column("b", .row([Field("c", .float64)])), column("", .json),
    ]
    let line = "{\"b\": {\"c\":2, \"d\":3}, \"a\":1}"
    #expect(
      rows(decodeLines(line, columns)) == [
        [
          .int(1), .decimal(10), .string("{\"c\":2, \"d\":3}"), .int(2), .row([.double(2)]), .string(line),
        ]
      ])
  }

  @Test func arraysAndStructs() {
    let item = DataType.row([Field("n", .int64, nullable: false), Field("tags", .array(element: .text))])
    let columns = [column("id", .int64), column("items", .array(element: item))]
    let chunk = decodeLines(
      """
      {"id":1,"items":[{"n":1,"tags":["a","b\\n"]},{"n":2}]}
      {"id":2,"items":[{"n":3,"tags":["lost\\n"]},{"n":"x"}]}
      {"id":3,"items":[]}
      {"id":4,"items":[null,{"tags":[null,"c"],"n":4}]}
      {"id":5,"items":[{"tags":[]}]}
      {"id":6}
      """, columns)
    #expect(
      rows(chunk) == [
        [.int(1), .array([.row([.int(1), .array([.string("a"), .string("b\n")])]), .row([.int(2), .null])])],
        [.int(3), .array([])],
        [.int(4), .array([.null, .row([.int(4), .array([.null, .string("c")])])])],
        [.int(6), .null],
      ])
    #expect(
      chunk.failures.map(\.reason) == [
        "`items[].n`: expected BIGINT, found the string \"x\"",
        "`items[].n`: the field is missing, and the column is NOT NULL",
      ])
    #expect(chunk.recordNumbers?.array == [0, 2, 3, 5])
  }

  @Test func lines() {
    let text = "\u{FEFF}{\"a\":1}\r\n\r\n  \n{\"a\":2} \n\t{ \"a\" : 3 , \"b\" : [ ] }\n{\"a\":4}"
    let chunk = decodeLines(text, [column("a", .int64)])
    #expect(chunk.columns[0].values == [.int(1), .int(2), .int(3), .int(4)])
    #expect(chunk.recordCount == 4)
    let bytes = Array(text.utf8)
    let payloads = chunk.payloads.array.map {
      String(decoding: bytes[Int($0.offset)..<Int($0.offset + $0.length)], as: UTF8.self)
    }
    #expect(payloads == ["{\"a\":1}", "{\"a\":2}", "{ \"a\" : 3 , \"b\" : [ ] }", "{\"a\":4}"])
  }

  @Test func anUnfinishedLineWaits() {
    let bytes = Array("{\"a\":1}\n{\"a\":2}".utf8)
    let decoder = JSONRecordDecoder(JSONDecoderPlan(columns: [column("a", .int64)]))
    let first = decoder.decode(Blob(bytes), range: 0..<bytes.count, isLast: false, maximumRecords: .max)
    #expect(first.count == 1 && first.end == 8)
    let rest = decoder.decode(Blob(bytes), range: first.end..<bytes.count, isLast: true, maximumRecords: .max)
    #expect(rest.columns[0].values == [.int(2)] && rest.end == bytes.count)
    let limited = decoder.decode(Blob(bytes), range: 0..<bytes.count, isLast: true, maximumRecords: 1)
    #expect(limited.count == 1 && limited.end == 8)
  }

  @Test func noColumns() {
    let chunk = decodeLines("{\"a\":1}\nnothing\n{}\n{\"a\":\n", [])
    #expect(chunk.count == 2 && chunk.failures.map(\.record) == [1, 3])
  }

  @Test func recordsOfATopic() {
    let parts = ["{\"a\":1}", "", " {\"a\":2} ", "{\"a\":3", "4}", "{\"a\":5}\n", "{\"a\":6}x"]
    let blob = Blob(parts.flatMap { Array($0.utf8) })
    var views: [ByteView] = []
    for part in parts {
      views.append(ByteView(offset: views.reduce(0) { $0 + Int($1.length) }, length: part.utf8.count))
    }
    let decoder = JSONRecordDecoder(JSONDecoderPlan(columns: [column("a", .int64), column("b", .int64)]))
    let chunk = decoder.decodeRecords(blob, Vector(views))
    #expect(chunk.columns[0].values == [.int(1), .int(2), .int(5)])
    #expect(chunk.failures.map(\.record) == [1, 3, 4, 6])
    // All columns are found before the end here: the end must still be the record's own.
    let early = JSONRecordDecoder(JSONDecoderPlan(columns: [column("a", .int64)])).decodeRecords(blob, Vector(views))
    #expect(early.columns[0].values == [.int(1), .int(2), .int(5)])
    #expect(early.failures.map(\.record) == [1, 3, 4, 6])
  }

  /// Keys that no one asked for are remembered up to a limit; beyond it, and with long ones, rows stay right.
  @Test func manyUnknownKeys() {
    var lines = ""
    for line in 0..<40 {
      let unknown = (0..<20).map { "\"key\($0 * 7 + line * 3)\":\($0)" }
      lines +=
        "{" + (unknown + ["\"\(String(repeating: "k", count: 30 + line))\":1", "\"a\":\(line)"]).joined(separator: ",")
        + "}\n"
    }
    #expect(decodeLines(lines, [column("a", .int64)]).columns[0].values == (0..<40).map { .int($0) })
  }

  /// A key that is not remembered predicts nothing: least of all a field of another object.
  @Test func keysThatAreNotRemembered() {
    let long = String(repeating: "k", count: 60)
    let line = "{\"\(long)\":0,\"a\":1,\"in\":{\"\(long)\":0,\"a\":2}}\n"
    let chunk = decodeLines(line + line, [column("a", .int64), column("in.a", .int64)])
    #expect(rows(chunk) == [[.int(1), .int(2)], [.int(1), .int(2)]])
  }

  @Test func splitPoints() {
    let bytes = Array("{\"a\":1}\n{\"a\":22}\n{\"a\":3}".utf8)
    let blob = Blob(bytes)
    let points = (0...bytes.count).map { splitPoint(blob, range: 0..<bytes.count, near: $0) }
    #expect(Set(points) == [0, 8, 17, bytes.count])
    for offset in 0...bytes.count { #expect(points[offset] >= offset) }
  }
}
