// TOP PER WINDOW. In: append-only rows that carry their window. Out: the first rows of each window and partition, once, when the
// watermark passes the window's end; or changes, as `RankOperator` says them, until the window has closed and said all.
// State is one table for each open window, which goes with it.

import Plan
import Values

final class WindowRankOperator: Operator {
  private let ranking: Ranking
  private let window: WindowColumns
  private let schema: Schema
  private let input: RankInput
  private var tables: [SliceKey: RankTable] = [:]
  private var period = EmissionPeriod()
  private var closedThrough = Int64.min
  private let speaksAtClose: Bool

  init(_ ranking: Ranking, window: WindowColumns, schema: Schema, timeZone: TimeZoneRules) {
    self.ranking = ranking
    self.window = window
    self.schema = schema
    input = RankInput(ranking, schema: schema, inputIsAppendOnly: true, latestFirst: false, timeZone: timeZone)
    if case .every(_, andFinal: false) = ranking.emission { speaksAtClose = false } else { speaksAtClose = true }
  }

  var stateSize: StateSize {
    tables.values.reduce(into: StateSize()) { size, table in
      if ranking.emission == .final { size.rows += table.size.rows }
      size.keys += table.size.keys
      size.bytes += table.size.bytes
    }
  }

  func process(_ batch: Batch, input port: Int, step: StepContext, output: any OperatorOutput) {
    for (bounds, selected) in batch.rowsByWindow(window) {
      let rows = input.rows(of: batch.gather(selected), step: step, output: output)
      guard rows.count > 0 else { continue }
      let key = SliceKey(start: bounds.start, firstEnd: bounds.end)
      let table = tables[key] ?? RankTable(ranking, schema: schema, isAppendOnly: true)
      tables[key] = table
      table.insert(rows, groups: table.groups(of: rows), notesChanges: ranking.emission != .final)
    }
  }

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    closedThrough = max(closedThrough, watermark)
    if speaksAtClose {
      emit(tables.keys.filter { $0.firstEnd <= watermark }, output)
    }
    release()
    return watermark
  }

  /// Windows are said in the order of their ends.
  private static func precedes(_ left: SliceKey, _ right: SliceKey) -> Bool {
    (left.firstEnd, left.start) < (right.firstEnd, right.start)
  }

  /// Forgets closed windows that have said all.
  private func release() {
    for (key, table) in tables where key.firstEnd <= closedThrough && !table.hasChanges { tables[key] = nil }
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    switch ranking.emission {
    case .final: return
    case .changes: break
    case .every(let length, _):
      if tables.values.contains(where: \.hasChanges) { period.change(at: step.now) }
      guard isLast || period.isOver(length, at: step.now) else { return }
    }
    emit(Array(tables.keys), output)
    release()
  }

  private func emit(_ windows: [SliceKey], _ output: any OperatorOutput) {
    var hasSpoken = false
    for key in windows.sorted(by: Self.precedes) { hasSpoken = emit(key, output) || hasSpoken }
    if hasSpoken, !tables.values.contains(where: \.hasChanges) { period.restart() }
  }

  /// Says whether there was anything to say.
  private func emit(_ key: SliceKey, _ output: any OperatorOutput) -> Bool {
    guard let table = tables[key] else { return false }
    if ranking.emission == .final {
      guard let (columns, order) = table.allRanked() else { return false }
      output.emit(Batch(columns: columns, count: order.count, order: placed(order, key)))
    } else {
      guard let (columns, weights, order) = table.takeChanges() else { return false }
      output.emit(Batch(columns: columns, count: weights.count, weights: weights, order: placed(order, key)))
    }
    return true
  }

  private func placed(_ order: BytesVector, _ key: SliceKey) -> BytesVector {
    order.prefixed(byWindowEnd: key.firstEnd, start: key.start)
  }

  func writeState(to writer: ColumnWriter) {
    period.write(to: writer)
    writer.write(closedThrough)
    writer.write(tables.count)
    for key in tables.keys.sorted() {
      writer.write(key.start)
      writer.write(key.firstEnd)
      tables[key]?.write(to: writer)
    }
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    try period.read(from: reader)
    closedThrough = try reader.int()
    tables = [:]
    let count = try reader.int()
    for _ in 0..<max(count, 0) {
      let key = SliceKey(start: try reader.int(), firstEnd: try reader.int())
      let table = RankTable(ranking, schema: schema, isAppendOnly: true)
      try table.read(from: reader)
      tables[key] = table
    }
  }
}
