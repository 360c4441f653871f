// Row by row from one column or the other: CASE, COALESCE, IF. In: a mask and two columns of one type and count.
// Out: a column. Never looks at the mask's own NULLs: who calls has decided them.

extension Column {
  /// The rows of `then` where `mask` is true, and those of `otherwise` elsewhere.
  public static func merge(mask: Vector<Bool>, then: Column, otherwise: Column) -> Column {
    let data: ColumnData
    switch (then.data, otherwise.data) {
    case (.bool(let a), .bool(let b)): data = .bool(choose(mask, a, b))
    case (.int(let a), .int(let b)): data = .int(choose(mask, a, b))
    case (.double(let a), .double(let b)): data = .double(choose(mask, a, b))
    case (.decimal(let a), .decimal(let b)): data = .decimal(choose(mask, a, b))
    case (.bytes(let a), .bytes(let b)) where a.blob === b.blob:
      data = .bytes(BytesVector(views: choose(mask, a.views, b.views), blob: a.blob))
    case (.bytes(let a), .bytes(let b)): data = .bytes(mergeBytes(mask, a, b))
    case (.row(let a, let count), .row(let b, _)) where a.count == b.count:
      data = .row(zip(a, b).map { merge(mask: mask, then: $0, otherwise: $1) }, count: count)
    default: return mergeRows(mask, then, otherwise)
    }
    return Column(data, validity: mergeValidity(mask, then, otherwise))
  }

  private static func choose<T>(_ mask: Vector<Bool>, _ then: Vector<T>, _ otherwise: Vector<T>) -> Vector<T> {
    let result = Vector<T>(uninitialized: mask.count)
    for i in 0..<mask.count { result.base[i] = mask.base[i] ? then.base[i] : otherwise.base[i] }
    return withExtendedLifetime((mask, then, otherwise)) { result }
  }

  private static func mergeValidity(_ mask: Vector<Bool>, _ then: Column, _ otherwise: Column) -> Vector<Bool>? {
    if then.validity == nil && otherwise.validity == nil { return nil }
    let all = Vector(repeating: true, count: mask.count)
    return choose(mask, then.validity ?? all, otherwise.validity ?? all)
  }

  private static func mergeBytes(_ mask: Vector<Bool>, _ then: BytesVector, _ otherwise: BytesVector) -> BytesVector {
    let builder = BytesBuilder(rows: mask.count)
    let views = choose(mask, then.views, otherwise.views)
    for i in 0..<mask.count {
      let bytes = UnsafePointer(mask.base[i] ? then.blob.base : otherwise.blob.base)
      let view = views.base[i]
      ColumnBuilder.demandRoom(builder.append(padded: bytes + Int(view.offset), count: Int(view.length)))
    }
    return withExtendedLifetime((then, otherwise)) { builder.finish() }
  }

  /// Arrays, and a bare NULL on one side: runs of rows through a builder.
  private static func mergeRows(_ mask: Vector<Bool>, _ then: Column, _ otherwise: Column) -> Column {
    var shape = then
    if case .bool = then.data { shape = otherwise }
    let builder = ColumnBuilder(like: shape, capacity: mask.count)
    var start = 0
    while start < mask.count {
      var end = start + 1
      while end < mask.count && mask[end] == mask[start] { end += 1 }
      builder.append(contentsOf: mask[start] ? then : otherwise, range: start..<end)
      start = end
    }
    return builder.finish()
  }
}
