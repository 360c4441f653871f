// End to end: columns and batches become one. In: parts of one type. Out: copies, so that the result pins no input.

extension Column {
  /// The rows of all parts, in order.
  public static func concatenate(_ parts: [Column], type: DataType) -> Column {
    let total = parts.reduce(0) { $0 + $1.count }
    let builder = ColumnBuilder(type, capacity: total)
    for part in parts { builder.append(contentsOf: part) }
    return builder.finish()
  }
}

extension BytesVector {
  /// The rows of all parts, in order.
  public static func concatenate(_ parts: [BytesVector]) -> BytesVector {
    let builder = BytesBuilder(rows: parts.reduce(0) { $0 + $1.count })
    for part in parts { ColumnBuilder.demandRoom(builder.append(contentsOf: part, range: 0..<part.count)) }
    return builder.finish()
  }
}

extension Vector {
  /// The elements of all parts, in order.
  public static func concatenate(_ parts: [Vector<Element>]) -> Vector<Element> {
    let builder = VectorBuilder<Element>(capacity: parts.reduce(0) { $0 + $1.count })
    for part in parts { builder.append(contentsOf: part) }
    return builder.finish()
  }
}

extension Batch {
  /// The rows of all parts, in order.
  ///
  /// Weights: those of the parts, +1 where a part has none. Order: kept when every part has one. Origin: kept when all
  /// parts come from one partition of one source, and of its details those that every part has.
  public static func concatenate(_ parts: [Batch], types: [DataType]) -> Batch {
    if parts.count == 1, let only = parts.first { return only }
    let columns = types.indices.map { index in
      Column.concatenate(parts.map { $0.columns[index] }, type: types[index])
    }
    var result = Batch(columns: columns, count: parts.reduce(0) { $0 + $1.count })
    if parts.contains(where: { $0.weights != nil }) {
      result.weights = Vector.concatenate(parts.map { $0.weights ?? Vector(repeating: 1, count: $0.count) })
    }
    result.order = all(parts.map(\.order)).map(BytesVector.concatenate)
    result.origin = all(parts.map(\.origin)).flatMap(Origin.concatenate)
    return result
  }

  /// The elements when none is nil and there is one.
  fileprivate static func all<T>(_ elements: [T?]) -> [T]? {
    let present = elements.compactMap { $0 }
    return present.isEmpty || present.count < elements.count ? nil : present
  }
}

extension Origin {
  fileprivate static func concatenate(_ parts: [Origin]) -> Origin? {
    guard let first = parts.first,
      parts.allSatisfy({ $0.source == first.source && $0.partition == first.partition })
    else { return nil }
    return Origin(
      source: first.source, partition: first.partition,
      offsets: Batch.all(parts.map(\.offsets)).map(Vector.concatenate),
      payload: Batch.all(parts.map(\.payload)).map(BytesVector.concatenate),
      watermarks: Batch.all(parts.map(\.watermarks)).map(Vector.concatenate))
  }
}
