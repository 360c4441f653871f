// The hot loop: one JSON object to column slots. In: a cursor behind `{`. Out: a cursor behind `}`, or as soon as every
// column of the record has its value, just behind that value.
//
// Each key is first compared with the key that followed its predecessor last time. When records look alike, a key costs
// two loads and one branch; a record in any other order is still right, only slower. The first of duplicate keys wins.

import Values

/// What changes from record to record.
struct ReaderState {
  /// The first byte of the blob; views are offsets from here.
  var base: Cursor
  /// Top-level columns without a value so far.
  var remaining = 0
  /// The number of the newest record or struct: each has its own.
  var stamp = 0
  /// The number of the current record.
  var record = 0
  var minute = MinuteCache()
  var timestamps: TimestampReader
  var complaint: JSONComplaint
}

/// Reads objects into the slots of one decoder.
final class JSONObjectReader {
  let table: ColumnSlots
  let keys: KeyTable
  let conventions: TextConventions
  let slots: UnsafeMutablePointer<ColumnSlot>
  let state: UnsafeMutablePointer<ReaderState>
  private let nodes: UnsafeMutablePointer<ObjectNode>
  private let entries: UnsafeMutablePointer<KeyEntry>

  init(table: ColumnSlots, keys: KeyTable, conventions: TextConventions) {
    self.table = table
    self.keys = keys
    self.conventions = conventions
    slots = table.slots
    nodes = keys.nodes
    entries = keys.entries
    state = .allocate(capacity: 1)
    let nowhere = Cursor(Blob.empty.base)
    state.initialize(
      to: ReaderState(
        base: nowhere, timestamps: TimestampReader(zone: conventions.zone), complaint: JSONComplaint(place: nowhere)))
  }

  deinit {
    state.deinitialize(count: 1)
    state.deallocate()
  }

  /// Notes why the record is bad.
  @inline(never)
  func fail(_ mistake: JSONMistake, _ place: Cursor, slot: Int = -1, key: Int = -1) -> Cursor? {
    state.pointee.complaint = JSONComplaint(mistake: mistake, place: place, slot: slot, key: key)
    return nil
  }

  /// Reads the fields of an object of `nodeIndex` into row `row`. `start` is behind the brace; `stamp` is the record's,
  /// or the struct's own.
  func readObject(_ nodeIndex: Int, _ start: Cursor, row: Int, stamp: Int) -> Cursor? {
    let node = nodes + nodeIndex
    let weight = node.pointee.weight
    var previous = node.pointee.head
    var p = start
    if p.pointee <= Byte.space { p = skipSpace(p) }
    if p.pointee == Byte.closeBrace { return p + 1 }
    while true {
      var entry = previous.pointee.next
      if entry.matches(p) {
        p += entry.pointee.length
      } else {
        let number = findKey(nodeIndex, &p)
        if number < 0 { return nil }
        entry = entries + number
        // Keys that are not remembered share entry 0, in all objects: it predicts nothing and is never predicted.
        if number != 0, previous != entries { previous.pointee.next = entry }
      }
      if p.pointee <= Byte.space { p = skipSpace(p) }
      let after = readField(entry, p, row: row, stamp: stamp, weight: weight)
      guard let after else { return nil }
      p = after
      if p.pointee <= Byte.space { p = skipSpace(p) }
      if p.pointee == Byte.comma {
        p += 1
        if state.pointee.remaining == 0, weight != 0 { return p }
        if p.pointee <= Byte.space { p = skipSpace(p) }
        previous = entry
      } else if p.pointee == Byte.closeBrace {
        return p + 1
      } else if state.pointee.remaining == 0, weight != 0, entry.pointee.action == .object {
        // The object within was left in its middle, for nothing more is wanted.
        return p
      } else {
        return fail(.expectedComma, p)
      }
    }
  }

  /// Reads the value of a key, by the fast way of its action where the value allows it.
  @inline(__always)
  private func readField(
    _ entry: UnsafeMutablePointer<KeyEntry>, _ p: Cursor, row: Int, stamp: Int, weight: Int
  ) -> Cursor? {
    let target = entry.pointee.target
    switch entry.pointee.action {
    case .skip:
      return skipValue(p)
    case .integer:
      if let end = readPlainInteger(target, p, row: row, stamp: stamp, weight: weight) { return end }
      return readColumn(target, p, row: row, stamp: stamp, weight: weight)
    case .text:
      if let end = readPlainText(target, p, row: row, stamp: stamp, weight: weight) { return end }
      return readColumn(target, p, row: row, stamp: stamp, weight: weight)
    case .timestamp:
      if let end = readPlainTimestamp(target, p, row: row, stamp: stamp, weight: weight) { return end }
      return readColumn(target, p, row: row, stamp: stamp, weight: weight)
    case .object:
      if p.pointee != Byte.openBrace || nodes[target].stamp == stamp {
        return readNoObject(target, p, stamp: stamp, key: entry - entries)
      }
      nodes[target].stamp = stamp
      return readObject(target, p + 1, row: row, stamp: stamp)
    case .column:
      return readColumn(target, p, row: row, stamp: stamp, weight: weight)
    case .several:
      return readSeveral(entry - entries, p, row: row, stamp: stamp, weight: weight)
    }
  }

