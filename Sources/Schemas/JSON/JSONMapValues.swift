// Maps and UUIDs out of JSON: an object is a map, its names the texts of the keys. In: a cursor at a value and a column.
// Out: a stored value and the cursor behind it, or a complaint. Entries are put in order when the column is finished.

import Values

extension JSONObjectReader {
  func readUUID(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    guard p.pointee == Byte.quote else { return fail(.wrongType, p, slot: index) }
    guard let content = stringContent(p) else { return nil }
    let room = table.copies.room(max(content.count, UUIDText.byteCount))
    // A text with escapes lies in the room already: it is read from a copy.
    let isUUID =
      content.start == p + 1
      ? UUIDText.parse(content.start, count: content.count, to: room)
      : Array(UnsafeBufferPointer(start: room, count: content.count)).withUnsafeBufferPointer { copy in
        copy.baseAddress.map { UUIDText.parse($0, count: content.count, to: room) } ?? false
      }
    guard isUUID else { return fail(.wrongType, p, slot: index) }
    slots[index].store(ByteView(offset: 0, length: 0), at: row)
    table.copies.keep(slot: index, row: row, count: UUIDText.byteCount)
    return content.end
  }

  func readMap(_ index: Int, _ start: Cursor, row: Int) -> Cursor? {
    guard start.pointee == Byte.openBrace else { return fail(.wrongType, start, slot: index) }
    let entry = slots[index].firstChild
    let key = slots[entry].firstChild
    let first = slots[entry].count
    var p = skipSpace(start + 1)
    if p.pointee == Byte.closeBrace {
      slots[index].store(ByteView(offset: first, length: 0), at: row)
      return p + 1
    }
    while true {
      let position = slots[entry].count
      if position == slots[entry].capacity {
        table.ensure(entry, capacity: max(position * 2, 64), filled: position)
      }
      guard let nameEnd = readKey(key, p, row: position) else { return nil }
      p = skipSpace(nameEnd)
      guard p.pointee == Byte.colon else { return fail(.expectedColon, p) }
      guard let end = readValue(key + 1, skipSpace(p + 1), row: position) else { return nil }
      slots[entry].valid[position] = true
      slots[entry].count = position + 1
      p = skipSpace(end)
      if p.pointee == Byte.closeBrace { break }
      guard p.pointee == Byte.comma else { return fail(.expectedComma, p) }
      p = skipSpace(p + 1)
    }
    slots[index].store(ByteView(offset: first, length: slots[entry].count - first), at: row)
    return p + 1
  }

  /// The name of a member as a key of the map's type.
  private func readKey(_ index: Int, _ p: Cursor, row: Int) -> Cursor? {
    guard p.pointee == Byte.quote else { return fail(.expectedKey, p) }
    switch slots[index].kind {
    case .text, .bytes, .decimal, .timestamp, .date, .time, .months, .duration, .uuid:
      return readValue(index, p, row: row)
    case .integer:
      guard let content = stringContent(p) else { return nil }
      guard let value = IntText.parse(content.start, count: content.count) else {
        return fail(.wrongType, p, slot: index)
      }
      guard value >= slots[index].low, value <= slots[index].high else { return fail(.outOfRange, p, slot: index) }
      slots[index].store(value, at: row)
      return content.end
    case .boolean:
      guard let content = stringContent(p) else { return nil }
      guard let value = TextReader.parseBool(content.start, content.count) else {
        return fail(.wrongType, p, slot: index)
      }
      slots[index].store(value, at: row)
      return content.end
    case .float, .double:
      guard let content = stringContent(p) else { return nil }
      guard let value = DoubleText.parse(content.start, count: content.count) else {
        return fail(.wrongType, p, slot: index)
      }
      slots[index].store(slots[index].kind == .float ? Double(Float(value)) : value, at: row)
      return content.end
    case .null, .json, .array, .row, .map: return fail(.wrongType, p, slot: index)
    }
  }
}
