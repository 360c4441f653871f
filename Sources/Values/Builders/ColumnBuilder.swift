// Grows a column of any type. In: values on the cold path, rows of other columns on the warm one. Out: one column that
// shares no memory with what went in. Hot decoders use the typed builders directly.

/// Grows a `Column`.
public final class ColumnBuilder {
  enum Storage {
    case bool(VectorBuilder<Bool>)
    case int(VectorBuilder<Int64>)
    case double(VectorBuilder<Double>)
    case decimal(VectorBuilder<Int128>)
    case bytes(BytesBuilder)
    case array(VectorBuilder<ByteView>, elements: ColumnBuilder)
    case row([ColumnBuilder])
  }

  let storage: Storage
  let validity = ValidityBuilder()

  /// The number of rows so far.
  public var count: Int { validity.count }

  /// Makes an empty builder for a column of `type`.
  public init(_ type: DataType, capacity: Int = 0) {
    switch type.storage {
    case .bool: storage = .bool(VectorBuilder(capacity: capacity))
    case .int: storage = .int(VectorBuilder(capacity: capacity))
    case .double: storage = .double(VectorBuilder(capacity: capacity))
    case .decimal: storage = .decimal(VectorBuilder(capacity: capacity))
    case .bytes: storage = .bytes(BytesBuilder(rows: capacity))
    case .array:
      storage = .array(
        VectorBuilder(capacity: capacity), elements: ColumnBuilder(type.elementType ?? .null))
    case .row:
      var fields: [Field] = []
      if case .row(let inner) = type { fields = inner }
      storage = .row(fields.map { ColumnBuilder($0.type, capacity: capacity) })
    }
  }

  /// Makes an empty builder for columns stored like `column`.
  public init(like column: Column, capacity: Int = 0) {
    switch column.data {
    case .bool: storage = .bool(VectorBuilder(capacity: capacity))
    case .int: storage = .int(VectorBuilder(capacity: capacity))
    case .double: storage = .double(VectorBuilder(capacity: capacity))
    case .decimal: storage = .decimal(VectorBuilder(capacity: capacity))
    case .bytes: storage = .bytes(BytesBuilder(rows: capacity))
    case .array(let vector):
      storage = .array(VectorBuilder(capacity: capacity), elements: ColumnBuilder(like: vector.elements))
    case .row(let fields, _): storage = .row(fields.map { ColumnBuilder(like: $0, capacity: capacity) })
    }
  }

  /// Adds `count` NULLs.
  public func appendNull(count: Int = 1) {
    switch storage {
    case .bool(let builder): builder.append(repeating: false, count: count)
    case .int(let builder): builder.append(repeating: 0, count: count)
    case .double(let builder): builder.append(repeating: 0, count: count)
    case .decimal(let builder): builder.append(repeating: 0, count: count)
    case .bytes(let builder): builder.appendEmpty(count: count)
    case .array(let views, _): views.append(repeating: ByteView(offset: 0, length: 0), count: count)
    case .row(let fields): for field in fields { field.appendNull(count: count) }
    }
    validity.append(repeating: false, count: count)
  }

  /// Adds one value, which must be NULL or of this column's storage.
  public func append(_ value: Value) {
    switch (storage, value) {
    case (_, .null): return appendNull()
    case (.bool(let builder), .bool(let value)): builder.append(value)
    case (.int(let builder), .int(let value)): builder.append(value)
    case (.double(let builder), .double(let value)): builder.append(value)
    case (.decimal(let builder), .decimal(let value)): builder.append(value)
    case (.bytes(let builder), .bytes(let value)): Self.demandRoom(builder.append(value))
    case (.array(let views, let elements), .array(let values)):
      views.append(ByteView(offset: elements.count, length: values.count))
      for value in values { elements.append(value) }
    case (.row(let fields), .row(let values)) where fields.count == values.count:
      for (field, value) in zip(fields, values) { field.append(value) }
    default: preconditionFailure("a column builder was given a value of another storage")
    }
    validity.append(true)
  }

  static func demandRoom(_ added: Bool) {
    precondition(added, "one column cannot hold more than 4 GiB of strings")
  }

