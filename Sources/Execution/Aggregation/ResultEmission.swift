// What an operator with state says: results without those that fail, and the comparison and consolidation of rows that
// updating results need. In: columns by group. Out: batches in canonical order.

import Plan
import Values

extension OperatorOutput {
  /// Emits rows that an operator made, less those whose result fails, which go to the error stream.
  func emitResults(_ columns: [Column], order: BytesVector, errors: RowErrors) {
    var batch = Batch(columns: columns, count: order.count, order: order)
    if !errors.isEmpty {
      failResults(columns, errors)
      batch = batch.gather(errors.goodRows(of: batch.count))
    }
    if batch.count > 0 { emit(batch) }
  }

  /// Hands results that fail to the error stream.
  func failResults(_ columns: [Column], _ errors: RowErrors) {
    let count = columns.first?.count ?? 0
    fail(errors.list.map { FailedRow($0) }, of: Batch(columns: columns, count: count))
  }
}

extension FailedRow {
  /// A row error in the words of its code.
  init(_ error: RowError) {
    self.init(row: error.row, code: error.code, message: error.code.message, range: error.range)
  }
}

extension RowErrors {
  /// One error for each failing row, ascending.
  static func firstOfEachRow(_ errors: [RowError]) -> RowErrors {
    var list: [RowError] = []
    for error in errors.sorted(by: { $0.row < $1.row }) where list.last?.row != error.row { list.append(error) }
    return RowErrors(list)
  }

  /// The numbers of the rows that do not fail.
  func goodRows(of count: Int) -> Vector<Int32> {
    let builder = VectorBuilder<Int32>(capacity: count)
    var next = 0
    for row in 0..<Int32(truncatingIfNeeded: count) {
      if next < list.count, list[next].row == row {
        next += 1
      } else {
        builder.append(row)
      }
    }
    return builder.finish()
  }
}

extension Column {
  /// Whether row `i` of `left` and row `j` of `right` hold the same values.
  static func sameRow(_ left: [Column], _ i: Int, _ right: [Column], _ j: Int) -> Bool {
    for (a, b) in zip(left, right) where !sameValue(a, i, b, j) { return false }
    return true
  }

  private static func sameValue(_ left: Column, _ i: Int, _ right: Column, _ j: Int) -> Bool {
    let isNull = left.isNull(i)
    guard isNull == right.isNull(j) else { return false }
    if isNull { return true }
    switch (left.data, right.data) {
    case (.int(let a), .int(let b)): return a.base[i] == b.base[j]
    case (.double(let a), .double(let b)):
      return a.base[i] == b.base[j] || (a.base[i].isNaN && b.base[j].isNaN)
    case (.bool(let a), .bool(let b)): return a.base[i] == b.base[j]
    case (.decimal(let a), .decimal(let b)): return a.base[i] == b.base[j]
    case (.bytes, _), (.array, _), (.row, _), (.int, _), (.double, _), (.bool, _), (.decimal, _):
      return left.value(at: i) == right.value(at: j)
    }
  }
}

extension Batch {
  /// The rows that remain when additions and removals of equal rows cancel; the batch itself when it is append-only.
  package func consolidated(types: [DataType]) -> Batch {
    guard let weights else { return self }
    let index = GroupIndex(types: types)
    let ids = index.ids(for: columns, count: count)
    let totals = StateVector<Int64>(empty: 0)
    totals.resize(to: index.count)
    for row in 0..<count { totals.base[Int(ids.base[row])] &+= weights.base[row] }
    let kept = VectorBuilder<Int32>()
    for row in 0..<count {
      let id = Int(ids.base[row])
      while weights.base[row] > 0, totals.base[id] > 0 {
        kept.append(Int32(truncatingIfNeeded: row))
        totals.base[id] -= 1
      }
    }
    var result = gather(kept.finish())
    result.weights = nil
    return result
  }

  /// The bytes that the columns hold, roughly.
  var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }
}

extension Column {
  var byteCount: Int {
    let mask = validity?.count ?? 0
    switch data {
    case .bool(let vector): return mask + vector.count
    case .int(let vector): return mask + vector.count * 8
    case .double(let vector): return mask + vector.count * 8
    case .decimal(let vector): return mask + vector.count * 16
    case .bytes(let vector): return mask + vector.count * 8 + vector.blob.capacity
    case .array(let vector): return mask + vector.views.count * 8 + vector.elements.byteCount
    case .row(let fields, _): return mask + fields.reduce(0) { $0 + $1.byteCount }
    }
  }
}

extension ExpressionProgram {
  /// The results for the rows of a batch, at the step's clock.
  func rows(of batch: Batch, now: Int64) -> (columns: [Column], errors: RowErrors) {
    evaluateAll(columns: batch.columns, count: batch.count, context: EvaluationContext(now: now))
  }
}

extension Batch {
  /// Writes the rows as an operator keeps them: columns, weights and canonical order.
  func write(to writer: ColumnWriter) {
    writer.write(count)
    writer.write(columns)
    writer.write(weights != nil)
    if let weights { writer.write(weights) }
    writer.write(order != nil)
    if let order { writer.write(Column(.bytes(order))) }
  }

  init(from reader: ColumnReader, types: [DataType]) throws(StateFormatError) {
    let count = Int(clamping: try reader.int())
    let columns = try reader.columns(types)
    self.init(columns: columns, count: count)
    if try reader.bool() { weights = try reader.ints() }
    if try reader.bool(), case .bytes(let keys) = try reader.column(.bytes()).data { order = keys }
    guard count >= 0, columns.allSatisfy({ $0.count == count }), order.map({ $0.count == count }) ?? true,
      weights.map({ $0.count == count }) ?? true
    else {
      throw reader.failure("kept rows have columns of different lengths")
    }
  }
}

extension ColumnReader {
  /// Row numbers, each at least zero and less than `limit`.
  func rowNumbers(below limit: Int) throws(StateFormatError) -> Vector<Int32> {
    let numbers = try ints32()
    for row in 0..<numbers.count where numbers.base[row] < 0 || Int(numbers.base[row]) >= limit {
      throw failure("a row number is out of range")
    }
    return numbers
  }
}
