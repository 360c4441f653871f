// The content of a CSV field to a value of a column. In: a field. Out: a stored value, or what is wrong with it.
// White space around numbers, times and Booleans does not count; in strings it does.

import Values

/// Reads fields into the slots of one decoder.
final class CSVCellReader {
  private let table: ColumnSlots
  private let conventions: TextConventions
  private var timestamps: TimestampReader
  // Read once a field: its owner never re-enters it.
  @exclusivity(unchecked) private var minute = MinuteCache()
  /// The first byte of the blob; views are offsets from here.
  @exclusivity(unchecked) var base: Cursor

  init(table: ColumnSlots, conventions: TextConventions) {
    self.table = table
    self.conventions = conventions
    timestamps = TimestampReader(zone: conventions.zone)
    base = Cursor(Blob.empty.base)
  }

  /// Stores the value of a field in row `row` of a column.
  @inline(__always)
  func read(_ field: CSVField, slot index: Int, row: Int) -> CSVMistake {
    let slot = table.slots + index
    if field.count == 0, !field.isQuoted {
      if !slot.pointee.nullable { return .empty }
      table.storeNull(index, row: row)
      return .none
    }
    switch slot.pointee.kind {
    case .integer:
      var p = field.content
      var number: Int64 = 0
      if readInteger(&p, &number) == .number, p == field.content + field.count, number >= slot.pointee.low,
        number <= slot.pointee.high
      {
        slot.pointee.store(number, at: row)
        return .none
      }
    case .timestamp:
      var micros: Int64 = 0
      if field.count == 23, minute.read(field.content, &micros) != nil {
        slot.pointee.store(micros, at: row)
        return .none
      }
    case .text:
      return readText(field, index, row: row)
    case .null, .boolean, .decimal, .float, .double, .bytes, .date, .time, .months, .duration, .json, .uuid, .array,
      .row,
      .map:
      break
    }
    return readOther(field, index, row: row)
  }

  private func readText(_ field: CSVField, _ index: Int, row: Int) -> CSVMistake {
    let slot = table.slots + index
    let end = field.content + field.count
    if endOfUTF8(field.content, end) != end { return .encoding }
    var count = field.count
    var text = field.content
    if field.hasDoubledQuotes {
      let room = table.copies.room(field.count)
      count = 0
      var p = field.content
      while p < end {
        room[count] = p.pointee
        count += 1
        p += p.pointee == Byte.quote ? 2 : 1
      }
      text = UnsafePointer(room)
    }
    if count > slot.pointee.limit, codePoints(text, count: count) > slot.pointee.limit {
      return .tooLong
    }
    if field.hasDoubledQuotes {
      slot.pointee.store(ByteView(offset: 0, length: 0), at: row)
      table.copies.keep(slot: index, row: row, count: count)
    } else {
      slot.pointee.store(ByteView(offset: count == 0 ? 0 : text - base, length: count), at: row)
    }
    return .none
  }

  /// All types but text, by the forms of `Values`.
  private func readOther(_ field: CSVField, _ index: Int, row: Int) -> CSVMistake {
    let slot = table.slots + index
    var p = field.content
    var count = field.count
    while count > 0, p.pointee <= Byte.space {
      p += 1
      count -= 1
    }
    while count > 0, p[count - 1] <= Byte.space { count -= 1 }
    switch slot.pointee.kind {
    case .boolean:
      guard let value = TextReader.parseBool(p, count) else { return .malformed }
      slot.pointee.store(value, at: row)
    case .integer:
      guard let value = IntText.parse(p, count: count) else { return .malformed }
      guard value >= slot.pointee.low, value <= slot.pointee.high else { return .outOfRange }
      slot.pointee.store(value, at: row)
    case .decimal:
      switch DecimalText.parse(p, count: count, precision: slot.pointee.limit, scale: slot.pointee.scale) {
      case .exact(let value): slot.pointee.store(value, at: row)
      case .rounded, .outOfRange: return .outOfRange
      case .malformed: return .malformed
      }
    case .float, .double:
      guard let value = DoubleText.parse(p, count: count) else { return .malformed }
      let stored = slot.pointee.kind == .float ? Double(Float(value)) : value
      if stored.isInfinite, Byte.isDigit(p[count - 1]) { return .outOfRange }
      slot.pointee.store(stored, at: row)
    case .timestamp: return readInstant(p, count: count, slot: slot, row: row)
    case .date, .time, .months, .duration:
      guard let value = readTimeKind(slot.pointee.kind, p, count: count) else { return .malformed }
      slot.pointee.store(value, at: row)
    case .bytes:
      let room = table.copies.room(count)
      guard let length = BinaryText.parse(base64: p, count: count, to: room) else { return .malformed }
      if length > slot.pointee.limit { return .tooLong }
      slot.pointee.store(ByteView(offset: 0, length: 0), at: row)
      table.copies.keep(slot: index, row: row, count: length)
    case .json: return readText(field, index, row: row)
    case .uuid:
      let room = table.copies.room(UUIDText.byteCount)
      guard UUIDText.parse(p, count: count, to: room) else { return .malformed }
      slot.pointee.store(ByteView(offset: 0, length: 0), at: row)
      table.copies.keep(slot: index, row: row, count: UUIDText.byteCount)
    case .null, .text, .array, .row, .map: return .unsupported
    }
    return .none
  }

  /// A timestamp from text, or from an integer of the unit agreed on.
  private func readInstant(_ p: Cursor, count: Int, slot: UnsafeMutablePointer<ColumnSlot>, row: Int) -> CSVMistake {
    if let number = IntText.parse(p, count: count) {
      let (value, overflow) = number.multipliedReportingOverflow(by: conventions.timestampUnit.micros)
      guard !overflow, timestampRange.contains(value) else { return .outOfRange }
      slot.pointee.store(value, at: row)
      return .none
    }
    guard let instant = timestamps.parse(p, count: count), timestampRange.contains(instant) else { return .malformed }
    minute.remember(p, count: count, instant: instant)
    slot.pointee.store(instant, at: row)
    return .none
  }
}