  /// Adds copies of the rows of `range`.
  public func append(contentsOf column: Column, range: Range<Int>) {
    switch (storage, column.data) {
    case (.bool(let builder), .bool(let source)):
      builder.append(contentsOf: UnsafePointer(source.base + range.lowerBound), count: range.count)
    case (.int(let builder), .int(let source)):
      builder.append(contentsOf: UnsafePointer(source.base + range.lowerBound), count: range.count)
    case (.double(let builder), .double(let source)):
      builder.append(contentsOf: UnsafePointer(source.base + range.lowerBound), count: range.count)
    case (.decimal(let builder), .decimal(let source)):
      builder.append(contentsOf: UnsafePointer(source.base + range.lowerBound), count: range.count)
    case (.bytes(let builder), .bytes(let source)):
      Self.demandRoom(builder.append(contentsOf: source, range: range))
    case (.array(let views, let elements), .array(let source)):
      for row in range { Self.appendArray(source, row: row, views: views, elements: elements) }
    case (.row(let fields), .row(let sources, _)) where fields.count == sources.count:
      for (field, source) in zip(fields, sources) { field.append(contentsOf: source, range: range) }
    default:
      Self.demandNulls(column, range: range)
      return appendNull(count: range.count)
    }
    validity.append(contentsOf: column.validity, range: range)
    withExtendedLifetime(column) {}
  }

  /// Adds copies of the rows at `selection`, in that order.
  public func append(gathering column: Column, at selection: Vector<Int32>) {
    switch (storage, column.data) {
    case (.bool(let builder), .bool(let source)): builder.append(gathering: source, at: selection)
    case (.int(let builder), .int(let source)): builder.append(gathering: source, at: selection)
    case (.double(let builder), .double(let source)): builder.append(gathering: source, at: selection)
    case (.decimal(let builder), .decimal(let source)): builder.append(gathering: source, at: selection)
    case (.bytes(let builder), .bytes(let source)):
      Self.demandRoom(builder.append(gathering: source, at: selection))
    case (.array(let views, let elements), .array(let source)):
      for i in 0..<selection.count {
        Self.appendArray(source, row: Int(selection.base[i]), views: views, elements: elements)
      }
    case (.row(let fields), .row(let sources, _)) where fields.count == sources.count:
      for (field, source) in zip(fields, sources) { field.append(gathering: source, at: selection) }
    default:
      Self.demandNulls(column, range: 0..<column.count)
      return appendNull(count: selection.count)
    }
    validity.append(gathering: column.validity, at: selection)
    withExtendedLifetime((column, selection)) {}
  }

  /// Adds copies of all rows.
  public func append(contentsOf column: Column) { append(contentsOf: column, range: 0..<column.count) }

  private static func appendArray(
    _ source: ArrayVector, row: Int, views: VectorBuilder<ByteView>, elements: ColumnBuilder
  ) {
    let view = source.views.base[row]
    views.append(ByteView(offset: elements.count, length: Int(view.length)))
    let start = Int(view.offset)
    elements.append(contentsOf: source.elements, range: start..<(start + Int(view.length)))
  }

  /// A bare NULL has no storage of its own and may stand for a row of any other.
  private static func demandNulls(_ column: Column, range: Range<Int>) {
    for row in range {
      precondition(column.isNull(row), "a column builder was given rows of another storage")
    }
  }

  /// Hands the rows over; the builder is empty afterwards and may be used again.
  public func finish() -> Column {
    let count = validity.count
    let mask = validity.finish()
    let data: ColumnData =
      switch storage {
      case .bool(let builder): .bool(builder.finish())
      case .int(let builder): .int(builder.finish())
      case .double(let builder): .double(builder.finish())
      case .decimal(let builder): .decimal(builder.finish())
      case .bytes(let builder): .bytes(builder.finish())
      case .array(let views, let elements):
        .array(ArrayVector(views: views.finish(), elements: elements.finish()))
      case .row(let fields): .row(fields.map { $0.finish() }, count: count)
      }
    return Column(data, validity: mask)
  }
}
