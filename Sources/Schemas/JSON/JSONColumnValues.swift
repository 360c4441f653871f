// Values of every type into their columns: the general way, which the fast ways of the object reader fall back to.
// In: a cursor at a value and a column. Out: a stored value and the cursor behind it, or a complaint.

import Values

extension JSONObjectReader {
  /// Reads a value into a column, unless the record or struct already gave it one: then the value is skipped.
  @inline(never)
  func readColumn(_ index: Int, _ p: Cursor, row: Int, stamp: Int, weight: Int) -> Cursor? {
    if slots[index].stamp == stamp { return skipValue(p) }
    slots[index].stamp = stamp
    guard let end = readValue(index, p, row: row) else { return nil }
    state.pointee.remaining &-= weight
    return end
  }

  /// Reads a value into row `row` of a column.
  func readValue(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    let slot = slots + index
    if p.pointee == 0x6E, slot.pointee.kind != .json {
      guard let end = readLiteral(p, "null") else { return nil }
      if !slot.pointee.nullable { return fail(.null, p, slot: index) }
      table.storeNull(index, row: row)
      return end
    }
    switch slot.pointee.kind {
    case .null: return fail(.wrongType, p, slot: index)
    case .boolean: return readBoolean(index, p, row: row)
    case .integer: return readInteger(index, p, row: row)
    case .decimal: return readDecimal(index, p, row: row)
    case .float, .double: return readFloating(index, p, row: row)
    case .text: return readText(index, p, row: row)
    case .bytes: return readBytes(index, p, row: row)
    case .timestamp: return readTimestampValue(index, p, row: row)
    case .date, .time, .months, .duration: return readTimeText(index, p, row: row)
    case .json: return readJSON(index, p, row: row)
    case .uuid: return readUUID(index, p, row: row)
    case .array: return readArray(index, p, row: row)
    case .map: return readMap(index, p, row: row)
    case .row: return readStruct(index, p, row: row)
    }
  }

  private func readBoolean(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    guard p.pointee == 0x74 || p.pointee == 0x66 else { return fail(.wrongType, p, slot: index) }
    guard let end = p.pointee == 0x74 ? readLiteral(p, "true") : readLiteral(p, "false") else { return nil }
    slots[index].store(p.pointee == 0x74, at: row)
    return end
  }

  /// An integer, or a number with a point or exponent that is a whole number.
  private func readInteger(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    guard isNumber(p) else { return fail(.wrongType, p, slot: index) }
    var q = p
    var parts = NumberParts()
    guard readNumberParts(&q, &parts) else { return fail(.number, p) }
    let (outcome, value) = parts.decimal(precision: 38, scale: 0)
    switch outcome {
    case .number: break
    case .overflow: return fail(.outOfRange, p, slot: index)
    case .malformed, .inexact: return fail(.wrongType, p, slot: index)
    }
    let slot = slots + index
    guard value >= Int128(slot.pointee.low), value <= Int128(slot.pointee.high) else {
      return fail(.outOfRange, p, slot: index)
    }
    slot.pointee.store(Int64(truncatingIfNeeded: value), at: row)
    return q
  }

  private func isNumber(_ p: Cursor) -> Bool { p.pointee == Byte.minus || Byte.isDigit(p.pointee) }

  /// A decimal from a number or from a string that holds one.
  private func readDecimal(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    var q = p
    var end = p
    var parts = NumberParts()
    if p.pointee == Byte.quote {
      guard let content = stringContent(p) else { return nil }
      q = content.start
      guard readNumberParts(&q, &parts), q == content.start + content.count else {
        return fail(.wrongType, p, slot: index)
      }
      end = content.end
    } else {
      guard isNumber(p) else { return fail(.wrongType, p, slot: index) }
      guard readNumberParts(&q, &parts) else { return fail(.number, p) }
      end = q
    }
    let slot = slots + index
    let (outcome, value) = parts.decimal(precision: slot.pointee.limit, scale: slot.pointee.scale)
    switch outcome {
    case .number: break
    case .overflow: return fail(.outOfRange, p, slot: index)
    case .inexact: return fail(.inexact, p, slot: index)
    case .malformed: return fail(.wrongType, p, slot: index)
    }
    slot.pointee.store(value, at: row)
    return end
  }

  /// A double from a number, or from the strings that stand for what JSON numbers cannot say.
  private func readFloating(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    var value = 0.0
    var end = p
    if p.pointee == Byte.quote {
      guard let content = stringContent(p) else { return nil }
      guard let special = specialDouble(content.start, count: content.count) else {
        return fail(.wrongType, p, slot: index)
      }
      value = special
      end = content.end
    } else {
      guard isNumber(p) else { return fail(.wrongType, p, slot: index) }
      switch readDouble(&end, &value) {
      case .number: break
      case .overflow: return fail(.outOfRange, p, slot: index)
      case .malformed, .inexact: return fail(.number, p)
      }
    }
    if slots[index].kind == .float {
      let narrow = Float(value)
      if narrow.isInfinite, value.isFinite { return fail(.outOfRange, p, slot: index) }
      value = Double(narrow)
    }
    slots[index].store(value, at: row)
    return end
  }

