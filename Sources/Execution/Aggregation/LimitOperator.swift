// LIMIT without ORDER BY over bounded input, at one worker. In: append-only rows. Out: at the end, the first rows in
// canonical order, so that neither steps nor workers change which they are. Keeps at most `limit` rows of each partition,
// and needs no more input once the first partitions alone give enough.

import Plan
import Values

final class LimitOperator: Operator {
  private struct Place: Hashable, Comparable {
    var source: Int32
    var partition: Int32

    static func < (left: Place, right: Place) -> Bool {
      (left.source, left.partition) < (right.source, right.partition)
    }
  }

  private let wanted: Int
  private let offset: Int
  private let types: [DataType]
  private var kept: [Place: [Batch]] = [:]
  private var counts: [Place: Int] = [:]

  /// Whether all rows come from the partitions of one source, so that the first partition's rows stand first.
  private let hasOneSource: Bool

  init(_ limit: Int64, offset: Int64, schema: Schema, hasOneSource: Bool) {
    self.hasOneSource = hasOneSource
    wanted = Int(clamping: limit.addingSaturating(offset))
    self.offset = Int(clamping: offset)
    types = schema.fields.map(\.type)
  }

  var stateSize: StateSize {
    let rows = counts.values.reduce(0, +)
    return StateSize(rows: rows, keys: 0, bytes: kept.values.joined().reduce(0) { $0 + $1.byteCount })
  }

  /// Full when the first partition that rows came from has given enough: whatever comes later stands behind those.
  var isSatisfied: Bool {
    if wanted == 0 { return true }
    guard hasOneSource, let first = counts.keys.min(), first.partition == 0 else { return false }
    return (counts[first] ?? 0) >= wanted
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let place = Place(source: batch.origin?.source ?? -1, partition: batch.origin?.partition ?? -1)
    let room = wanted - (counts[place] ?? 0)
    let taken = min(room, batch.count)
    output.countFiltered(batch.count - max(taken, 0))
    guard taken > 0 else { return }
    var rows = batch.slice(0..<taken)
    rows.order = rows.order ?? rows.arrivalKeys
    kept[place, default: []].append(rows)
    counts[place, default: 0] += taken
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    guard isLast else { return }
    var number = 0
    for place in kept.keys.sorted() {
      for batch in kept[place] ?? [] {
        let first = min(max(offset - number, 0), batch.count)
        let end = min(max(wanted - number, 0), batch.count)
        number += batch.count
        output.countFiltered(batch.count - max(end - first, 0))
        if end > first { output.emit(batch.slice(first..<end)) }
      }
    }
    kept = [:]
    counts = [:]
  }

  func writeState(to writer: ColumnWriter) {
    writer.write(Int64(kept.count))
    for place in kept.keys.sorted() {
      writer.write(Int64(place.source))
      writer.write(Int64(place.partition))
      Batch.concatenate(kept[place] ?? [], types: types).write(to: writer)
    }
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    kept = [:]
    counts = [:]
    let count = try reader.int()
    for _ in 0..<max(count, 0) {
      let place = Place(
        source: Int32(truncatingIfNeeded: try reader.int()),
        partition: Int32(truncatingIfNeeded: try reader.int()))
      let rows = try Batch(from: reader, types: types)
      kept[place] = [rows]
      counts[place] = rows.count
    }
  }
}
