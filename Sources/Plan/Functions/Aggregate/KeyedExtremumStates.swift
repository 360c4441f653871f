// The least or greatest row of a group by values that are not one machine word: strings, arrays, structs, and the pairs of
// MIN_BY and MAX_BY. Rows are compared as memory-comparable keys; the kept keys lie in one arena.

import Values

final class KeyedExtremumStates: AccumulatorState {
  private let types: [DataType]
  private let encoder: KeyEncoder
  private let largest: Bool
  /// The kept key of each group; length 0 when there is none (no key is empty).
  private let views = StateVector<ByteView>(empty: ByteView(offset: 0, length: 0))
  private var arena: UnsafeMutablePointer<UInt8>
  private var capacity = 1024
  private var used = 0
  /// Bytes of keys that were replaced since.
  private var garbage = 0

  /// Keeps the row with the extreme value of `types`, compared in order; the result is the last of them.
  init(types: [DataType], largest: Bool) {
    self.types = types
    self.largest = largest
    encoder = KeyEncoder(types: types)
    arena = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Blob.slack)
  }

  deinit { arena.deallocate() }

  var byteCount: Int { views.byteCount + capacity }

  func resize(to groups: Int) { views.resize(to: groups) }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    let ordered = ordered(arguments)
    let keys = encoder.encode(ordered, count: groups.count)
    for row in 0..<groups.count {
      if let mask, !mask.base[row] { continue }
      // A row counts by what it is compared by; what MIN_BY takes from it may be NULL.
      if let validity = ordered[0].validity, !validity.base[row] { continue }
      offer(
        keys.blob.base + Int(keys.views.base[row].offset), Int(keys.views.base[row].length), to: Int(groups.base[row]))
    }
    withExtendedLifetime((groups, keys)) {}
  }

  /// MIN_BY(x, y) compares y first, then x.
  private func ordered(_ arguments: [Column]) -> [Column] { arguments.reversed() }

  private func offer(_ key: UnsafePointer<UInt8>, _ length: Int, to group: Int) {
    let kept = views.base[group]
    if kept.length != 0 {
      let order = compareBytes(key, length, arena + Int(kept.offset), Int(kept.length))
      guard largest ? order > 0 : order < 0 else { return }
    }
    garbage += Int(kept.length)
    views.base[group] = store(key, length)
    if garbage > 65_536, garbage * 2 > used { compact() }
  }

  private func store(_ key: UnsafePointer<UInt8>, _ length: Int) -> ByteView {
    if used + length > capacity {
      move(to: max(capacity * 2, used + length))
    }
    copyExactly(from: key, to: arena + used, count: length)
    used += length
    return ByteView(offset: used - length, length: length)
  }

  private func move(to larger: Int) {
    let target = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + Blob.slack)
    target.update(from: arena, count: used)
    arena.deallocate()
    arena = target
    capacity = larger
  }

  private func compact() {
    let old = arena
    let target = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + Blob.slack)
    var offset = 0
    for group in 0..<views.count {
      let view = views.base[group]
      (target + offset).update(from: old + Int(view.offset), count: Int(view.length))
      views.base[group] = ByteView(offset: offset, length: Int(view.length))
      offset += Int(view.length)
    }
    old.deallocate()
    arena = target
    used = offset
    garbage = 0
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? KeyedExtremumStates else { wrongStorage("MIN or MAX") }
    for i in 0..<sources.count {
      let view = other.views.base[Int(sources.base[i])]
      if view.length != 0 { offer(other.arena + Int(view.offset), Int(view.length), to: Int(targets.base[i])) }
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    let present = VectorBuilder<Int32>(capacity: groups.count)
    let keys = BytesBuilder(rows: groups.count, bytes: used)
    for row in 0..<groups.count {
      let view = views.base[Int(groups.base[row])]
      guard view.length != 0 else { continue }
      present.append(Int32(row))
      guard keys.append(arena + Int(view.offset), count: Int(view.length)) else { wrongStorage("MIN or MAX") }
    }
    let rows = present.finish()
    let kept = encoder.decode(keys.finish())[types.count - 1]
    guard rows.count != groups.count else { return (kept, RowErrors()) }
    return (spread(kept, to: rows, count: groups.count), RowErrors())
  }

  /// Puts row i of `column` at row `rows[i]` of a column of `count` rows, the others NULL.
  private func spread(_ column: Column, to rows: Vector<Int32>, count: Int) -> Column {
    let builder = ColumnBuilder(types[types.count - 1], capacity: count)
    var next = 0
    for row in 0..<count {
      if next < rows.count, Int(rows.base[next]) == row {
        builder.append(contentsOf: column, range: next..<next + 1)
        next += 1
      } else {
        builder.appendNull()
      }
    }
    return builder.finish()
  }

  func clear(_ groups: Vector<Int32>) {
    for i in 0..<groups.count { garbage += Int(views.base[Int(groups.base[i])].length) }
    views.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    compact()
    writer.writeState(views)
    let blob = Blob(uninitialized: used)
    blob.base.update(from: arena, count: used)
    let whole = Vector<ByteView>([ByteView(offset: 0, length: used)])
    writer.write(Column(.bytes(BytesVector(views: whole, blob: blob))))
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    try reader.readState(into: views)
    guard case .bytes(let kept) = try reader.column(.bytes()).data, kept.count == 1 else {
      throw reader.failure("the kept values of a MIN or MAX are not where they should be")
    }
    let length = Int(kept.views.base[0].length)
    for group in 0..<views.count where Int(views.base[group].offset) + Int(views.base[group].length) > length {
      throw reader.failure("a kept value of a MIN or MAX lies outside its memory")
    }
    used = 0
    garbage = 0
    if length > capacity { move(to: length) }
    arena.update(from: kept.blob.base + Int(kept.views.base[0].offset), count: length)
    used = length
  }
}
