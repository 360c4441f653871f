// Inner joins of rows that are never taken back: each row meets those of the other side that came before it, at once.
// In: rows of both sides. Out: pairs, as they are found. Keeps every row of both sides.
//
// So that neither batches nor workers show, left rows of a step meet the right rows of the steps before it as they
// come, and right rows wait for the end of the step's rows. Pairs stand where the row that completed them stands.

import Plan
import Values

final class JoinOperator: Operator {
  private let inputs: [JoinInput]
  private let sides: [JoinSide]
  private var index: GroupIndex
  private let residual: JoinResidual
  /// Whether anything puts the pairs in order, so that those of right rows must say where they stand.
  private let isOrdered: Bool
  /// Right rows of the step.
  private var waiting: [KeyedRows] = []
  private var hasEnded = false
  /// Pairs are handed on when there are so many.
  static let pairLimit = 32_768

  init(_ join: Join, left: Schema, right: Schema, isOrdered: Bool, timeZone: TimeZoneRules) {
    inputs = JoinInput.sides(of: join, timeZone: timeZone)
    sides = [left, right].map { JoinSide(types: $0.fields.map(\.type)) }
    index = GroupIndex(types: inputs[0].keyTypes)
    residual = JoinResidual(join.residual, width: left.count + right.count, timeZone: timeZone)
    self.isOrdered = isOrdered
  }

  var stateSize: StateSize {
    StateSize(
      rows: hasEnded ? 0 : sides[0].count + sides[1].count, keys: index.count,
      bytes: index.memory + sides[0].byteCount + sides[1].byteCount)
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    var rows = inputs[input].rows(of: batch, step: step, output: output)
    if let meeting = rows.meeting { rows = rows.gather(selection(where: meeting)) }
    guard rows.batch.count > 0 else { return }
    if input == 1 { return waiting.append(rows) }
    rows.batch.origin = rows.batch.origin.map {
      Origin(source: $0.source, partition: $0.partition, offsets: $0.offsets)
    }
    join(rows, from: 0, step: step, output: output)
  }

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    for var rows in waiting {
      rows.batch.order = isOrdered ? rows.batch.order ?? rows.batch.arrivalKeys : nil
      rows.batch.origin = nil
      join(rows, from: 1, step: step, output: output)
    }
    waiting = []
    residual.report(to: output)
    return watermark
  }

  /// At the end of the input every row has met whatever it could.
  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) { hasEnded = isLast }

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
        if mine.count >= Self.pairLimit { emit(arrived, mine, theirs, from: side, step: step, output: output) }
      }
    }
    emit(arrived, mine, theirs, from: side, step: step, output: output)
    sides[side].append(arrived.columns, keys: keys, keyCount: index.count)
  }

  private func emit(
    _ arrived: Batch, _ mine: VectorBuilder<Int32>, _ theirs: VectorBuilder<Int32>, from side: Int, step: StepContext,
    output: any OperatorOutput
  ) {
    guard mine.count > 0 else { return }
    var (rows, matches) = (mine.copy(), theirs.copy())
    mine.truncate(to: 0)
    theirs.truncate(to: 0)
    let width = sides[0].types.count
    func column(_ number: Int) -> Column {
      let isLeft = number < width
      let place = isLeft ? number : number - width
      return (isLeft ? side == 0 : side == 1)
        ? arrived.columns[place].gather(rows) : sides[1 - side].column(place, matches)
    }
    if let passing = residual.matching(rows.count, now: step.now, column) {
      rows = rows.gather(passing)
      matches = matches.gather(passing)
      if rows.count == 0 { return }
    }
    let total = width + sides[1].types.count
    var pairs = Batch(columns: (0..<total).map(column), count: rows.count)
    pairs.origin = arrived.origin?.gather(rows)
    pairs.order = arrived.order?.gather(rows)
    output.emit(pairs)
  }

  func writeState(to writer: ColumnWriter) {
    precondition(waiting.isEmpty, "a join is saved between steps")
    index.write(to: writer)
    for side in sides { side.write(Vector.indices(side.count), to: writer) }
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: index.types)
    for side in sides { try side.read(from: reader, keyCount: index.count) }
  }
}