  private func readBytes(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    guard p.pointee == Byte.quote else { return fail(.wrongType, p, slot: index) }
    guard let content = stringContent(p) else { return nil }
    // When the string had escapes its text already lies in the room; decoding shrinks it and may write over it.
    let room = table.copies.room(content.count)
    let source = content.start == p + 1 ? content.start : UnsafePointer(room)
    guard let count = BinaryText.parse(base64: source, count: content.count, to: room) else {
      return fail(.wrongType, p, slot: index)
    }
    if count > slots[index].limit { return fail(.tooLong, p, slot: index) }
    slots[index].store(ByteView(offset: 0, length: 0), at: row)
    table.copies.keep(slot: index, row: row, count: count)
    return content.end
  }

  /// A timestamp from text, or from a number of the unit agreed on.
  private func readTimestampValue(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    var micros: Int64 = 0
    if p.pointee != Byte.quote {
      guard isNumber(p) else { return fail(.wrongType, p, slot: index) }
      var q = p
      guard Schemas.readInteger(&q, &micros) == .number else { return fail(.wrongType, p, slot: index) }
      let (value, overflow) = micros.multipliedReportingOverflow(by: conventions.timestampUnit.micros)
      guard !overflow, timestampRange.contains(value) else { return fail(.outOfRange, p, slot: index) }
      slots[index].store(value, at: row)
      return q
    }
    guard let content = stringContent(p) else { return nil }
    guard let instant = state.pointee.timestamps.parse(content.start, count: content.count),
      timestampRange.contains(instant)
    else { return fail(.wrongType, p, slot: index) }
    state.pointee.minute.remember(content.start, count: content.count, instant: instant)
    slots[index].store(instant, at: row)
    return content.end
  }

  private func readTimeText(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    guard p.pointee == Byte.quote else { return fail(.wrongType, p, slot: index) }
    guard let content = stringContent(p) else { return nil }
    guard let value = readTimeKind(slots[index].kind, content.start, count: content.count) else {
      return fail(.wrongType, p, slot: index)
    }
    slots[index].store(value, at: row)
    return content.end
  }

  /// The text of a JSON column: the value as the record has it, checked.
  private func readJSON(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    guard let end = checkValue(p, depth: 0) else { return nil }
    slots[index].store(ByteView(offset: p - state.pointee.base, length: end - p), at: row)
    return end
  }

  private func readArray(_ index: Int, _ start: Cursor, row: Int) -> Cursor? {
    guard start.pointee == Byte.openBracket else { return fail(.wrongType, start, slot: index) }
    let element = slots[index].firstChild
    let first = slots[element].count
    var p = skipSpace(start + 1)
    if p.pointee == Byte.closeBracket {
      slots[index].store(ByteView(offset: first, length: 0), at: row)
      return p + 1
    }
    while true {
      let position = slots[element].count
      if position == slots[element].capacity {
        table.ensure(element, capacity: max(position * 2, 64), filled: position)
      }
      guard let end = readValue(element, p, row: position) else { return nil }
      slots[element].count = position + 1
      p = skipSpace(end)
      if p.pointee == Byte.closeBracket { break }
      guard p.pointee == Byte.comma else { return fail(.expectedComma, p) }
      p = skipSpace(p + 1)
    }
    slots[index].store(ByteView(offset: first, length: slots[element].count - first), at: row)
    return p + 1
  }

  private func readStruct(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    guard p.pointee == Byte.openBrace else { return fail(.wrongType, p, slot: index) }
    state.pointee.stamp += 1
    let stamp = state.pointee.stamp
    guard let end = readObject(slots[index].node, p + 1, row: row, stamp: stamp) else { return nil }
    let first = slots[index].firstChild
    for child in first..<(first + slots[index].childCount) where slots[child].stamp != stamp {
      if !slots[child].nullable { return fail(.missing, p, slot: child) }
      table.storeNull(child, row: row)
    }
    slots[index].valid[row] = true
    return end
  }
}

/// Reads the text of a date, time or interval.
func readTimeKind(_ kind: ValueKind, _ p: Cursor, count: Int) -> Int64? {
  switch kind {
  case .date: DateText.parse(date: p, count: count)
  case .time: DateText.parse(time: p, count: count)
  case .months: IntervalText.parse(months: p, count: count)
  case .duration: IntervalText.parse(microseconds: p, count: count)
  case .null, .boolean, .integer, .decimal, .float, .double, .text, .bytes, .timestamp, .json, .uuid,
    .array, .row, .map:
    nil
  }
}

/// `NaN`, `Infinity` and `-Infinity`, as the encoders write them.
func specialDouble(_ p: Cursor, count: Int) -> Double? {
  switch String(decoding: UnsafeBufferPointer(start: p, count: min(count, 16)), as: UTF8.self) {
  case "NaN": .nan
  case "Infinity": .infinity
  case "-Infinity": -.infinity
  default: nil
  }
}
