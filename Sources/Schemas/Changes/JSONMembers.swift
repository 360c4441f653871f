// The members of one JSON object, found and not decoded: where the parts of an envelope lie. In: a cursor at a record. Out:
// keys and values as cursors. Reads only as much of a value as it takes to find its end.

struct JSONMembers {
  struct Member {
    var key: Cursor
    var keyCount: Int
    var value: Cursor
    var end: Cursor

    func isCalled(_ name: StaticString) -> Bool {
      guard keyCount == name.utf8CodeUnitCount else { return false }
      for i in 0..<keyCount where key[i] != name.utf8Start[i] { return false }
      return true
    }

    /// Whether the value is an object.
    var isObject: Bool { value.pointee == Byte.openBrace }
    var isNull: Bool {
      end - value == 4 && value[0] == 0x6E && value[1] == 0x75 && value[2] == 0x6C && value[3] == 0x6C
    }

    /// The text of a string without escapes; nil for any other value.
    var text: UnsafeBufferPointer<UInt8>? {
      guard value.pointee == Byte.quote, end - value >= 2 else { return nil }
      return UnsafeBufferPointer(start: value + 1, count: end - value - 2)
    }
  }

  private var place: Cursor
  private let limit: Cursor
  /// Whether what was read so far is no object.
  private(set) var isBroken = false
  private var isFirst = true

  /// The members of the object at `start`, which ends before `limit`.
  init(_ start: Cursor, limit: Cursor) {
    place = skipSpace(start)
    self.limit = limit
    if place < limit, place.pointee == Byte.openBrace { place += 1 } else { isBroken = true }
  }

  /// The next member; nil behind the last and where the object is broken.
  mutating func next() -> Member? {
    guard !isBroken else { return nil }
    place = skipSpace(place)
    if isFirst, place.pointee == Byte.closeBrace { return nil }
    if !isFirst {
      if place.pointee == Byte.closeBrace { return nil }
      guard place.pointee == Byte.comma else { return broken() }
      place = skipSpace(place + 1)
    }
    isFirst = false
    guard place < limit, place.pointee == Byte.quote, let keyEnd = Self.string(place, limit) else { return broken() }
    let key = place + 1
    place = skipSpace(keyEnd)
    guard place < limit, place.pointee == Byte.colon else { return broken() }
    let value = skipSpace(place + 1)
    guard value < limit, let end = Self.value(value, limit) else { return broken() }
    place = end
    return Member(key: key, keyCount: keyEnd - 1 - key, value: value, end: end)
  }

  private mutating func broken() -> Member? {
    isBroken = true
    return nil
  }

  private static func value(_ start: Cursor, _ limit: Cursor) -> Cursor? {
    if start.pointee == Byte.quote { return string(start, limit) }
    if start.pointee == Byte.openBrace || start.pointee == Byte.openBracket { return nested(start, limit) }
    var p = start
    while p < limit, p.pointee > Byte.space, p.pointee != Byte.comma, p.pointee != Byte.closeBrace,
      p.pointee != Byte.closeBracket
    {
      p += 1
    }
    return p == start ? nil : p
  }

  /// Behind the string that starts at a quote.
  private static func string(_ start: Cursor, _ limit: Cursor) -> Cursor? {
    var p = start + 1
    while p < limit {
      p = endOfSkippedText(p)
      guard p < limit else { return nil }
      switch p.pointee {
      case Byte.quote: return p + 1
      case Byte.backslash: p += 2
      case Byte.newline, 0: return nil
      default: p += 1
      }
    }
    return nil
  }

  private static func nested(_ start: Cursor, _ limit: Cursor) -> Cursor? {
    var p = start
    var depth = 0
    while p < limit {
      p = nextStructural(p)
      guard p < limit else { return nil }
      switch p.pointee {
      case Byte.quote:
        guard let end = string(p, limit) else { return nil }
        p = end
      case Byte.openBrace, Byte.openBracket:
        depth += 1
        p += 1
      case Byte.closeBrace, Byte.closeBracket:
        depth -= 1
        p += 1
        if depth == 0 { return p }
      case Byte.tab, Byte.carriageReturn, Byte.newline: p += 1
      default: return nil
      }
    }
    return nil
  }
}
