// Columns while they are being decoded: raw memory for values and validity at a row number, for scalars and, as trees of
// slots, for structs and arrays. In: stores by row. Out: finished columns. Never checks room: `ColumnSlots` makes it.

import Values

/// One column, or one field or element column below it. The memory belongs to `ColumnSlots`.
struct ColumnSlot {
  /// The values, bound to the type of the storage class.
  var data: UnsafeMutableRawPointer
  var valid: UnsafeMutablePointer<Bool>
  /// The number of the record or struct that last gave a value: what tells missing and duplicate fields.
  var stamp = 0
  /// The range of an integer type.
  var low: Int64 = .min
  var high: Int64 = .max
  /// The greatest length of text and bytes; the precision of a decimal.
  var limit = Int.max
  var scale = 0
  var kind: ValueKind
  var nullable: Bool
  /// Whether a row may be NULL; true also when the only such row was given up again.
  var hasNull = false
  /// The fields of a struct, or the element of an array: slots `firstChild ..< firstChild + childCount`.
  var firstChild = 0
  var childCount = 0
  /// The object node by which a struct is read.
  var node = -1
  /// Rows so far of a column of elements; the row number of others is given.
  var count = 0
  var capacity = 0

  @inline(__always)
  func store<T: BitwiseCopyable>(_ value: T, at row: Int) {
    data.assumingMemoryBound(to: T.self)[row] = value
    valid[row] = true
  }
}

/// The slots of a set of columns and their memory, reused from chunk to chunk only in shape: a finished column takes its
/// memory along.
final class ColumnSlots {
  enum Storage {
    case bool(VectorBuilder<Bool>)
    case int(VectorBuilder<Int64>)
    case double(VectorBuilder<Double>)
    case decimal(VectorBuilder<Int128>)
    case views(VectorBuilder<ByteView>)
    case none
  }

  /// Top-level columns first, then what lies below them.
  let slots: UnsafeMutablePointer<ColumnSlot>
  let count: Int
  let topCount: Int
  /// The path of each slot as a user would write it.
  let paths: [String]
  let types: [DataType]
  /// Slots below an array, whose `count` grows on its own.
  let elementSlots: [Int]
  /// For each slot the nearest element slot at or above it, which counts its rows; -1 for those of records.
  let counters: [Int]
  private let storages: [Storage]
  private let masks: [VectorBuilder<Bool>]
  /// Strings that could not be views of the input, by slot.
  let copies: CopiedText

  init(_ columns: [(path: String, field: Field)]) {
    var layout = SlotLayout()
    for column in columns { layout.reserveTop(column.path, column.field) }
    for index in columns.indices { layout.addChildren(of: index) }
    topCount = columns.count
    count = layout.slots.count
    paths = layout.paths
    types = layout.types
    storages = layout.types.map(Self.storage)
    masks = layout.types.map { _ in VectorBuilder<Bool>() }
    slots = .allocate(capacity: max(count, 1))
    for (index, slot) in layout.slots.enumerated() { (slots + index).initialize(to: slot) }
    elementSlots = layout.elementSlots
    counters = layout.counters
    copies = CopiedText(slots: count)
  }

  deinit { slots.deallocate() }

  private static func storage(_ type: DataType) -> Storage {
    switch type.storage {
    case .bool: .bool(VectorBuilder())
    case .int: .int(VectorBuilder())
    case .double: .double(VectorBuilder())
    case .decimal: .decimal(VectorBuilder())
    case .bytes, .array: .views(VectorBuilder())
    case .row: .none
    }
  }

  /// Makes room for `capacity` rows in every top-level column; `filled` rows are kept.
  func ensureRows(_ capacity: Int, filled: Int) {
    for index in 0..<topCount { ensure(index, capacity: capacity, filled: filled) }
  }

  /// Makes room in one slot, and in the fields of a struct, which have the rows of the struct.
  func ensure(_ index: Int, capacity: Int, filled: Int) {
    let slot = slots + index
    guard capacity > slot.pointee.capacity else { return }
    slot.pointee.capacity = capacity
    let mask = masks[index]
    mask.commit(filled - mask.count)
    slot.pointee.valid = mask.reserve(capacity - filled) - filled
    // The builder's memory is filled up to its room, so that rows nobody wrote are valid rather than undefined.
    (slot.pointee.valid + filled).update(repeating: true, count: capacity - filled)
    switch storages[index] {
    case .bool(let builder): slot.pointee.data = Self.grow(builder, capacity, filled)
    case .int(let builder): slot.pointee.data = Self.grow(builder, capacity, filled)
    case .double(let builder): slot.pointee.data = Self.grow(builder, capacity, filled)
    case .decimal(let builder): slot.pointee.data = Self.grow(builder, capacity, filled)
    case .views(let builder): slot.pointee.data = Self.grow(builder, capacity, filled)
    case .none:
      let first = slot.pointee.firstChild
      for child in first..<(first + slot.pointee.childCount) { ensure(child, capacity: capacity, filled: filled) }
    }
  }

  private static func grow<T: BitwiseCopyable>(
    _ builder: VectorBuilder<T>, _ capacity: Int, _ filled: Int
  ) -> UnsafeMutableRawPointer {
    builder.commit(filled - builder.count)
    return UnsafeMutableRawPointer(builder.reserve(capacity - filled) - filled)
  }

