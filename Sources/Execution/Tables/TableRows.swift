// The current rows of a table by key. In: rows as bytes, with the place that says which of two is later. Out: for each key
// touched since it was last asked, the row before and the row now. Copies what it keeps and never pins a batch.
//
// A row is kept as `KeyEncoder` writes it, so that an exact repeat is found by comparing bytes. That form knows one zero:
// a negative zero in a DOUBLE comes back as zero.

import Values

final class TableRows {
  private var index: GroupIndex
  private let rowEncoder: KeyEncoder
  private let keyEncoder: KeyEncoder
  /// By key: where its row begins in the arena, -1 for a key without a row.
  private var starts = StateVector<Int64>(empty: -1)
  private var lengths = StateVector<Int32>(empty: 0)
  /// By key: the time and the partition of the last record, which an earlier one does not replace.
  private var times = StateVector<Int64>(empty: .min)
  private var partitions = StateVector<Int64>(empty: .min)
  private var arena = VectorBuilder<UInt8>()
  /// The bytes of the arena that are some key's row.
  private var liveBytes = 0
  private var present = 0
  private let marks = StateVector<Bool>(empty: false)
  private let touched = VectorBuilder<Int32>()
  /// For each touched key, its row before.
  private let oldStarts = VectorBuilder<Int64>()
  private let oldLengths = VectorBuilder<Int32>()

  init(types: [DataType], keyTypes: [DataType]) {
    index = GroupIndex(types: keyTypes)
    rowEncoder = KeyEncoder(types: types)
    keyEncoder = KeyEncoder(types: keyTypes)
  }

  var keyCount: Int { present }

  var byteCount: Int {
    index.memory + arena.count + starts.byteCount + lengths.byteCount + times.byteCount + partitions.byteCount
  }

  /// Puts or deletes the row of each key, unless a later record of the key was seen.
  func apply(
    _ columns: [Column], keys: [Column], deletions: Vector<Bool>?, times given: Vector<Int64>?, partition: Int64,
    count: Int, notesChanges: Bool
  ) {
    let ids = index.ids(for: keys, count: count)
    resize(to: index.count)
    let rows = rowEncoder.encode(columns, count: count)
    let bytes = UnsafePointer(rows.blob.base)
    let known = (times: times.base, partitions: partitions.base, starts: starts.base, lengths: lengths.base)
    for row in 0..<count {
      let id = Int(ids.base[row])
      let time = given?.base[row] ?? .min
      if known.times[id] > time || (known.times[id] == time && known.partitions[id] > partition) { continue }
      known.times[id] = time
      known.partitions[id] = partition
      let view = rows.views.base[row]
      let isDeleted = deletions?.base[row] ?? false
      let isPresent = known.starts[id] >= 0
      if isPresent ? !isDeleted && isSame(id, bytes + Int(view.offset), Int(view.length)) : isDeleted { continue }
      if notesChanges, !marks.base[id] { note(id) }
      if isPresent {
        liveBytes -= Int(known.lengths[id])
        present -= 1
        known.starts[id] = -1
      }
      if isDeleted { continue }
      known.starts[id] = Int64(arena.count)
      known.lengths[id] = Int32(truncatingIfNeeded: view.length)
      arena.append(contentsOf: bytes + Int(view.offset), count: Int(view.length))
      liveBytes += Int(view.length)
      present += 1
    }
    withExtendedLifetime(rows) {}
    if !notesChanges { compactArena() }
  }

  private func resize(to count: Int) {
    starts.resize(to: count)
    lengths.resize(to: count)
    times.resize(to: count)
    partitions.resize(to: count)
    marks.resize(to: count)
  }

  private func isSame(_ id: Int, _ bytes: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    Int(lengths.base[id]) == length
      && equalBytes(UnsafePointer(arena.base + Int(starts.base[id])), bytes, count: length)
  }

  private func note(_ id: Int) {
    marks.base[id] = true
    touched.append(Int32(truncatingIfNeeded: id))
    oldStarts.append(starts.base[id])
    oldLengths.append(lengths.base[id])
  }

  // MARK: What is said

  /// Hands out the changes since the last call by ascending key, the old row of a key before the new one.
  func takeChanges(_ emit: (Batch) -> Void) {
    guard touched.count > 0 else { return }
    let groups = touched.copy()
    let writer = ChangeWriter(self)
    let (keys, order) = ordered(groups)
    for i in 0..<order.count {
      let position = Int(order.base[i])
      let id = Int(groups.base[position])
      let (old, oldLength) = (oldStarts.base[position], Int(oldLengths.base[position]))
      let (new, length) = (starts.base[id], Int(lengths.base[id]))
      marks.base[id] = false
      if old < 0, new < 0 { continue }
      if old >= 0, new >= 0, oldLength == length,
        equalBytes(UnsafePointer(arena.base + Int(old)), UnsafePointer(arena.base + Int(new)), count: length)
      {
        continue
      }
      if old >= 0 { writer.add(arena.base + Int(old), oldLength, weight: -1, key: position) }
      if new >= 0 { writer.add(arena.base + Int(new), length, weight: 1, key: position) }
      if writer.isFull { emit(writer.finish(keys, weighted: true)) }
    }
    if !writer.isEmpty { emit(writer.finish(keys, weighted: true)) }
    touched.truncate(to: 0)
    oldStarts.truncate(to: 0)
    oldLengths.truncate(to: 0)
    compactArena()
  }

