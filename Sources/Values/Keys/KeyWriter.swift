// Writes one column of a key into the row slots of a batch. In: a column, the cursor of each row. Out: bytes, cursors
// moved on. Never measures: `KeyWidth` has.

/// Writes the columns of memory-comparable keys.
struct KeyWriter {
  let base: UnsafeMutablePointer<UInt8>
  let cursors: Vector<Int>
  let order: KeyOrder
  /// Whether a string of the column may have a zero byte, which is escaped.
  let hasZeros: Bool

  /// Appends a column to the keys of all rows.
  func write(_ column: Column) {
    switch column.data {
    case .bool(let vector): writeBools(vector, column.validity)
    case .int(let vector):
      writeWords(vector, column.validity) { UInt64(bitPattern: $0) ^ (1 << 63) }
    case .double(let vector): writeWords(vector, column.validity, KeyWidth.ordered)
    case .decimal(let vector): writeDecimals(vector, column.validity)
    case .bytes(let vector): writeBytes(vector, column.validity)
    case .array, .row:
      for i in 0..<cursors.count {
        cursors.base[i] = write(column, i, at: cursors.base[i], nullMarker: order.nullMarker)
      }
    }
    withExtendedLifetime(column) {}
  }

  @inline(__always)
  private func writeWords<T>(_ vector: Vector<T>, _ validity: Vector<Bool>?, _ bits: (T) -> UInt64) {
    let flip: UInt64 = order.descending ? ~0 : 0
    let rows = vector.base
    let positions = cursors.base
    if let valid = validity?.base {
      for i in 0..<cursors.count {
        let raw = UnsafeMutableRawPointer(base + positions[i])
        let isValid = valid[i]
        raw.storeBytes(of: isValid ? 1 : order.nullMarker, as: UInt8.self)
        let word = isValid ? bits(rows[i]) ^ flip : 0
        raw.storeBytes(of: word.bigEndian, toByteOffset: 1, as: UInt64.self)
        positions[i] &+= 9
      }
    } else {
      for i in 0..<cursors.count {
        let raw = UnsafeMutableRawPointer(base + positions[i])
        raw.storeBytes(of: 1, as: UInt8.self)
        raw.storeBytes(of: (bits(rows[i]) ^ flip).bigEndian, toByteOffset: 1, as: UInt64.self)
        positions[i] &+= 9
      }
    }
  }

  private func writeBools(_ vector: Vector<Bool>, _ validity: Vector<Bool>?) {
    for i in 0..<cursors.count {
      let target = base + cursors.base[i]
      let isValid = validity?.base[i] ?? true
      target[0] = isValid ? 1 : order.nullMarker
      target[1] = isValid ? (vector.base[i] ? 1 : 0) ^ order.flip : 0
      cursors.base[i] &+= 2
    }
  }

  private func writeDecimals(_ vector: Vector<Int128>, _ validity: Vector<Bool>?) {
    for i in 0..<cursors.count {
      let isValid = validity?.base[i] ?? true
      let target = base + cursors.base[i]
      target[0] = isValid ? 1 : order.nullMarker
      store(isValid ? vector.base[i] : nil, at: target + 1)
      cursors.base[i] &+= 17
    }
  }

  private func store(_ value: Int128?, at target: UnsafeMutablePointer<UInt8>) {
    let raw = UnsafeMutableRawPointer(target)
    let flip: UInt128 = order.descending ? ~0 : 0
    let word = value.map { (UInt128(bitPattern: $0) ^ (1 << 127)) ^ flip } ?? 0
    raw.storeBytes(of: UInt64(truncatingIfNeeded: word >> 64).bigEndian, as: UInt64.self)
    raw.storeBytes(of: UInt64(truncatingIfNeeded: word).bigEndian, toByteOffset: 8, as: UInt64.self)
  }

  private func writeBytes(_ vector: BytesVector, _ validity: Vector<Bool>?) {
    let source = UnsafePointer(vector.blob.base)
    let views = vector.views.base
    let positions = cursors.base
    let valid = validity?.base
    for i in 0..<cursors.count {
      var position = positions[i]
      if let valid, !valid[i] {
        base[position] = order.nullMarker
        positions[i] = position &+ 1
        continue
      }
      base[position] = 1
      position &+= 1
      let view = views[i]
      positions[i] = write(source + Int(view.offset), count: Int(view.length), at: position)
    }
  }

  /// Escaped bytes and their end; returns the position after them.
  @inline(__always)
  private func write(_ source: UnsafePointer<UInt8>, count: Int, at start: Int) -> Int {
    var position = start
    if !hasZeros || KeyWidth.countZeros(source, count: count) == 0 {
      copyExactly(from: source, to: base + position, count: count)
      position &+= count
    } else {
      for i in 0..<count {
        base[position] = source[i]
        position &+= 1
        if source[i] == 0 {
          base[position] = 0xFF
          position &+= 1
        }
      }
    }
    base[position] = 0
    base[position &+ 1] = 0
    position &+= 2
    if order.descending {
      for i in start..<position { base[i] ^= 0xFF }
    }
    return position
  }

  /// One value of any type, row by row: the path of arrays and structs.
  /// The outermost marker follows the order of NULLs; inside, NULL is the least value and turns with the direction.
  private func write(_ column: Column, _ row: Int, at start: Int, nullMarker: UInt8) -> Int {
    var position = start
    let isNull = column.isNull(row)
    base[position] = isNull ? nullMarker : 1
    position += 1
    switch column.data {
    case .bool(let vector):
      base[position] = isNull ? 0 : (vector[row] ? 1 : 0) ^ order.flip
      return position + 1
    case .int(let vector):
      return writeWord(isNull ? nil : UInt64(bitPattern: vector[row]) ^ (1 << 63), at: position)
    case .double(let vector):
      return writeWord(isNull ? nil : KeyWidth.ordered(vector[row]), at: position)
    case .decimal(let vector):
      store(isNull ? nil : vector[row], at: base + position)
      return position + 16
    case .bytes(let vector):
      if isNull { return position }
      let view = vector.views[row]
      return write(UnsafePointer(vector.blob.base) + Int(view.offset), count: Int(view.length), at: position)
    case .array(let vector):
      if isNull { return position }
      let view = vector.views[row]
      for index in 0..<Int(view.length) {
        base[position] = 1 ^ order.flip
        position = write(
          vector.elements, Int(view.offset) + index, at: position + 1, nullMarker: order.descending ? 2 : 0)
      }
      base[position] = order.flip
      return position + 1
    case .row(let fields, _):
      if isNull { return position }
      for field in fields { position = write(field, row, at: position, nullMarker: order.descending ? 2 : 0) }
      return position
    }
  }

  private func writeWord(_ word: UInt64?, at position: Int) -> Int {
    let flip: UInt64 = order.descending ? ~0 : 0
    let bits = word.map { $0 ^ flip } ?? 0
    UnsafeMutableRawPointer(base + position).storeBytes(of: bits.bigEndian, as: UInt64.self)
    return position + 8
  }
}
