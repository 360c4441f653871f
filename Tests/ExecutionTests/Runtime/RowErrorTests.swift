// Rows on which an expression fails: they go to the error stream with the place of their record, the others go on.

import Plan
import Testing
import Values

@testable import Execution

@Suite struct RowErrorTests {
  @Test("a division by zero behind a filter and an exchange names its record", arguments: [1, 2, 3])
  func divisionByZero(_ workers: Int) throws {
    let folder = TestFolder()
    let events = (0..<80).map { Event(k: Int64($0 % 20), v: "v\($0)", ts: Int64($0) * 1_000_000) }
    folder.write("a.jsonl", events.map(\.json).joined(separator: "\n"))
    var test = TestPlan()
    let rows = test.exchange(
      test.filter(test.watermark(test.scan()), TestPlan.k("<", 10)), [0])
    let k = Expression.column(0, TestPlan.schema[0])
    let quotient = test.project(
      rows, [NamedExpression("q", TestPlan.call("DIV", .literal(.int(100), .int64), k)), NamedExpression("k", k)])
    test.sink(quotient)
    test.sink(Port(node: quotient.node, stream: .errors))
    for bytes in [60, 500, 1 << 16] {
      var options = RunOptions()
      options.parallelism = workers
      options.chunkBytes = bytes
      let source = try FileSource(paths: [folder.path + "/a.jsonl"], format: .json)
      let (run, sinks) = try start(test.plan, [source], options)
      #expect(try run.run() == .finished)
      #expect(sinks[0].count == 36)
      let dead = sinks[1].rows
      let expected = [0, 20, 40, 60]
      let found = (0..<dead.count).map { dead.row($0) }.sorted { "\($0[6])".count < "\($1[6])".count }
      #expect(found.map { $0[6] } == expected.map { .int(Int64($0)) })
      #expect(found.map { $0[8] } == expected.map { .string(events[$0].json) })
      #expect(found.map { $0[7] } == expected.map { .int(events[$0].ts) })
      #expect(found.allSatisfy { $0[0] == .string("R1002") && $0[3] == .string("project") })
      #expect(run.books.balances)
      #expect(run.books.deadLettered == 4 && run.books.filtered == 40)
    }
  }
}
