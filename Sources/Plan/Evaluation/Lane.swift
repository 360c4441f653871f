// Typed reading of arguments: a lane is a column, or a scalar read again for every row (a step of zero instead of a
// branch). In: a `Datum`. Out: one typed element for each row. Never traps: storage of another kind reads as zero.

import Values

/// A type that kernels take as an argument.
protocol KernelArgument: SendableMetatype {
  associatedtype Lane
  static func lane(_ datum: Datum) -> Lane
  /// The element of `row`; valid while the lane lives.
  static func read(_ lane: Lane, _ row: Int) -> Self
  /// Whether the lane gives the same element for every row.
  static func isScalar(_ lane: Lane) -> Bool
}

/// A fixed-size element of a column.
protocol Cell: KernelArgument, BitwiseCopyable, Sendable where Lane == CellLane<Self> {
  static var zero: Self { get }
  static func vector(_ data: ColumnData) -> Vector<Self>?
  static func data(_ vector: Vector<Self>) -> ColumnData
  init?(_ value: Value)
}

/// A column or scalar of fixed-size elements.
struct CellLane<Element: Cell> {
  let owner: Vector<Element>
  let base: UnsafePointer<Element>
  let step: Int

  init(_ vector: Vector<Element>, step: Int) {
    owner = vector
    base = UnsafePointer(vector.base)
    self.step = step
  }
}

extension Cell {
  @inline(__always)
  static func lane(_ datum: Datum) -> CellLane<Self> {
    switch datum {
    case .column(let column):
      if let vector = vector(column.data) { return CellLane(vector, step: 1) }
      return CellLane(Vector(repeating: zero, count: 1), step: 0)
    case .scalar(let value): return CellLane(Vector(repeating: Self(value) ?? zero, count: 1), step: 0)
    }
  }

  @inline(__always)
  static func read(_ lane: CellLane<Self>, _ row: Int) -> Self { lane.base[row &* lane.step] }

  @inline(__always)
  static func isScalar(_ lane: CellLane<Self>) -> Bool { lane.step == 0 }
}

extension Int64: Cell {
  static var zero: Int64 { 0 }
  static func vector(_ data: ColumnData) -> Vector<Int64>? { if case .int(let vector) = data { vector } else { nil } }
  static func data(_ vector: Vector<Int64>) -> ColumnData { .int(vector) }
  init?(_ value: Value) { if case .int(let value) = value { self = value } else { return nil } }
}

extension Double: Cell {
  static var zero: Double { 0 }
  static func vector(_ data: ColumnData) -> Vector<Double>? {
    if case .double(let vector) = data { vector } else { nil }
  }
  static func data(_ vector: Vector<Double>) -> ColumnData { .double(vector) }
  init?(_ value: Value) { if case .double(let value) = value { self = value } else { return nil } }
}

extension Bool: Cell {
  static var zero: Bool { false }
  static func vector(_ data: ColumnData) -> Vector<Bool>? { if case .bool(let vector) = data { vector } else { nil } }
  static func data(_ vector: Vector<Bool>) -> ColumnData { .bool(vector) }
  init?(_ value: Value) { if case .bool(let value) = value { self = value } else { return nil } }
}

extension Int128: Cell {
  static var zero: Int128 { 0 }
  static func vector(_ data: ColumnData) -> Vector<Int128>? {
    if case .decimal(let vector) = data { vector } else { nil }
  }
  static func data(_ vector: Vector<Int128>) -> ColumnData { .decimal(vector) }
  init?(_ value: Value) { if case .decimal(let value) = value { self = value } else { return nil } }
}

/// The bytes of one string. Valid while the lane that gave it lives; at least 16 bytes after its end are readable.
struct Text: KernelArgument {
  var base: UnsafePointer<UInt8>
  var count: Int

  @inline(__always)
  init(base: UnsafePointer<UInt8>, count: Int) {
    self.base = base
    self.count = count
  }

  /// A column or scalar of strings.
  struct Lane {
    let views: Vector<ByteView>
    let blob: Blob
    let step: Int
  }

  static func lane(_ datum: Datum) -> Lane {
    switch datum {
    case .column(let column):
      if case .bytes(let vector) = column.data { return Lane(views: vector.views, blob: vector.blob, step: 1) }
    case .scalar(.bytes(let bytes)):
      let vector = BytesVector([bytes])
      return Lane(views: vector.views, blob: vector.blob, step: 0)
    case .scalar: break
    }
    return Lane(views: Vector(repeating: ByteView(offset: 0, length: 0), count: 1), blob: .empty, step: 0)
  }

  @inline(__always)
  static func read(_ lane: Lane, _ row: Int) -> Text {
    let view = lane.views.base[row &* lane.step]
    return Text(base: UnsafePointer(lane.blob.base + Int(view.offset)), count: Int(view.length))
  }

  @inline(__always)
  static func isScalar(_ lane: Lane) -> Bool { lane.step == 0 }

  @inline(__always) subscript(_ index: Int) -> UInt8 { base[index] }

  /// The part from `start` up to but not including `end`.
  @inline(__always)
  func part(_ start: Int, _ end: Int) -> Text { Text(base: base + start, count: end &- start) }

  @inline(__always) var empty: Text { Text(base: base, count: 0) }

  /// A copy, for the cold path.
  var array: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

  @inline(__always)
  static func == (a: Text, b: Text) -> Bool { a.count == b.count && equalBytes(a.base, b.base, count: a.count) }
}

/// The elements of one array: rows `range` of `elements`.
struct ArrayRow: KernelArgument {
  var elements: Column
  var start: Int
  var count: Int

  /// A column or scalar of arrays.
  struct Lane {
    let array: ArrayVector
    let step: Int
  }

  static func lane(_ datum: Datum) -> Lane {
    switch datum {
    case .column(let column):
      if case .array(let array) = column.data { return Lane(array: array, step: 1) }
    case .scalar(.array(let values)):
      let view = ByteView(offset: 0, length: values.count)
      return Lane(
        array: ArrayVector(
          views: Vector(repeating: view, count: 1), elements: Column(values, type: values.elementShape)),
        step: 0)
    case .scalar: break
    }
    let none = Vector(repeating: ByteView(offset: 0, length: 0), count: 1)
    return Lane(array: ArrayVector(views: none, elements: Column.nulls(.null, count: 0)), step: 0)
  }

  @inline(__always)
  static func read(_ lane: Lane, _ row: Int) -> ArrayRow {
    let view = lane.array.views.base[row &* lane.step]
    return ArrayRow(elements: lane.array.elements, start: Int(view.offset), count: Int(view.length))
  }

  @inline(__always)
  static func isScalar(_ lane: Lane) -> Bool { lane.step == 0 }
}

extension Array where Element == Value {
  /// A type whose storage holds the values: that of the first that is not NULL.
  var elementShape: DataType { lazy.map(\.shape).first { $0 != .null } ?? .null }
}

extension Value {
  /// A type whose storage holds this value.
  var shape: DataType {
    switch self {
    case .null: .null
    case .bool: .boolean
    case .int: .int64
    case .double: .float64
    case .decimal: .decimal(precision: 38, scale: 0)
    case .bytes: .bytes()
    case .array(let values): .array(element: values.elementShape)
    case .row(let values): .row(values.map { Field("", $0.shape) })
    }
  }
}
