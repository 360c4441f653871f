// Maps in their one form: entries in ascending order of keys, each key once. In: arrays of (key, value) structs in any
// order. Out: the same maps, equal ones stored alike. Of entries with one key the last counts, as in a JSON object.

public enum MapForm {
  /// The maps in their one form; `maps` themselves when they have it already.
  public static func canonical(_ maps: ArrayVector, key: DataType) -> ArrayVector {
    guard case .row(let parts, _) = maps.elements.data, parts.count == 2 else { return maps }
    let (entries, owners) = flattened(maps.views)
    let keys = KeyEncoder(types: [.int64, key]).encode(
      [Column(.int(owners)), parts[0].gather(entries)], count: entries.count)
    if isAscending(keys) { return maps }
    let order = SortOrder.permutation(keys: keys)
    let kept = VectorBuilder<Int32>(capacity: entries.count)
    let lengths = Vector<Int>(repeating: 0, count: maps.views.count)
    for position in 0..<order.count {
      let entry = Int(order.base[position])
      // Equal keys lie side by side in the order of their entries: the last of them stays.
      if position + 1 < order.count, compare(keys, entry, Int(order.base[position + 1])) == 0 { continue }
      kept.append(entries.base[entry])
      lengths.base[Int(owners.base[entry])] += 1
    }
    var offset = 0
    let views = Vector<ByteView>(uninitialized: maps.views.count)
    for row in 0..<views.count {
      views.base[row] = ByteView(offset: offset, length: lengths.base[row])
      offset += lengths.base[row]
    }
    return ArrayVector(views: views, elements: maps.elements.gather(kept.finish()))
  }

  /// A map as a value in its one form.
  public static func canonical(_ entries: [Value], key: DataType, value: DataType) -> Value {
    let type = DataType.map(key: key, value: value)
    let column = Column([.array(entries)], type: type)
    guard case .array(let maps) = column.data else { return .array(entries) }
    return Column(.array(canonical(maps, key: key))).value(at: 0)
  }

  /// The entries of all rows, and the row of each.
  private static func flattened(_ views: Vector<ByteView>) -> (entries: Vector<Int32>, owners: Vector<Int64>) {
    let entries = VectorBuilder<Int32>()
    let owners = VectorBuilder<Int64>()
    for row in 0..<views.count {
      let view = views.base[row]
      for index in 0..<Int(view.length) {
        entries.append(Int32(truncatingIfNeeded: Int(view.offset) + index))
        owners.append(Int64(row))
      }
    }
    return (entries.finish(), owners.finish())
  }

  private static func isAscending(_ keys: BytesVector) -> Bool {
    for row in 1..<max(keys.count, 1) where compare(keys, row - 1, row) >= 0 { return false }
    return true
  }

  private static func compare(_ keys: BytesVector, _ left: Int, _ right: Int) -> Int {
    let (a, b) = (keys.views.base[left], keys.views.base[right])
    let base = UnsafePointer(keys.blob.base)
    return compareBytes(base + Int(a.offset), Int(a.length), base + Int(b.offset), Int(b.length))
  }
}