  /// Hands out every row by ascending key.
  func all(_ emit: (Batch) -> Void) {
    let ids = presentIDs()
    let writer = ChangeWriter(self)
    let (keys, order) = ordered(ids)
    for i in 0..<order.count {
      let position = Int(order.base[i])
      let id = Int(ids.base[position])
      writer.add(arena.base + Int(starts.base[id]), Int(lengths.base[id]), weight: 1, key: position)
      if writer.isFull { emit(writer.finish(keys, weighted: false)) }
    }
    if !writer.isEmpty { emit(writer.finish(keys, weighted: false)) }
  }

  private func ordered(_ ids: Vector<Int32>) -> (keys: BytesVector, order: Vector<Int32>) {
    let keys = keyEncoder.encode(index.keys(ids), count: ids.count)
    return (keys, keys.ascendingOrder())
  }

  private func presentIDs() -> Vector<Int32> {
    let ids = VectorBuilder<Int32>(capacity: present)
    for id in 0..<starts.count where starts.base[id] >= 0 { ids.append(Int32(truncatingIfNeeded: id)) }
    return ids.finish()
  }

  /// Collects rows of the arena as a batch.
  private final class ChangeWriter {
    private let rows = BytesBuilder()
    private var weights = VectorBuilder<Int64>()
    private var keyRows = VectorBuilder<Int32>()
    private let encoder: KeyEncoder

    init(_ table: TableRows) { encoder = table.rowEncoder }

    var isEmpty: Bool { rows.count == 0 }
    var isFull: Bool { rows.count >= 1 << 16 || rows.byteCount >= 1 << 28 }

    func add(_ bytes: UnsafeMutablePointer<UInt8>, _ length: Int, weight: Int64, key: Int) {
      rows.append(UnsafePointer(bytes), count: length)
      weights.append(weight)
      keyRows.append(Int32(truncatingIfNeeded: key))
    }

    func finish(_ keys: BytesVector, weighted: Bool) -> Batch {
      let count = rows.count
      let columns = encoder.decode(rows.finish())
      let given = weights.finish()
      return Batch(
        columns: columns, count: count, weights: weighted ? given : nil, order: keys.gather(keyRows.finish()))
    }
  }

  // MARK: Memory

  /// Gives back the memory of rows that were replaced, once they are most of the arena.
  private func compactArena() {
    guard arena.count > 1 << 20, arena.count > liveBytes * 2 else { return }
    let compact = VectorBuilder<UInt8>(capacity: liveBytes)
    for id in 0..<starts.count where starts.base[id] >= 0 {
      let start = Int(starts.base[id])
      starts.base[id] = Int64(compact.count)
      compact.append(contentsOf: UnsafePointer(arena.base + start), count: Int(lengths.base[id]))
    }
    arena = compact
  }

  /// Forgets keys without a row, once they are most of the keys. Only where no record can come that is earlier than the
  /// deletion: from one partition, whose order is that of the records.
  func forgetDeleted() {
    guard index.count > 1024, index.count > present * 2 else { return }
    let kept = presentIDs()
    index.compact(keeping: kept)
    for field in [starts, times, partitions] { field.replace(with: field.gather(kept)) }
    lengths.replace(with: lengths.gather(kept))
    marks.replace(with: Vector(repeating: false, count: kept.count))
  }

  func write(to writer: ColumnWriter) {
    index.write(to: writer)
    let known = Vector<Int32>(uninitialized: starts.count)
    var rows: [UInt8] = []
    rows.reserveCapacity(liveBytes)
    for id in 0..<starts.count {
      let isPresent = starts.base[id] >= 0
      known.base[id] = isPresent ? lengths.base[id] : -1
      guard isPresent else { continue }
      rows.append(
        contentsOf: UnsafeBufferPointer(start: arena.base + Int(starts.base[id]), count: Int(lengths.base[id])))
    }
    writer.write(known)
    writer.write(rows)
    writer.write(times.copy())
    writer.write(partitions.copy())
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: index.types)
    let known = try reader.ints32()
    let rows = try reader.bytes()
    let (readTimes, readPartitions) = (try reader.ints(), try reader.ints())
    let total = known.array.reduce(0) { $0 + Int(max($1, 0)) }
    guard known.count == index.count, total == rows.count, readTimes.count == index.count,
      readPartitions.count == index.count
    else { throw reader.failure("the rows of a table do not fit its keys") }
    resize(to: index.count)
    times.replace(with: readTimes)
    partitions.replace(with: readPartitions)
    arena = VectorBuilder(capacity: rows.count)
    rows.withUnsafeBufferPointer { if let base = $0.baseAddress { arena.append(contentsOf: base, count: $0.count) } }
    liveBytes = 0
    present = 0
    for id in 0..<index.count {
      let isPresent = known.base[id] >= 0
      starts.base[id] = isPresent ? Int64(liveBytes) : -1
      guard isPresent else { continue }
      lengths.base[id] = known.base[id]
      liveBytes += Int(known.base[id])
      present += 1
    }
  }
}