  /// Makes a row NULL, down to the fields of a struct.
  func storeNull(_ index: Int, row: Int) {
    let slot = slots + index
    slot.pointee.hasNull = true
    slot.pointee.valid[row] = false
    switch slot.pointee.kind {
    case .null, .boolean: slot.pointee.data.assumingMemoryBound(to: Bool.self)[row] = false
    case .integer, .timestamp, .date, .time, .months, .duration:
      slot.pointee.data.assumingMemoryBound(to: Int64.self)[row] = 0
    case .float, .double: slot.pointee.data.assumingMemoryBound(to: Double.self)[row] = 0
    case .decimal: slot.pointee.data.assumingMemoryBound(to: Int128.self)[row] = 0
    case .text, .bytes, .json, .uuid, .array, .map:
      slot.pointee.data.assumingMemoryBound(to: ByteView.self)[row] = ByteView(offset: 0, length: 0)
    case .row:
      for child in 0..<slot.pointee.childCount { storeNull(slot.pointee.firstChild + child, row: row) }
    }
  }

  /// The finished columns of `rows` rows; strings are views of `blob` unless they had to be copied.
  func finish(rows: Int, blob: Blob) -> [Column] {
    let columns = (0..<topCount).map { finish($0, rows: rows, blob: blob) }
    copies.removeAll()
    return columns
  }

  private func finish(_ index: Int, rows: Int, blob: Blob) -> Column {
    let slot = slots + index
    let mask = finishMask(index, rows: rows)
    let data: ColumnData
    switch storages[index] {
    case .bool(let builder): data = .bool(Self.take(builder, rows))
    case .int(let builder): data = .int(Self.take(builder, rows))
    case .double(let builder): data = .double(Self.take(builder, rows))
    case .decimal(let builder): data = .decimal(Self.take(builder, rows))
    case .views(let builder):
      let views = Self.take(builder, rows)
      if slot.pointee.kind == .array || slot.pointee.kind == .map {
        let element = slot.pointee.firstChild
        let elements = finish(element, rows: slots[element].count, blob: blob)
        slots[element].count = 0
        let arrays = ArrayVector(views: views, elements: elements)
        if case .map(let key, _, _) = types[index] {
          data = .array(MapForm.canonical(arrays, key: key))
        } else {
          data = .array(arrays)
        }
      } else {
        data = .bytes(copies.resolve(index, views: views, blob: blob))
      }
    case .none:
      let first = slot.pointee.firstChild
      let fields = (first..<(first + slot.pointee.childCount)).map { finish($0, rows: rows, blob: blob) }
      data = .row(fields, count: rows)
    }
    slot.pointee.capacity = 0
    return Column(data, validity: mask)
  }

  private func finishMask(_ index: Int, rows: Int) -> Vector<Bool>? {
    let slot = slots + index
    let mask = masks[index]
    guard slot.pointee.hasNull else {
      mask.truncate(to: 0)
      return nil
    }
    slot.pointee.hasNull = false
    let made = Self.take(mask, rows)
    for row in 0..<rows where !made.base[row] { return made }
    return nil
  }

  private static func take<T: BitwiseCopyable>(_ builder: VectorBuilder<T>, _ rows: Int) -> Vector<T> {
    builder.commit(rows - builder.count)
    return builder.finish()
  }
}

/// Lays out slots: a top-level column's descendants follow all top-level columns.
private struct SlotLayout {
  var slots: [ColumnSlot] = []
  var paths: [String] = []
  var types: [DataType] = []
  var elementSlots: [Int] = []
  var counters: [Int] = []

  mutating func reserveTop(_ path: String, _ field: Field) { _ = add(path, field) }

  private mutating func add(_ path: String, _ field: Field) -> Int {
    // Nobody writes through these before `ensure` has put real memory in their place.
    let nowhere = UnsafeMutableRawPointer(Blob.empty.base)
    var slot = ColumnSlot(
      data: nowhere, valid: nowhere.assumingMemoryBound(to: Bool.self), kind: ValueKind(field.type),
      nullable: field.nullable)
    switch field.type {
    case .decimal(let precision, let scale):
      slot.limit = precision
      slot.scale = scale
    case .string(let length), .bytes(let length): slot.limit = length ?? .max
    case .int8, .int16, .int32, .int64:
      slot.low = field.type.integerRange?.lowerBound ?? .min
      slot.high = field.type.integerRange?.upperBound ?? .max
    case .null, .boolean, .float32, .float64, .timestamp, .date, .time, .intervalYearMonth, .intervalDaySecond, .json,
      .uuid, .array, .row, .map:
      break
    }
    slots.append(slot)
    paths.append(path)
    types.append(field.type)
    counters.append(-1)
    return slots.count - 1
  }

  mutating func addChildren(of index: Int, counter: Int = -1) {
    let path = paths[index]
    switch types[index] {
    case .array, .map:
      let field = elementField(types[index])
      let child = add(path + "[]", field)
      slots[index].firstChild = child
      slots[index].childCount = 1
      elementSlots.append(child)
      counters[child] = child
      addChildren(of: child, counter: child)
    case .row(let fields):
      slots[index].firstChild = slots.count
      slots[index].childCount = fields.count
      let children = fields.map { add(path.isEmpty ? $0.name : path + "." + $0.name, $0) }
      for child in children { counters[child] = counter }
      for child in children { addChildren(of: child, counter: counter) }
    case .null, .boolean, .int8, .int16, .int32, .int64, .decimal, .float32, .float64, .string, .bytes, .timestamp,
      .date, .time, .intervalYearMonth, .intervalDaySecond, .json, .uuid:
      break
    }
  }

  /// The element of an array, or the entry of a map, as a field without a name.
  private func elementField(_ type: DataType) -> Field {
    if case .array(let element, let nullable) = type { return Field("", element, nullable: nullable) }
    return Field("", type.elementType ?? .null, nullable: false)
  }
}
