// Pairs of integers to dense numbers, as `IntTable`: the commonest composite key (window, key) without encoding.
// In: two columns of a batch. Out: ids. Each part may be NULL; NULL equals NULL, as GROUP BY has it.

/// A table of keys of two 64-bit integers.
final class PairTable {
  struct Slot {
    var first: Int64
    var second: Int64
    /// The id of the key, -1 for an empty slot.
    var id: Int32
    /// Bit 0: the first part is NULL; bit 1: the second is. A NULL part is stored as 0.
    var nulls: UInt8
  }

  private var slots: UnsafeMutablePointer<Slot>
  private var mask: Int
  private(set) var firsts = VectorBuilder<Int64>()
  private(set) var seconds = VectorBuilder<Int64>()
  private(set) var nulls = VectorBuilder<UInt8>()

  init() {
    mask = 63
    slots = Self.allocate(64)
  }

  deinit { slots.deallocate() }

  var count: Int { firsts.count }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Slot> {
    let slots = UnsafeMutablePointer<Slot>.allocate(capacity: count)
    slots.initialize(repeating: Slot(first: 0, second: 0, id: -1, nulls: 0), count: count)
    return slots
  }

  /// The ids of the keys; a new key gets the next id, or -1 when `inserting` is false.
  func ids(_ first: KeyPart, _ second: KeyPart, count: Int, inserting: Bool) -> Vector<Int32> {
    let result = Vector<Int32>(uninitialized: count)
    let a = first.values.base
    let b = second.values.base
    let aValid = first.validity?.base
    let bValid = second.validity?.base
    let hasNulls = aValid != nil || bValid != nil
    let isLarge = mask > 1 << 15
    for i in 0..<count {
      if isLarge && i & 63 == 0 { touch(a, b, i..<min(i + 64, count)) }
      var x = a[i]
      var y = b[i]
      var flags: UInt8 = 0
      if hasNulls {
        if let aValid, !aValid[i] { (x, flags) = (0, 1) }
        if let bValid, !bValid[i] { (y, flags) = (0, flags | 2) }
      }
      result.base[i] = id(x, y, flags, inserting)
    }
    return withExtendedLifetime((first, second)) { result }
  }

  /// Keeps the loads of `touch` alive.
  private var touched: Int32 = 0

  /// Loads the slots of some rows, so that their cache misses overlap.
  private func touch(_ a: UnsafePointer<Int64>, _ b: UnsafePointer<Int64>, _ rows: Range<Int>) {
    let slots = slots
    let mask = mask
    var sum: Int32 = 0
    for i in rows { sum |= slots[Int(truncatingIfNeeded: KeyHash.pair(a[i], b[i], 0)) & mask].id }
    touched = sum
  }

  @inline(__always)
  private func id(_ first: Int64, _ second: Int64, _ flags: UInt8, _ inserting: Bool) -> Int32 {
    let slots = slots
    let mask = mask
    var position = Int(truncatingIfNeeded: KeyHash.pair(first, second, flags)) & mask
    while true {
      let slot = slots[position]
      if slot.id < 0 { return inserting ? insert(first, second, flags, at: position) : -1 }
      if slot.first == first && slot.second == second && slot.nulls == flags { return slot.id }
      position = (position &+ 1) & mask
    }
  }

  private func insert(_ first: Int64, _ second: Int64, _ flags: UInt8, at position: Int) -> Int32 {
    precondition(count < Int(Int32.max), "a table of groups cannot hold more than 2^31 keys")
    let id = Int32(truncatingIfNeeded: count)
    firsts.append(first)
    seconds.append(second)
    nulls.append(flags)
    slots[position] = Slot(first: first, second: second, id: id, nulls: flags)
    if count &* 2 > mask { rebuild(capacity: (mask &+ 1) &* 2) }
    return id
  }

  private func rebuild(capacity: Int) {
    slots.deallocate()
    slots = Self.allocate(capacity)
    mask = capacity - 1
    for id in 0..<count {
      let slot = Slot(
        first: firsts.base[id], second: seconds.base[id], id: Int32(truncatingIfNeeded: id), nulls: nulls.base[id])
      var position = Int(truncatingIfNeeded: KeyHash.pair(slot.first, slot.second, slot.nulls)) & mask
      while slots[position].id >= 0 { position = (position &+ 1) & mask }
      slots[position] = slot
    }
  }

  /// Forgets every key and keeps the memory.
  func reset() {
    firsts.truncate(to: 0)
    seconds.truncate(to: 0)
    nulls.truncate(to: 0)
    slots.update(repeating: Slot(first: 0, second: 0, id: -1, nulls: 0), count: mask + 1)
  }

  /// Keeps the keys of the given ids, which become 0, 1, ...
  func compact(keeping kept: Vector<Int32>) {
    firsts = Self.gather(firsts, kept)
    seconds = Self.gather(seconds, kept)
    nulls = Self.gather(nulls, kept)
    rebuild(capacity: tableCapacity(for: kept.count))
  }

  private static func gather<T>(_ builder: VectorBuilder<T>, _ kept: Vector<Int32>) -> VectorBuilder<T> {
    let moved = VectorBuilder<T>(capacity: kept.count)
    moved.append(gathering: builder.copy(), at: kept)
    return moved
  }

  var memory: Int { (mask + 1) * MemoryLayout<Slot>.stride + count * 17 }
}

/// One column of an integer key.
struct KeyPart {
  let values: Vector<Int64>
  let validity: Vector<Bool>?
}
