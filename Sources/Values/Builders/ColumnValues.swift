// Between columns and single values, for the cold path. In: a row number, or a value. Out: a value, or a column.

extension Column {
  /// The value of one row.
  public func value(at row: Int) -> Value {
    if isNull(row) { return .null }
    switch data {
    case .bool(let vector): return .bool(vector[row])
    case .int(let vector): return .int(vector[row])
    case .double(let vector): return .double(vector[row])
    case .decimal(let vector): return .decimal(vector[row])
    case .bytes(let vector): return .bytes(vector.bytes(row))
    case .array(let vector):
      let view = vector.views[row]
      let start = Int(view.offset)
      return .array((start..<(start + Int(view.length))).map { vector.elements.value(at: $0) })
    case .row(let fields, _): return .row(fields.map { $0.value(at: row) })
    }
  }

  /// The values of all rows.
  public var values: [Value] { (0..<count).map { value(at: $0) } }

  /// A column of `type` with the given values.
  public init(_ values: [Value], type: DataType) {
    let builder = ColumnBuilder(type, capacity: values.count)
    for value in values { builder.append(value) }
    self = builder.finish()
  }

  /// A column of `type` in which every row is `value`.
  public static func repeating(_ value: Value, type: DataType, count: Int) -> Column {
    switch value {
    case .null: return nulls(type, count: count)
    case .bool(let value): return Column(.bool(Vector(repeating: value, count: count)))
    case .int(let value): return Column(.int(Vector(repeating: value, count: count)))
    case .double(let value): return Column(.double(Vector(repeating: value, count: count)))
    case .decimal(let value): return Column(.decimal(Vector(repeating: value, count: count)))
    case .bytes, .array, .row:
      return Column([value], type: type).gather(Vector(repeating: 0, count: count))
    }
  }
}

extension Batch {
  /// The values of one row, for printing and tests.
  public func row(_ index: Int) -> [Value] { columns.map { $0.value(at: index) } }
}
