// A column: typed storage with a validity mask. Rows are selected, cut and joined end to end here, for every storage.
// Never knows its logical type: the schema beside it does.

/// The typed storage of a column, one case for each `DataType.Storage`.
public enum ColumnData: Sendable {
  case bool(Vector<Bool>)
  case int(Vector<Int64>)
  case double(Vector<Double>)
  case decimal(Vector<Int128>)
  case bytes(BytesVector)
  case array(ArrayVector)
  /// The fields of a STRUCT, each a column of the same count, and that count.
  case row([Column], count: Int)

  /// The number of rows.
  public var count: Int {
    switch self {
    case .bool(let vector): vector.count
    case .int(let vector): vector.count
    case .double(let vector): vector.count
    case .decimal(let vector): vector.count
    case .bytes(let vector): vector.count
    case .array(let vector): vector.views.count
    case .row(_, let count): count
    }
  }
}

/// A column of arrays: row i holds the elements `views[i].offset ..< views[i].offset + views[i].length` of `elements`.
public final class ArrayVector: Sendable {
  public let views: Vector<ByteView>
  public let elements: Column

  public init(views: Vector<ByteView>, elements: Column) {
    self.views = views
    self.elements = elements
  }
}

/// Typed storage and which of its rows are not NULL.
///
/// What lies in the storage of a NULL row is unspecified but readable: kernels compute all rows and mask later.
public struct Column: Sendable {
  public var data: ColumnData
  /// true where the row is not NULL; nil when no row is NULL.
  public var validity: Vector<Bool>?

  @inlinable
  public init(_ data: ColumnData, validity: Vector<Bool>? = nil) {
    self.data = data
    self.validity = validity
  }

  public var count: Int { data.count }

  public func isNull(_ row: Int) -> Bool { validity.map { !$0[row] } ?? false }

  /// The rows at `selection`, in that order.
  public func gather(_ selection: Vector<Int32>) -> Column {
    let rows: ColumnData =
      switch data {
      case .bool(let vector): .bool(vector.gather(selection))
      case .int(let vector): .int(vector.gather(selection))
      case .double(let vector): .double(vector.gather(selection))
      case .decimal(let vector): .decimal(vector.gather(selection))
      case .bytes(let vector): .bytes(vector.gather(selection))
      case .array(let vector): .array(ArrayVector(views: vector.views.gather(selection), elements: vector.elements))
      case .row(let fields, _): .row(fields.map { $0.gather(selection) }, count: selection.count)
      }
    return Column(rows, validity: validity?.gather(selection))
  }

  /// The rows of `range`, without a copy.
  public func slice(_ range: Range<Int>) -> Column {
    let rows: ColumnData =
      switch data {
      case .bool(let vector): .bool(vector.slice(range))
      case .int(let vector): .int(vector.slice(range))
      case .double(let vector): .double(vector.slice(range))
      case .decimal(let vector): .decimal(vector.slice(range))
      case .bytes(let vector): .bytes(vector.slice(range))
      case .array(let vector): .array(ArrayVector(views: vector.views.slice(range), elements: vector.elements))
      case .row(let fields, _): .row(fields.map { $0.slice(range) }, count: range.count)
      }
    return Column(rows, validity: validity?.slice(range))
  }

  /// A column of `count` NULLs with the storage of `type`.
  public static func nulls(_ type: DataType, count: Int) -> Column {
    let none = Vector<Bool>(repeating: false, count: count)
    let data: ColumnData =
      switch type.storage {
      case .bool: .bool(none)
      case .int: .int(Vector(repeating: 0, count: count))
      case .double: .double(Vector(repeating: 0, count: count))
      case .decimal: .decimal(Vector(repeating: 0, count: count))
      case .bytes:
        .bytes(BytesVector(views: Vector(repeating: ByteView(offset: 0, length: 0), count: count), blob: .empty))
      case .array: nullArrays(type, count: count)
      case .row: .row(rowFields(type).map { nulls($0.type, count: count) }, count: count)
      }
    return Column(data, validity: none)
  }

  private static func nullArrays(_ type: DataType, count: Int) -> ColumnData {
    .array(
      ArrayVector(
        views: Vector(repeating: ByteView(offset: 0, length: 0), count: count),
        elements: nulls(type.elementType ?? .null, count: 0)))
  }

  private static func rowFields(_ type: DataType) -> [Field] {
    if case .row(let fields) = type { fields } else { [] }
  }
}
