// Records that say what changed become a changelog of whole rows: the last row of each key. In: rows with their key, and
// where records can delete, a mark that says which do. Out: at the end of each step, for each key that changed, the row
// taken back and the row that stands; or all rows at the end of bounded input. A row without a key is a dead letter.
//
// A watermark passes through: it completes nothing here. Keeps the row of each key for ever, for that is the table. Without
// keys a row taken back is said in full, so nothing is kept: marks become weights.

import Plan
import Values

final class NormalizeOperator: Operator {
  private let normalization: Normalization
  private let keyNames: [String]
  private let rows: TableRows
  /// Whether an earlier record may come after a later one: from another partition, or with an earlier time.
  private let remembersDeletions: Bool
  /// Rows that nothing was said of yet, where all is said at the end.
  private var unanswered = 0

  init(_ normalization: Normalization, schema: Schema, hasOnePartition: Bool) {
    self.normalization = normalization
    keyNames = normalization.keys.map { schema[$0].name }
    let types = schema.fields.map(\.type)
    rows = TableRows(
      types: normalization.deletion == nil ? types : types.dropLast(), keyTypes: normalization.keys.map { types[$0] })
    remembersDeletions = !hasOnePartition || normalization.order != nil
  }

  var stateSize: StateSize { StateSize(rows: unanswered, keys: rows.keyCount, bytes: rows.byteCount) }

  func process(_ given: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    if normalization.keys.isEmpty { return output.emit(weighted(given)) }
    let batch = withoutNullKeys(given, output)
    guard batch.count > 0 else { return }
    var deletions: Vector<Bool>?
    if let column = normalization.deletion, case .bool(let flags) = batch.columns[column].data { deletions = flags }
    let partition = batch.origin.map { Int64($0.source) << 32 | Int64($0.partition) } ?? 0
    rows.apply(
      normalization.deletion == nil ? batch.columns : batch.columns.dropLast(),
      keys: normalization.keys.map { batch.columns[$0] }, deletions: deletions, times: times(of: batch),
      partition: partition, count: batch.count, notesChanges: !normalization.isFinal)
    if normalization.isFinal { unanswered += batch.count }
  }

  private func weighted(_ given: Batch) -> Batch {
    guard let column = normalization.deletion, case .bool(let flags) = given.columns[column].data else { return given }
    let weights = Vector<Int64>(uninitialized: given.count)
    for row in 0..<given.count { weights.base[row] = flags.base[row] ? -1 : 1 }
    var batch = given.replacing(columns: given.columns.dropLast())
    batch.weights = weights
    return batch
  }

  /// The times by which rows are later than others; NULL is earlier than any.
  private func times(of batch: Batch) -> Vector<Int64>? {
    guard let order = normalization.order, case .int(let times) = batch.columns[order].data else { return nil }
    guard let validity = batch.columns[order].validity else { return times }
    let known = Vector<Int64>(uninitialized: batch.count)
    for row in 0..<batch.count { known.base[row] = validity.base[row] ? times.base[row] : .min }
    return known
  }

  private func withoutNullKeys(_ batch: Batch, _ output: any OperatorOutput) -> Batch {
    guard normalization.keys.contains(where: { batch.columns[$0].validity != nil }) else { return batch }
    var failed: [FailedRow] = []
    let good = VectorBuilder<Int32>(capacity: batch.count)
    for row in 0..<batch.count {
      let number = Int32(truncatingIfNeeded: row)
      if let place = normalization.keys.firstIndex(where: { batch.columns[$0].isNull(row) }) {
        failed.append(
          FailedRow(
            row: number, code: .nullInNotNull, message: "the key `\(keyNames[place])` is NULL: a table has no such row")
        )
      } else {
        good.append(number)
      }
    }
    if failed.isEmpty { return batch }
    output.fail(failed, of: batch)
    return batch.gather(good.finish())
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    if !normalization.isFinal {
      rows.takeChanges { output.emit($0) }
    } else if isLast {
      unanswered = 0
      rows.all { output.emit($0) }
    }
    if !remembersDeletions { rows.forgetDeleted() }
  }

  func writeState(to writer: ColumnWriter) {
    rows.write(to: writer)
    writer.write(unanswered)
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    try rows.read(from: reader)
    unanswered = Int(clamping: try reader.int())
  }
}
