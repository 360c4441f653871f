// Rows to windows, one copy of a row for each window it belongs to. In: append-only rows with a time. Out: the same
// columns and window_start, window_end, window_time; rows late for all their windows on the late port. Keeps nothing.

import Plan
import Values

final class AssignWindowOperator: Operator {
  private let assignment: WindowAssignment
  private let slicing: WindowSlicing

  init(_ assignment: WindowAssignment, _ window: AlignedWindow) {
    self.assignment = assignment
    slicing = WindowSlicing(window, grace: assignment.grace)
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let arithmetic = slicing.arithmetic
    let sliced = slicing.slice(batch.columns[assignment.timeColumn], watermarks: batch.origin?.watermarks)
    if sliced.late.count > 0 { output.emitLate(batch.gather(sliced.late)) }
    output.countFiltered(sliced.outside.count)
    let picks = VectorBuilder<Int32>(capacity: batch.count)
    let ends = VectorBuilder<Int64>(capacity: batch.count)
    let bounds = endsOfRows(sliced, count: batch.count)
    for row in 0..<batch.count {
      var end = bounds.first.base[row]
      while end <= bounds.last.base[row] {
        picks.append(Int32(truncatingIfNeeded: row))
        ends.append(end)
        guard end < Int64.max else { break }
        end = end.addingSaturating(arithmetic.step)
      }
    }
    let selection = picks.finish()
    guard selection.count > 0 else { return }
    let windowEnds = ends.finish()
    let starts = Vector<Int64>(uninitialized: windowEnds.count)
    let times = Vector<Int64>(uninitialized: windowEnds.count)
    for row in 0..<windowEnds.count {
      (starts.base[row], windowEnds.base[row]) = arithmetic.bounds(ofEnd: windowEnds.base[row])
      times.base[row] = windowEnds.base[row].subtractingSaturating(1)
    }
    let added = [starts, windowEnds, times].map { Column(.int($0)) }
    var copies = batch.gather(selection)
    let watermarks = copies.origin?.watermarks.map(delayed)
    copies.origin?.watermarks = watermarks
    output.emit(copies.replacing(columns: copies.columns + added))
  }

  /// The ends of the first and last window of each row; rows without a window have a last before the first.
  private func endsOfRows(_ sliced: SlicedRows, count: Int) -> (first: Vector<Int64>, last: Vector<Int64>) {
    let first = Vector<Int64>(repeating: 1, count: count)
    let last = Vector<Int64>(repeating: 0, count: count)
    for (key, rows) in sliced.slices {
      let firstEnd = max(slicing.arithmetic.firstEnd(of: key.start), key.firstEnd)
      let lastEnd = slicing.arithmetic.lastEnd(of: key.start)
      for i in 0..<(rows?.count ?? count) {
        let row = rows.map { Int($0.base[i]) } ?? i
        first.base[row] = firstEnd
        last.base[row] = lastEnd
      }
    }
    return (first, last)
  }

  /// The watermarks as `window_time` trails them.
  private func delayed(_ watermarks: Vector<Int64>) -> Vector<Int64> {
    guard assignment.grace > 0 else { return watermarks }
    let result = Vector<Int64>(uninitialized: watermarks.count)
    for row in 0..<watermarks.count {
      result.base[row] = watermarks.base[row].subtractingSaturating(assignment.grace)
    }
    return result
  }

  /// `window_time` trails the watermark by the grace that windows have.
  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    watermark == Int64.max ? watermark : watermark.subtractingSaturating(assignment.grace)
  }
}
