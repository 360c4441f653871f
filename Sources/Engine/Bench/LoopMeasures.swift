// Measures of the parts that queries are made of, as loops in this process: memory, hash tables, expressions, the log.
// In: data made up here. Out: measures.

import EventLog
import Glibc
import Plan
import Values

extension Measure {
  /// How fast this machine copies memory right now: what a run on another day is compared by.
  static var yardstick: Measure {
    Measure("memcpy", item: "byte", "copying 256 MB: the yardstick of this run") { _ in
      let bytes = 256 << 20
      let source = Vector<UInt8>(repeating: 1, count: bytes)
      let target = Vector<UInt8>(repeating: 2, count: bytes)
      return {
        memcpy(target.base, source.base, bytes)
        return Double(bytes)
      }
    }
  }

  private static let rows = 4096

  /// A loop over `batches` batches of rows: `step` does one of them.
  private static func batches(
    _ name: String, _ summary: String, _ batches: Int, _ step: @escaping () throws -> (Int) -> Void
  ) -> Measure {
    Measure(name, item: "row", summary) { _ in
      {
        let step = try step()
        for batch in 0..<batches { step(batch) }
        return Double(batches * rows)
      }
    }
  }

  /// Row `row` of batch `batch` as one of `count` keys, in no order.
  private static func key(_ batch: Int, _ row: Int, of count: UInt64) -> Int64 {
    Int64((UInt64(batch * rows + row) &* 0x9E37_79B9_7F4A_7C15 >> 20) % count)
  }

  private static func groups(_ count: UInt64, _ name: String, of type: DataType, _ summary: String) -> Measure {
    batches(name, summary, 256) {
      let index = GroupIndex(types: [type])
      return { batch in
        let keys = Vector<Int64>(uninitialized: rows)
        for row in 0..<rows { keys.base[row] = key(batch, row, of: count) }
        _ = index.ids(for: [type == .int64 ? Column(.int(keys)) : texts(keys)], count: rows)
      }
    }
  }

  /// The numbers as strings of 24 bytes.
  private static func texts(_ keys: Vector<Int64>) -> Column {
    let blob = Blob(uninitialized: rows * 24)
    let views = Vector<ByteView>(uninitialized: rows)
    let words = UnsafeMutableRawPointer(blob.base)
    for row in 0..<rows {
      for word in 0..<3 { words.storeBytes(of: keys.base[row], toByteOffset: row * 24 + word * 8, as: Int64.self) }
      views.base[row] = ByteView(offset: row * 24, length: 24)
    }
    return Column(.bytes(BytesVector(views: views, blob: blob)))
  }

  static var tables: [Measure] {
    [
      groups(10_000, "group-int", of: .int64, "ids of 10 000 integer keys"),
      groups(1_000_000, "group-int-large", of: .int64, "ids of 1 000 000 integer keys, the table growing"),
      groups(10_000, "group-text", of: .text, "ids of 10 000 keys of 24 bytes"),
    ]
  }

  private static func expression(
    _ name: String, _ summary: String, _ build: @escaping () throws -> Expression
  ) -> Measure {
    batches(name, summary, 2048) {
      let program = ExpressionProgram(try build())
      let values = Vector<Int64>(uninitialized: rows)
      for row in 0..<rows { values.base[row] = key(0, row, of: 100_000) }
      let column = Column(.int(values))
      return { _ in _ = program.evaluate(columns: [column], count: rows, context: EvaluationContext(now: 0)) }
    }
  }

  private static func call(_ name: String, _ arguments: Expression...) throws -> Expression {
    switch FunctionLibrary.scalar.makeCall(name, arguments) {
    case .success(let expression): return expression
    case .failure: throw EngineError("the function library has no `\(name)` for a measure")
    }
  }

  private static let price = Expression(.column(0), type: .int64, nullable: false)

  private static func literal(_ value: Int64) -> Expression {
    Expression(.literal(.int(value)), type: .int64, nullable: false)
  }

  static var expressions: [Measure] {
    [
      expression("expr-add", "integer addition, checked for overflow") { try call("+", price, literal(7)) },
      expression("expr-compare", "integer comparison") { try call("<", price, literal(50_000)) },
      expression("expr-decimal", "exact decimal times integer") {
        try call(
          "*", Expression(.literal(.decimal(908)), type: .decimal(precision: 3, scale: 3), nullable: false), price)
      },
      expression("expr-date", "DATE_FORMAT of a timestamp to a day") {
        try call(
          "DATE_FORMAT", Expression(.column(0), type: .timestamp, nullable: false),
          Expression(.literal(.string("yyyy-MM-dd")), type: .text, nullable: false))
      },
    ]
  }

  /// Appends `count` batches of 1000 records of 100 bytes to a new log.
  private static func append(_ folder: String, _ count: Int, _ acknowledgement: Acknowledgement) throws -> Double {
    let log = try EventLog(folder: folder, mode: .readWrite)
    if log.hasTopic("bench") { try log.deleteTopic("bench") }
    try log.createTopic("bench", partitions: 1)
    let partition = try log.topic("bench").partition(0)
    let writer = RecordBatchWriter()
    let value = Vector<UInt8>(repeating: 65, count: 100)
    let bytes = UnsafeRawBufferPointer(start: value.base, count: 100)
    for batch in 0..<count {
      writer.reset()
      for record in 0..<1000 {
        try writer.append(key: nil, value: bytes, timestamp: Int64(batch * 1000 + record))
      }
      try partition.append(writer, acknowledgement: acknowledgement)
    }
    try withExtendedLifetime(value) { try log.close() }
    return Double(count * 1000)
  }

  static var log: [Measure] {
    [
      Measure("log-append", item: "record", "appending 100 bytes in batches of 1000, synced in the background") {
        setting in
        { try append(setting.folder + "/log", 500, .written) }
      },
      Measure("log-append-sync", item: "record", "the same, each batch on the disk before the next") { setting in
        { try append(setting.folder + "/log", 100, .durable) }
      },
      Measure("log-read", item: "record", "reading what log-append wrote, with its checksums") { setting in
        let records = try append(setting.folder + "/read", 500, .written)
        return {
          let log = try EventLog(folder: setting.folder + "/read", mode: .readOnly)
          let partition = try log.topic("bench").partition(0)
          var offset: Int64 = 0
          while offset < Int64(records) { offset = try partition.read(from: offset, maxBytes: 1 << 20).nextOffset }
          try log.close()
          return records
        }
      },
    ]
  }
}
