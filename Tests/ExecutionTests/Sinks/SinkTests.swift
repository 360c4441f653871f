// Sinks: what is written, and what is left of an updating stream.

import Plan
import Schemas
import Testing
import Values

@testable import Execution

@Suite struct SinkTests {
  private static let schema = Schema([Field("k", .int64), Field("n", .int64)])

  private func batch(_ rows: [(Int64, Int64, Int64)]) -> Batch {
    var batch = Batch(
      columns: [Column(.int(Vector(rows.map(\.1)))), Column(.int(Vector(rows.map(\.2))))], count: rows.count)
    batch.weights = Vector(rows.map(\.0))
    batch.order = KeyEncoder(types: [.int64]).encode([batch.columns[0]], count: rows.count)
    return batch
  }

  private static let step = SinkStep(step: 1, now: 0, isReplay: false)

  @Test("the current rows of an upsert stream are the last of each key, in key order")
  func keyed() throws {
    let sink = MaterializedSink(schema: Self.schema, keyColumns: [0])
    try sink.write(.rows(batch([(1, 9, 1), (1, 2, 1), (1, 5, 1)])), step: Self.step)
    try sink.write(.rows(batch([(-1, 9, 1), (1, 9, 2), (-1, 5, 1)])), step: Self.step)
    #expect(sink.rows.lines == ["2 1", "9 2"])
    let writer = ColumnWriter()
    sink.writeState(to: writer)
    let other = MaterializedSink(schema: Self.schema, keyColumns: [0])
    try other.readState(from: ColumnReader(writer.finish()))
    try other.write(.rows(batch([(1, 5, 7)])), step: Self.step)
    #expect(other.rows.lines == ["2 1", "5 7", "9 2"])
  }

  @Test("without a key, rows are counted whole")
  func multiset() throws {
    let sink = MaterializedSink(schema: Self.schema, keyColumns: [])
    try sink.write(.rows(batch([(1, 1, 1), (1, 1, 1), (1, 1, 2), (-1, 1, 2), (1, 0, 0)])), step: Self.step)
    #expect(sink.rows.lines == ["0 0", "1 1", "1 1"])
  }

  @Test("many updates of few keys do not pile up")
  func compaction() throws {
    let sink = MaterializedSink(schema: Self.schema, keyColumns: [0])
    for round in 0..<40 {
      try sink.write(.rows(batch((0..<5000).map { (1, Int64($0 % 10), Int64(round)) })), step: Self.step)
    }
    #expect(sink.rows.lines == (0..<10).map { "\($0) 39" })
  }

  @Test("a row taken back and added right behind for one key is an update")
  func kinds() {
    let rows = batch([(1, 1, 1), (-1, 2, 1), (1, 2, 2), (-1, 3, 1), (1, 4, 1), (-1, 5, 9)])
    #expect(
      ChangeKinds.of(rows, keyColumns: [], types: [.int64, .int64])
        == [.insert, .updateBefore, .updateAfter, .delete, .insert, .delete])
    var unordered = rows
    unordered.order = nil
    #expect(
      ChangeKinds.of(unordered, keyColumns: [0], types: [.int64, .int64])
        == [.insert, .updateBefore, .updateAfter, .delete, .insert, .delete])
  }

  @Test("JSON lines with the kind of change first, and an empty CSV with its header")
  func text() throws {
    let files = TestFolder()
    let json = try FileSink(
      path: files.path + "/a.jsonl",
      encoding: RowEncoding(form: .jsonLines, schema: Self.schema, writesOperation: true, keyColumns: [0]))
    try json.write(.rows(batch([(1, 1, 1), (-1, 2, 1), (1, 2, 2)])), step: Self.step)
    try json.close()
    #expect(
      files.read("a.jsonl")
        == "{\"op\":\"+I\",\"k\":1,\"n\":1}\n{\"op\":\"-U\",\"k\":2,\"n\":1}\n{\"op\":\"+U\",\"k\":2,\"n\":2}\n")
    let csv = try FileSink(path: files.path + "/a.csv", encoding: RowEncoding(form: .csv, schema: Self.schema))
    try csv.close()
    #expect(files.read("a.csv") == "k,n\n")
  }

  @Test("a folder that is not there and a full disk are said so")
  func wrongPlaces() throws {
    #expect(throws: ExecutionError.self) {
      try FileSink(path: "/nowhere/x", encoding: RowEncoding(form: .csv, schema: Self.schema))
    }
    let full = try FileSink(path: "/dev/full", encoding: RowEncoding(form: .jsonLines, schema: Self.schema))
    try full.write(.rows(batch([(1, 1, 1)])), step: Self.step)
    #expect(throws: ExecutionError.diskFull(path: "/dev/full")) { try full.flush(isDurable: false) }
  }
}
