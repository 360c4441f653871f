// Reads the columns back out of memory-comparable keys. In: keys, the cursor of each row. Out: columns.
// Never reads past the end of a key: what is cut short becomes NULL.

/// Reads columns from keys, in their order.
struct KeyReader {
  let base: UnsafePointer<UInt8>
  let cursors: Vector<Int>
  let ends: Vector<Int>

  /// Reads the next column of all rows.
  func read(_ type: DataType, order: KeyOrder) -> Column {
    switch type.storage {
    case .int:
      let (words, validity) = readWords(order)
      let result = Vector<Int64>(uninitialized: words.count)
      for i in 0..<words.count { result.base[i] = Int64(bitPattern: words.base[i] ^ (1 << 63)) }
      return Column(.int(result), validity: validity)
    case .double:
      let (words, validity) = readWords(order)
      let result = Vector<Double>(uninitialized: words.count)
      for i in 0..<words.count { result.base[i] = KeyWidth.double(words.base[i]) }
      return Column(.double(result), validity: validity)
    case .bytes: return readBytes(order)
    case .bool, .decimal, .array, .row:
      let builder = ColumnBuilder(type, capacity: cursors.count)
      for i in 0..<cursors.count {
        var cursor = KeyCursor(base: base, position: cursors.base[i], end: ends.base[i], flip: order.flip)
        builder.append(cursor.read(type) ?? .null)
        cursors.base[i] = cursor.position
      }
      return builder.finish()
    }
  }

  private func readWords(_ order: KeyOrder) -> (Vector<UInt64>, Vector<Bool>?) {
    let flip: UInt64 = order.descending ? ~0 : 0
    let result = Vector<UInt64>(uninitialized: cursors.count)
    let validity = ValidityBuilder()
    for i in 0..<cursors.count {
      let position = cursors.base[i]
      let isValid = position &+ 9 <= ends.base[i] && base[position] == 1
      if isValid {
        let word = UnsafeRawPointer(base).loadUnaligned(fromByteOffset: position &+ 1, as: UInt64.self)
        result.base[i] = UInt64(bigEndian: word) ^ flip
      } else {
        // The integer zero and a finite double: readable, as the storage of a NULL must be.
        result.base[i] = 1 << 63
      }
      validity.append(isValid)
      cursors.base[i] = min(position &+ 9, ends.base[i])
    }
    return (result, validity.finish())
  }

  private func readBytes(_ order: KeyOrder) -> Column {
    let builder = BytesBuilder(rows: cursors.count)
    let validity = ValidityBuilder()
    for i in 0..<cursors.count {
      var cursor = KeyCursor(base: base, position: cursors.base[i], end: ends.base[i], flip: order.flip)
      if cursor.byte() == 1, let target = builder.reserve(cursor.end - cursor.position),
        let length = cursor.unescape(into: target)
      {
        builder.commit(length)
        validity.append(true)
      } else {
        builder.appendEmpty()
        validity.append(false)
      }
      cursors.base[i] = cursor.position
    }
    return Column(.bytes(builder.finish()), validity: validity.finish())
  }
}

/// Reads the values of one key.
struct KeyCursor {
  let base: UnsafePointer<UInt8>
  var position: Int
  let end: Int
  let flip: UInt8

  /// The next byte as it is; nil at the end.
  mutating func byte() -> UInt8? {
    guard position < end else { return nil }
    position += 1
    return base[position - 1]
  }

  /// The next `count` bytes as a number, the direction undone.
  private mutating func number(_ count: Int) -> UInt128? {
    guard position + count <= end else {
      position = end
      return nil
    }
    var result: UInt128 = 0
    for i in 0..<count { result = result << 8 | UInt128(base[position + i] ^ flip) }
    position += count
    return result
  }

  /// Copies an escaped string to `target`, which has room for the rest of the key; nil when it has no end.
  mutating func unescape(into target: UnsafeMutablePointer<UInt8>) -> Int? {
    var count = 0
    while position < end {
      let byte = base[position] ^ flip
      position &+= 1
      if byte == 0 {
        guard let next = self.byte() else { return nil }
        if next ^ flip == 0 { return count }
      }
      target[count] = byte
      count &+= 1
    }
    return nil
  }

  /// The next value; nil when the key is cut short.
  mutating func read(_ type: DataType) -> Value? {
    guard let marker = byte() else { return nil }
    let isNull = marker != 1
    switch type {
    case .null, .boolean:
      guard let bits = number(1) else { return nil }
      return isNull ? .null : .bool(bits != 0)
    case .int8, .int16, .int32, .int64, .timestamp, .date, .time, .intervalYearMonth, .intervalDaySecond:
      guard let bits = number(8) else { return nil }
      return isNull ? .null : .int(Int64(bitPattern: UInt64(bits) ^ (1 << 63)))
    case .float32, .float64:
      guard let bits = number(8) else { return nil }
      return isNull ? .null : .double(KeyWidth.double(UInt64(bits)))
    case .decimal:
      guard let bits = number(16) else { return nil }
      return isNull ? .null : .decimal(Int128(bitPattern: bits ^ (1 << 127)))
    case .string, .bytes, .json, .uuid: return isNull ? .null : readString()
    case .array, .map: return isNull ? .null : readArray(type.elementType ?? .null)
    case .row(let fields):
      if isNull { return .null }
      var values: [Value] = []
      for field in fields {
        guard let value = read(field.type) else { return nil }
        values.append(value)
      }
      return .row(values)
    }
  }

  private mutating func readString() -> Value? {
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: max(end - position, 1))
    defer { buffer.deallocate() }
    guard let length = unescape(into: buffer) else { return nil }
    return .bytes(Array(UnsafeBufferPointer(start: buffer, count: length)))
  }

  private mutating func readArray(_ element: DataType) -> Value? {
    var values: [Value] = []
    while let more = byte() {
      if more ^ flip == 0 { return .array(values) }
      guard let value = read(element) else { return nil }
      values.append(value)
    }
    return nil
  }
}
