// UNNEST: a row for each element of an array, beside the row it came from. In: rows. Out: as many as there are
// elements; rows on which the array's expression fails go to the error stream. A NULL array is an empty one. Keeps
// nothing.

import Plan
import Values

final class UnnestOperator: Operator {
  private let unnest: Unnest
  private let program: ExpressionProgram
  /// Whether an element becomes its fields.
  private let unfoldsRows: Bool
  private static let rowLimit = 32_768

  init(_ unnest: Unnest, timeZone: TimeZoneRules) {
    self.unnest = unnest
    program = ExpressionProgram(unnest.array, timeZone: timeZone)
    unfoldsRows =
      if case .array(.row, _) = unnest.array.type {
        !(unnest.elements.count == 1 && unnest.elements[0].type.storage == .row)
      } else {
        false
      }
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let (columns, errors) = program.rows(of: batch, now: step.now)
    var batch = batch
    var array = columns[0]
    if let good = batch.reporting(errors, to: output) {
      batch = batch.gather(good)
      array = array.gather(good)
    }
    guard case .array(let vector) = array.data else { return }
    let rows = VectorBuilder<Int32>(capacity: batch.count)
    let elements = VectorBuilder<Int32>(capacity: batch.count)
    let offsets = VectorBuilder<Int64>(capacity: batch.count)
    var ended = 0
    for row in 0..<batch.count {
      let view = vector.views.base[row]
      let count = array.validity?.base[row] ?? true ? view.length : 0
      if count == 0 {
        guard unnest.keepsEmpty else {
          ended += 1
          continue
        }
        rows.append(Int32(truncatingIfNeeded: row))
        elements.append(-1)
        offsets.append(-1)
      }
      for number in 0..<count {
        rows.append(Int32(truncatingIfNeeded: row))
        elements.append(Int32(truncatingIfNeeded: view.offset &+ number))
        offsets.append(Int64(number))
        if rows.count >= Self.rowLimit { emit(batch, vector.elements, rows, elements, offsets, output) }
      }
    }
    output.countFiltered(ended)
    emit(batch, vector.elements, rows, elements, offsets, output)
  }

  private func emit(
    _ batch: Batch, _ values: Column, _ rows: VectorBuilder<Int32>, _ elements: VectorBuilder<Int32>,
    _ offsets: VectorBuilder<Int64>, _ output: any OperatorOutput
  ) {
    guard rows.count > 0 else { return }
    let places = elements.finish()
    var result = batch.gather(rows.finish())
    result.columns += unfolded(values, places)
    let numbers = offsets.finish()
    if unnest.offset != nil { result.columns.append(Column(.int(numbers), validity: Self.presence(places))) }
    output.emit(result)
  }

  /// The element's columns; NULL where there is no element, or where the element that has them is NULL.
  private func unfolded(_ values: Column, _ places: Vector<Int32>) -> [Column] {
    let types = unnest.elements.map(\.type)
    if values.count == 0 { return types.map { Column.nulls($0, count: places.count) } }
    let present = Self.presence(places)
    let rows = Vector<Int32>(uninitialized: places.count)
    for i in 0..<places.count { rows.base[i] = max(places.base[i], 0) }
    let gathered = values.gather(rows).masked(by: present)
    guard unfoldsRows else { return [gathered] }
    guard case .row(let fields, _) = gathered.data, fields.count == types.count else {
      return types.map { Column.nulls($0, count: places.count) }
    }
    return fields.map { $0.masked(by: gathered.validity) }
  }

  /// Which places are of elements; nil when all are.
  private static func presence(_ places: Vector<Int32>) -> Vector<Bool>? {
    let builder = ValidityBuilder()
    for i in 0..<places.count { builder.append(places.base[i] >= 0) }
    return builder.finish()
  }
}

extension Column {
  /// The column with NULL where the mask is false; strings of NULL rows have empty views, as everywhere.
  fileprivate func masked(by mask: Vector<Bool>?) -> Column {
    guard let mask else { return self }
    let valid = Vector<Bool>(uninitialized: count)
    for row in 0..<count { valid.base[row] = mask.base[row] && validity?.base[row] ?? true }
    guard case .bytes(let strings) = data else { return Column(data, validity: valid) }
    let views = Vector<ByteView>(uninitialized: count)
    for row in 0..<count {
      views.base[row] = valid.base[row] ? strings.views.base[row] : ByteView(offset: 0, length: 0)
    }
    return Column(.bytes(BytesVector(views: views, blob: strings.blob)), validity: valid)
  }
}
