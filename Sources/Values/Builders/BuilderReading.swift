// Rows of a column that is still growing: joins keep rows, look at them and add more. In: row numbers. Out: columns of
// copies, so that growth never moves what was handed out.

extension ColumnBuilder {
  /// The rows at `selection`, in that order, as a column of their own; a number below zero stands for NULL, and is
  /// allowed where `padded` says so.
  public func gathered(_ selection: Vector<Int32>, padded: Bool = false) -> Column {
    // Row 0 stands in for NULLs, whose storage is unspecified; without rows there are only NULLs.
    guard padded else { return gather(selection, validity: validity.gathered(selection)) }
    guard count > 0 else {
      let nulls = ColumnBuilder(like: emptyColumn)
      nulls.appendNull(count: selection.count)
      return nulls.finish()
    }
    let rows = Vector<Int32>(uninitialized: selection.count)
    let valid = Vector<Bool>(uninitialized: selection.count)
    for i in 0..<selection.count {
      let row = selection.base[i]
      rows.base[i] = max(row, 0)
      valid.base[i] = row >= 0
    }
    if let mask = validity.gathered(rows) {
      for i in 0..<rows.count { valid.base[i] = valid.base[i] && mask.base[i] }
    }
    let column = gather(rows, validity: valid)
    guard case .bytes(let strings) = column.data else { return column }
    // Strings of NULL rows have empty views, as everywhere.
    for i in 0..<rows.count where !valid.base[i] { strings.views.base[i] = ByteView(offset: 0, length: 0) }
    return column
  }

  private var emptyColumn: Column {
    let none = Vector<Int32>(uninitialized: 0)
    return gather(none, validity: nil)
  }

  private func gather(_ selection: Vector<Int32>, validity: Vector<Bool>?) -> Column {
    let data: ColumnData =
      switch storage {
      case .bool(let builder): .bool(builder.gathered(selection))
      case .int(let builder): .int(builder.gathered(selection))
      case .double(let builder): .double(builder.gathered(selection))
      case .decimal(let builder): .decimal(builder.gathered(selection))
      case .bytes(let builder): .bytes(builder.gathered(selection))
      case .array(let views, let elements): .array(Self.gatherArrays(views, elements, selection))
      case .row(let fields): .row(fields.map { $0.gathered(selection) }, count: selection.count)
      }
    return Column(data, validity: validity)
  }

  private static func gatherArrays(
    _ views: VectorBuilder<ByteView>, _ elements: ColumnBuilder, _ selection: Vector<Int32>
  ) -> ArrayVector {
    let moved = Vector<ByteView>(uninitialized: selection.count)
    let wanted = VectorBuilder<Int32>()
    for i in 0..<selection.count {
      let view = views.base[Int(selection.base[i])]
      moved.base[i] = ByteView(offset: wanted.count, length: Int(view.length))
      for element in 0..<view.length { wanted.append(Int32(truncatingIfNeeded: view.offset &+ element)) }
    }
    return ArrayVector(views: moved, elements: elements.gathered(wanted.finish()))
  }

  /// Whether a row equals row `other` of a column of the same storage: NULL equals NULL, NaN equals NaN.
  public func isRow(_ row: Int, equalTo column: Column, _ other: Int) -> Bool {
    let isNull = validity.isNull(row)
    guard isNull == column.isNull(other) else { return false }
    if isNull { return true }
    switch (storage, column.data) {
    case (.bool(let mine), .bool(let theirs)): return mine.base[row] == theirs.base[other]
    case (.int(let mine), .int(let theirs)): return mine.base[row] == theirs.base[other]
    case (.decimal(let mine), .decimal(let theirs)): return mine.base[row] == theirs.base[other]
    case (.double(let mine), .double(let theirs)):
      let (a, b) = (mine.base[row], theirs.base[other])
      return a == b || (a.isNaN && b.isNaN)
    case (.bytes(let mine), .bytes(let theirs)):
      let (a, b) = (mine.views.base[row], theirs.views.base[other])
      return a.length == b.length
        && equalBytes(
          UnsafePointer(mine.storage) + Int(a.offset), UnsafePointer(theirs.blob.base) + Int(b.offset),
          count: Int(a.length))
    case (.array(let views, let elements), .array(let theirs)):
      let (a, b) = (views.base[row], theirs.views.base[other])
      return a.length == b.length
        && (0..<Int(a.length)).allSatisfy {
          elements.isRow(Int(a.offset) + $0, equalTo: theirs.elements, Int(b.offset) + $0)
        }
    case (.row(let fields), .row(let others, _)):
      return zip(fields, others).allSatisfy { $0.isRow(row, equalTo: $1, other) }
    default: return false
    }
  }

  /// The bytes held, roughly.
  public var byteCount: Int {
    switch storage {
    case .bool(let builder): builder.count
    case .int(let builder): builder.count * 8
    case .double(let builder): builder.count * 8
    case .decimal(let builder): builder.count * 16
    case .bytes(let builder): builder.count * 8 + builder.byteCount
    case .array(let views, let elements): views.count * 8 + elements.byteCount
    case .row(let fields): fields.reduce(0) { $0 + $1.byteCount }
    }
  }
}

extension ValidityBuilder {
  func gathered(_ selection: Vector<Int32>) -> Vector<Bool>? { mask?.gathered(selection) }

  func isNull(_ row: Int) -> Bool { mask.map { !$0.base[row] } ?? false }
}

extension BytesBuilder {
  func gathered(_ selection: Vector<Int32>) -> BytesVector {
    var total = 0
    for i in 0..<selection.count { total &+= Int(views.base[Int(selection.base[i])].length) }
    let builder = BytesBuilder(rows: selection.count, bytes: total)
    let source = views.base
    let bytes = UnsafePointer(storage)
    for i in 0..<selection.count {
      let view = source[Int(selection.base[i])]
      ColumnBuilder.demandRoom(builder.append(padded: bytes + Int(view.offset), count: Int(view.length)))
    }
    return withExtendedLifetime(selection) { builder.finish() }
  }
}
