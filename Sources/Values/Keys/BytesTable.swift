// Byte strings to dense numbers, as `IntTable`; the keys are copied into one arena in the order of their ids.
// In: strings of a batch. Out: ids. Growth re-places slots by stored hashes and never reads a key again.

/// A table of byte keys; NULL is a key of its own.
final class BytesTable {
  struct Slot {
    /// The upper half of the key's hash: most keys that differ, differ here.
    var tag: UInt32
    /// The id of the key, -1 for an empty slot.
    var id: Int32
  }

  private var slots: UnsafeMutablePointer<Slot>
  private var mask: Int
  private var hashes = VectorBuilder<UInt64>()
  /// Where each key begins in the arena; the last is the arena's end.
  private var starts = VectorBuilder<Int>()
  private var arena = VectorBuilder<UInt8>()
  /// The id of NULL, -1 while it has none.
  private(set) var nullID: Int32 = -1

  init() {
    mask = 63
    slots = Self.allocate(64)
    starts.append(0)
  }

  deinit { slots.deallocate() }

  var count: Int { hashes.count }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Slot> {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
    slots.initialize(repeating: Slot(tag: 0, id: -1), count: count)
    return slots
  }

  /// The ids of the keys; a new key gets the next id, or -1 when `inserting` is false.
  func ids(_ keys: BytesVector, _ validity: Vector<Bool>?, count: Int, inserting: Bool) -> Vector<Int32> {
    let result = Vector<Int32>(uninitialized: count)
    let hashed = KeyHash.bytes(keys, count: count)
    let bytes = UnsafePointer(keys.blob.base)
    let valid = validity?.base
    let isLarge = mask > 1 << 15
    for i in 0..<count {
      if isLarge && i & 63 == 0 { touch(hashed, i..<min(i + 64, count)) }
      if let valid, !valid[i] {
        if nullID < 0 && inserting { nullID = add(Hash.null, bytes, 0) }
        result.base[i] = nullID
      } else {
        let view = keys.views.base[i]
        result.base[i] = id(hashed.base[i], bytes + Int(view.offset), Int(view.length), inserting)
      }
    }
    return withExtendedLifetime((keys, validity)) { result }
  }

  /// Keeps the loads of `touch` alive.
  private var touched = 0

  /// Loads what the probes of some rows will need, so that their cache misses overlap: slots, then places of keys, then
  /// the keys themselves.
  private func touch(_ hashes: Vector<UInt64>, _ rows: Range<Int>) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: rows.count) { places in
      for (k, i) in rows.enumerated() {
        places[k] = max(Int(slots[Int(truncatingIfNeeded: hashes.base[i]) & mask].id), 0)
      }
      for k in 0..<rows.count { places[k] = starts.base[places[k]] }
      var sum = 0
      for k in 0..<rows.count { sum &+= Int(arena.base[places[k]]) }
      touched = sum
    }
  }

  @inline(__always)
  private func id(_ hash: UInt64, _ key: UnsafePointer<UInt8>, _ length: Int, _ inserting: Bool) -> Int32 {
    let slots = slots
    let mask = mask
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var position = Int(truncatingIfNeeded: hash) & mask
    while true {
      let slot = slots[position]
      if slot.id < 0 { return inserting ? insert(hash, key, length, at: position) : -1 }
      if slot.tag == tag {
        let start = starts.base[Int(slot.id)]
        if starts.base[Int(slot.id) &+ 1] &- start == length
          && equalBytes(UnsafePointer(arena.base + start), key, count: length)
        {
          return slot.id
        }
      }
      position = (position &+ 1) & mask
    }
  }

  private func add(_ hash: UInt64, _ key: UnsafePointer<UInt8>, _ length: Int) -> Int32 {
    precondition(count < Int(Int32.max), "a table of groups cannot hold more than 2^31 keys")
    let id = Int32(truncatingIfNeeded: count)
    hashes.append(hash)
    arena.append(contentsOf: key, count: length)
    starts.append(arena.count)
    return id
  }

  private func insert(_ hash: UInt64, _ key: UnsafePointer<UInt8>, _ length: Int, at position: Int) -> Int32 {
    let id = add(hash, key, length)
    slots[position] = Slot(tag: UInt32(truncatingIfNeeded: hash >> 32), id: id)
    if count &* 2 > mask { rebuild(capacity: (mask &+ 1) &* 2) }
    return id
  }

  private func rebuild(capacity: Int) {
    slots.deallocate()
    slots = Self.allocate(capacity)
    mask = capacity - 1
    for id in 0..<count where id != Int(nullID) {
      let hash = hashes.base[id]
      var position = Int(truncatingIfNeeded: hash) & mask
      while slots[position].id >= 0 { position = (position &+ 1) & mask }
      slots[position] = Slot(tag: UInt32(truncatingIfNeeded: hash >> 32), id: Int32(truncatingIfNeeded: id))
    }
  }

  /// The keys of the given ids, copied.
  func keys(_ ids: Vector<Int32>) -> BytesVector {
    var total = 0
    for i in 0..<ids.count {
      let id = Int(ids.base[i])
      total += starts.base[id + 1] - starts.base[id]
    }
    precondition(total <= Int(UInt32.max), "one column cannot hold more than 4 GiB of strings")
    let builder = BytesBuilder(rows: ids.count, bytes: total)
    for i in 0..<ids.count {
      let id = Int(ids.base[i])
      let start = starts.base[id]
      builder.append(padded: UnsafePointer(arena.base + start), count: starts.base[id + 1] - start)
    }
    return withExtendedLifetime(ids) { builder.finish() }
  }

  /// Forgets every key and keeps the memory.
  func reset() {
    hashes.truncate(to: 0)
    starts.truncate(to: 1)
    arena.truncate(to: 0)
    nullID = -1
    slots.update(repeating: Slot(tag: 0, id: -1), count: mask + 1)
  }

  /// Keeps the keys of the given ids, which become 0, 1, ...
  func compact(keeping kept: Vector<Int32>) {
    let oldStarts = starts
    let oldArena = arena
    let oldHashes = hashes
    hashes = VectorBuilder(capacity: kept.count)
    starts = VectorBuilder(capacity: kept.count + 1)
    arena = VectorBuilder()
    starts.append(0)
    var newNull: Int32 = -1
    for i in 0..<kept.count {
      let id = Int(kept.base[i])
      let start = oldStarts.base[id]
      let added = add(oldHashes.base[id], UnsafePointer(oldArena.base + start), oldStarts.base[id + 1] - start)
      if id == Int(nullID) { newNull = added }
    }
    nullID = newNull
    rebuild(capacity: tableCapacity(for: kept.count))
  }

  var memory: Int { (mask + 1) * MemoryLayout<Slot>.stride + count * 16 + arena.count }
}
