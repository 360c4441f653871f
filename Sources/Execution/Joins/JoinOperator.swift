// Inner joins of rows that are never taken back: each row meets those of the other side that came before it, at once.
// In: rows of both sides. Out: pairs, as they are found. Keeps every row of both sides.
//
// So that neither batches nor workers show, left rows of a step meet the right rows of the steps before it as they
// come, and right rows wait for the end of the step's rows. Pairs stand where the row that completed them stands.

import Plan
import Values

package final class JoinOperator: Operator {
  private let inputs: [JoinInput]
  private let sides: [JoinSide]
  private var index: GroupIndex
  private let pairs: PairOutput
  /// Whether anything puts the pairs in order, so that those of right rows must say where they stand.
  private let isOrdered: Bool
  /// Right rows of the step.
  private var waiting: [KeyedRows] = []
  private var hasEnded = false
  /// Pairs are handed on when there are so many.
  static let pairLimit = 32_768

  package init(_ join: Join, left: Schema, right: Schema, isOrdered: Bool, timeZone: TimeZoneRules) {
    inputs = JoinInput.sides(of: join, timeZone: timeZone)
    sides = [left, right].map { JoinSide(types: $0.fields.map(\.type)) }
    index = GroupIndex(types: inputs[0].keyTypes)
    pairs = PairOutput(join, sides: sides, timeZone: timeZone)
    self.isOrdered = isOrdered
  }

  package var stateSize: StateSize {
    StateSize(
      rows: hasEnded ? 0 : sides[0].count + sides[1].count, keys: index.count,
      bytes: index.memory + sides[0].byteCount + sides[1].byteCount)
  }

  package func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    var rows = inputs[input].rows(of: batch, step: step, output: output)
    if let meeting = rows.meeting { rows = rows.gather(selection(where: meeting)) }
    guard rows.batch.count > 0 else { return }
    if input == 1 { return waiting.append(rows) }
    rows.keepPlace()
    join(rows, from: 0, step: step, output: output)
  }

  package func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    for var rows in waiting {
      rows.moveBehind(isOrdered: isOrdered)
      join(rows, from: 1, step: step, output: output)
    }
    waiting = []
    pairs.reportFailures(to: output)
    return watermark
  }

  /// At the end of the input every row has met whatever it could.
  package func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) { hasEnded = isLast }

  private func join(_ rows: KeyedRows, from side: Int, step: StepContext, output: any OperatorOutput) {
    let arrived = rows.batch
    let keys = index.ids(for: rows.keys, count: arrived.count)
    let other = sides[1 - side]
    other.chains.resize(to: index.count)
    let mine = VectorBuilder<Int32>(capacity: arrived.count * 2)
    let theirs = VectorBuilder<Int32>(capacity: arrived.count * 2)
    let (chains, next) = (other.chains.base, other.next.base)
    for row in 0..<arrived.count {
      var match = chains[Int(keys.base[row])].first
      while match >= 0 {
        mine.append(Int32(truncatingIfNeeded: row))
        theirs.append(match)
        match = next[Int(match)]
        if mine.count >= Self.pairLimit {
          _ = pairs.emit(arrived, mine.finish(), theirs.finish(), from: side, now: step.now, output: output)
        }
      }
    }
    _ = pairs.emit(arrived, mine.finish(), theirs.finish(), from: side, now: step.now, output: output)
    sides[side].append(arrived.columns, keys: keys, keyCount: index.count)
  }

  package func writeState(to writer: ColumnWriter) {
    precondition(waiting.isEmpty, "a join is saved between steps")
    index.write(to: writer)
    for side in sides { side.write(Vector.indices(side.count), to: writer) }
  }

  package func readState(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: index.types)
    for side in sides { try side.read(from: reader, keyCount: index.count) }
  }
}
