// IN over constants: a set prepared once, asked a batch at a time. In: values of one storage. Out: masks. A short list
// is compared one by one; longer ones are hashed (text) or searched by halves (integers).

import Values

/// The constants of an IN list.
struct ConstantSet: Sendable {
  private let storage: DataType.Storage
  private let containsNull: Bool
  private let values: [Value]
  private let integers: [Int64]
  private let strings: BytesVector
  /// Open addressing over `strings`: positions, -1 for none. A power of two in size, at most half full.
  private let slots: [Int32]

  init(_ values: [Value], storage: DataType.Storage, containsNull: Bool) {
    self.storage = storage
    self.containsNull = containsNull
    self.values = values
    integers = values.compactMap { if case .int(let value) = $0 { value } else { nil } }.sorted()
    strings = BytesVector(values.compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } })
    var size = 4
    while size < strings.count * 2 { size *= 2 }
    var slots = [Int32](repeating: -1, count: size)
    for position in 0..<strings.count {
      let view = strings.views[position]
      let hash = Hash.bytes(UnsafePointer(strings.blob.base + Int(view.offset)), count: Int(view.length))
      var slot = Int(truncatingIfNeeded: hash) & (size - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = Int32(truncatingIfNeeded: position)
    }
    self.slots = slots
  }

  /// Whether each row is in the set; NULL where it is not and the list had a NULL.
  func contains(_ operand: Datum, _ rows: inout Rows) -> Datum {
    let found = Vector<Bool>(uninitialized: rows.count)
    switch storage {
    case .int: findIntegers(Int64.lane(operand), found)
    case .bytes: findStrings(Text.lane(operand), found)
    case .bool, .double, .decimal, .array, .row:
      for row in 0..<rows.count {
        let value: Value
        switch operand {
        case .column(let column): value = column.value(at: row)
        case .scalar(let scalar): value = scalar
        }
        found.base[row] = values.contains { Comparison.equal($0, value) == true }
      }
    }
    return .column(Column(.bool(found), validity: containsNull ? found : nil))
  }

  private func findIntegers(_ lane: CellLane<Int64>, _ found: Vector<Bool>) {
    integers.withUnsafeBufferPointer { list in
      for row in 0..<found.count {
        let value = Int64.read(lane, row)
        var hit = false
        if list.count <= 8 {
          for candidate in list { hit = (candidate == value) || hit }
        } else {
          var (low, high) = (0, list.count)
          while low < high {
            let middle = (low &+ high) / 2
            if list[middle] < value { low = middle &+ 1 } else { high = middle }
          }
          hit = low < list.count && list[low] == value
        }
        found.base[row] = hit
      }
    }
    withExtendedLifetime(lane) {}
  }

  private func findStrings(_ lane: Text.Lane, _ found: Vector<Bool>) {
    let views = strings.views.base
    let bytes = UnsafePointer(strings.blob.base)
    slots.withUnsafeBufferPointer { slots in
      let mask = slots.count &- 1
      for row in 0..<found.count {
        let text = Text.read(lane, row)
        var slot = Int(truncatingIfNeeded: Hash.bytes(text.base, count: text.count)) & mask
        var hit = false
        while !hit && slots[slot] >= 0 {
          let view = views[Int(slots[slot])]
          hit = text == Text(base: bytes + Int(view.offset), count: Int(view.length))
          slot = (slot &+ 1) & mask
        }
        found.base[row] = hit
      }
    }
    withExtendedLifetime((lane, strings)) {}
  }
}
