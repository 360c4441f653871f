// Integers to dense numbers: open addressing, linear probing, at most half full. In: keys of a batch. Out: ids.
// Never removes a single key: tables are compacted or dropped as a whole.

/// A table of 64-bit keys; NULL is a key of its own.
final class IntTable {
  struct Slot {
    var key: Int64
    /// The id of the key, -1 for an empty slot.
    var id: Int32
  }

  private var slots: UnsafeMutablePointer<Slot>
  private var mask: Int
  /// The key of each id; 0 for that of NULL.
  private(set) var keys = VectorBuilder<Int64>()
  /// The id of NULL, -1 while it has none.
  private(set) var nullID: Int32 = -1

  init() {
    mask = 63
    slots = Self.allocate(64)
  }

  deinit { slots.deallocate() }

  var count: Int { keys.count }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Slot> {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
    slots.initialize(repeating: Slot(key: 0, id: -1), count: count)
    return slots
  }

  /// The ids of the keys; a new key gets the next id, or -1 when `inserting` is false.
  func ids(_ column: Vector<Int64>, _ validity: Vector<Bool>?, count: Int, inserting: Bool) -> Vector<Int32> {
    let result = Vector<Int32>(uninitialized: count)
    if let validity {
      nullableIDs(column, validity, 0..<count, inserting, result)
    } else {
      validIDs(column, 0..<count, inserting, result)
    }
    return withExtendedLifetime((column, validity)) { result }
  }

  private func validIDs(_ column: Vector<Int64>, _ rows: Range<Int>, _ inserting: Bool, _ result: Vector<Int32>) {
    let source = column.base
    let target = result.base
    var slots = slots
    var mask = mask
    // The probes of different rows are independent: the processor overlaps their cache misses without help.
    for i in rows {
      let key = source[i]
      var position = Int(truncatingIfNeeded: Hash.int(key)) & mask
      while slots[position].id >= 0 && slots[position].key != key { position = (position &+ 1) & mask }
      let found = slots[position].id
      target[i] = found
      if found < 0 && inserting {
        target[i] = insert(key, at: position)
        slots = self.slots
        mask = self.mask
      }
    }
  }

  private func nullableIDs(
    _ column: Vector<Int64>, _ validity: Vector<Bool>, _ rows: Range<Int>, _ inserting: Bool, _ result: Vector<Int32>
  ) {
    for i in rows {
      if validity.base[i] {
        validIDs(column, i..<(i + 1), inserting, result)
      } else {
        if nullID < 0 && inserting {
          nullID = Int32(truncatingIfNeeded: keys.count)
          keys.append(0)
        }
        result.base[i] = nullID
      }
    }
  }

  private func insert(_ key: Int64, at position: Int) -> Int32 {
    precondition(keys.count < Int(Int32.max), "a table of groups cannot hold more than 2^31 keys")
    let id = Int32(truncatingIfNeeded: keys.count)
    keys.append(key)
    slots[position] = Slot(key: key, id: id)
    if keys.count &* 2 > mask { rebuild(capacity: (mask &+ 1) &* 2) }
    return id
  }

  private func rebuild(capacity: Int) {
    slots.deallocate()
    slots = Self.allocate(capacity)
    mask = capacity - 1
    for id in 0..<keys.count where id != Int(nullID) {
      let key = keys.base[id]
      var position = Int(truncatingIfNeeded: Hash.int(key)) & mask
      while slots[position].id >= 0 { position = (position &+ 1) & mask }
      slots[position] = Slot(key: key, id: Int32(truncatingIfNeeded: id))
    }
  }

  /// Forgets every key and keeps the memory.
  func reset() {
    keys.truncate(to: 0)
    nullID = -1
    slots.update(repeating: Slot(key: 0, id: -1), count: mask + 1)
  }

  /// Keeps the keys of the given ids, which become 0, 1, ...
  func compact(keeping kept: Vector<Int32>) {
    let moved = VectorBuilder<Int64>(capacity: kept.count)
    moved.append(gathering: keys.copy(), at: kept)
    var newNull: Int32 = -1
    for i in 0..<kept.count where kept.base[i] == nullID { newNull = Int32(truncatingIfNeeded: i) }
    nullID = newNull
    keys = moved
    rebuild(capacity: tableCapacity(for: kept.count))
  }

  var memory: Int { (mask + 1) * MemoryLayout<Slot>.stride + keys.count * 8 }
}

/// The least power of two that is at most half full with `count` keys.
func tableCapacity(for count: Int) -> Int {
  var capacity = 64
  while capacity <= count * 2 { capacity *= 2 }
  return capacity
}