  /// An integer in the range of its column; nil for anything else, and for a second value.
  @inline(__always)
  private func readPlainInteger(_ target: Int, _ start: Cursor, row: Int, stamp: Int, weight: Int) -> Cursor? {
    let slot = slots + target
    var p = start
    var number: Int64 = 0
    guard slot.pointee.stamp != stamp, readInteger(&p, &number) == .number, isEnd(p.pointee),
      number >= slot.pointee.low, number <= slot.pointee.high
    else { return nil }
    slot.pointee.stamp = stamp
    slot.pointee.store(number, at: row)
    state.pointee.remaining &-= weight
    return p
  }

  /// A string of printable ASCII without escapes.
  @inline(__always)
  private func readPlainText(_ target: Int, _ p: Cursor, row: Int, stamp: Int, weight: Int) -> Cursor? {
    let slot = slots + target
    guard slot.pointee.stamp != stamp, p.pointee == Byte.quote else { return nil }
    let stop = endOfPlainText(p + 1)
    guard stop.pointee == Byte.quote else { return nil }
    slot.pointee.stamp = stamp
    slot.pointee.store(ByteView(offset: p + 1 - state.pointee.base, length: stop - p - 1), at: row)
    state.pointee.remaining &-= weight
    return stop + 1
  }

  /// A timestamp of the commonest shape in the minute of the one before.
  @inline(__always)
  private func readPlainTimestamp(_ target: Int, _ p: Cursor, row: Int, stamp: Int, weight: Int) -> Cursor? {
    let slot = slots + target
    var micros: Int64 = 0
    guard slot.pointee.stamp != stamp, p.pointee == Byte.quote,
      let stop = state.pointee.minute.read(p + 1, &micros), stop.pointee == Byte.quote
    else { return nil }
    slot.pointee.stamp = stamp
    slot.pointee.store(micros, at: row)
    state.pointee.remaining &-= weight
    return stop + 1
  }

  /// Whether a byte may follow a number.
  @inline(__always)
  private func isEnd(_ byte: UInt8) -> Bool {
    byte == Byte.comma || byte == Byte.closeBrace || byte <= Byte.space
  }

  /// Finds the entry of the key at `p` by name and moves `p` behind the colon: 0 for a key that nobody asked for and
  /// that there is no room to remember, -1 for a mistake.
  @inline(never)
  private func findKey(_ node: Int, _ p: inout Cursor) -> Int {
    guard p.pointee == Byte.quote else {
      _ = fail(.expectedKey, p)
      return -1
    }
    var stop = endOfSkippedText(p + 1)
    var number: Int?
    if stop.pointee == Byte.quote {
      let count = stop - p - 1
      number = keys.find(p + 1, count: count, node: node) ?? keys.learn(p + 1, count: count, node: node)
    } else {
      guard let end = endOfString(p) else { return -1 }
      let room = table.copies.room(end - p)
      guard let count = unescape(p + 1, end - 1, to: room) else { return -1 }
      number = keys.find(room, count: count, node: node)
      stop = end - 1
    }
    var q = stop + 1
    if q.pointee <= Byte.space { q = skipSpace(q) }
    guard q.pointee == Byte.colon else {
      _ = fail(.expectedColon, q)
      return -1
    }
    p = q + 1
    return number ?? 0
  }

  /// A value that ought to be an object on the way to columns and is not, or is its second occurrence.
  @inline(never)
  private func readNoObject(_ node: Int, _ p: Cursor, stamp: Int, key: Int) -> Cursor? {
    if nodes[node].stamp == stamp { return skipValue(p) }
    if p.pointee == 0x6E {
      nodes[node].stamp = stamp
      return readLiteral(p, "null")
    }
    return fail(.notAnObject, p, key: key)
  }

  /// A value that several columns want.
  @inline(never)
  private func readSeveral(_ first: Int, _ value: Cursor, row: Int, stamp: Int, weight: Int) -> Cursor? {
    var number = first
    while number >= 0 {
      let entry = entries[number]
      if entry.own == .object {
        if value.pointee == Byte.openBrace, nodes[entry.target].stamp != stamp {
          nodes[entry.target].stamp = stamp
          guard readObject(entry.target, value + 1, row: row, stamp: stamp) != nil else { return nil }
        } else {
          guard readNoObject(entry.target, value, stamp: stamp, key: first) != nil else { return nil }
        }
      } else {
        guard readColumn(entry.target, value, row: row, stamp: stamp, weight: weight) != nil else { return nil }
      }
      number = entry.twin
    }
    // An object may have been left in its middle: where the value ends is found again.
    return skipValue(value)
  }
}
