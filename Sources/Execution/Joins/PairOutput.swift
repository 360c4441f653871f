// Pairs that are said as soon as they are found: rows of a batch with the rows of the other side that they met. In: row
// numbers of both. Out: the pairs that match, as a batch that stands where the arriving rows stand. Keeps nothing.

import Plan
import Values

final class PairOutput {
  private let sides: [JoinSide]
  private let residual: JoinResidual
  /// Whether pairs leave, rather than being counted only.
  private let emitsPairs: Bool
  private let width: Int

  init(_ join: Join, sides: [JoinSide], timeZone: TimeZoneRules) {
    self.sides = sides
    width = sides[0].types.count
    residual = JoinResidual(join.residual, width: width + sides[1].types.count, timeZone: timeZone)
    emitsPairs = !join.kind.givesLeftOnly
  }

  /// Emits pairs of `rows` of the batch, which came at `side`, with `matches` of the other side. Gives those that
  /// match.
  func emit(
    _ arrived: Batch, _ rows: Vector<Int32>, _ matches: Vector<Int32>, from side: Int, now: Int64,
    output: any OperatorOutput
  ) -> (rows: Vector<Int32>, matches: Vector<Int32>) {
    var (rows, matches) = (rows, matches)
    guard rows.count > 0 else { return (rows, matches) }
    var made = [Column?](repeating: nil, count: width + sides[1].types.count)
    let passing = residual.matching(rows.count, now: now) { number in
      let column = made[number] ?? self.column(number, arrived, rows, matches, side)
      made[number] = column
      return column
    }
    if let passing {
      rows = rows.gather(passing)
      matches = matches.gather(passing)
    }
    guard emitsPairs, rows.count > 0 else { return (rows, matches) }
    let columns = made.enumerated().map { number, known in
      known.map { column in passing.map { column.gather($0) } ?? column }
        ?? column(number, arrived, rows, matches, side)
    }
    output.emit(
      Batch(
        columns: columns, count: rows.count, origin: arrived.origin?.gather(rows), order: arrived.order?.gather(rows)))
    return (rows, matches)
  }

  private func column(
    _ number: Int, _ arrived: Batch, _ rows: Vector<Int32>, _ matches: Vector<Int32>, _ side: Int
  ) -> Column {
    let owner = number < width ? 0 : 1
    let place = owner == 0 ? number : number - width
    return owner == side ? arrived.columns[place].gather(rows) : sides[owner].column(place, matches)
  }

  func reportFailures(to output: any OperatorOutput) { residual.report(to: output) }
}

extension KeyedRows {
  /// Left rows stand where they stood; their record is not that of the pair.
  mutating func keepPlace() {
    batch.origin = batch.origin.map { Origin(source: $0.source, partition: $0.partition, offsets: $0.offsets) }
  }

  /// Right rows waited for the end of the step's rows: they stand behind all left rows, in the order they came.
  mutating func moveBehind(isOrdered: Bool) {
    batch.order = isOrdered ? batch.order ?? batch.arrivalKeys : nil
    batch.origin = nil
  }
}
