// LIKE patterns: % is any text, _ one code point. In: a pattern, once. Out: matches, in time linear in the text for the
// shapes that people write, and O(n * m) at worst. Never backtracks further than to the last %.

import Values

/// A pattern cut at its %: literal pieces with single-character holes.
struct LikePattern: Sendable {
  /// The text of one piece; `nil` bytes of `holes` are literal, others stand for any one code point.
  struct Piece: Sendable {
    enum Item: Sendable, Equatable {
      case byte(UInt8)
      case any
    }

    var items: [Item] = []

    /// The piece as plain bytes, when it has no hole.
    var literal: [UInt8]? {
      var bytes: [UInt8] = []
      for item in items {
        guard case .byte(let byte) = item else { return nil }
        bytes.append(byte)
      }
      return bytes
    }
  }

  private let pieces: [Piece]
  private let literals: [BytesVector?]
  private let startsOpen: Bool
  private let endsOpen: Bool

  /// Reads a pattern; nil when it ends in its escape character.
  init?(_ pattern: [UInt8], escape: UInt8?) {
    var pieces: [Piece] = [Piece()]
    var position = 0
    while position < pattern.count {
      let byte = pattern[position]
      if byte == escape {
        position += 1
        guard position < pattern.count else { return nil }
        pieces[pieces.count - 1].items.append(.byte(pattern[position]))
      } else if byte == UInt8(ascii: "%") {
        pieces.append(Piece())
      } else {
        pieces[pieces.count - 1].items.append(byte == UInt8(ascii: "_") ? .any : .byte(byte))
      }
      position += 1
    }
    startsOpen = pieces.count > 1 && (pieces.first?.items.isEmpty ?? true)
    endsOpen = pieces.count > 1 && (pieces.last?.items.isEmpty ?? true)
    if startsOpen { pieces.removeFirst() }
    if endsOpen && !pieces.isEmpty { pieces.removeLast() }
    self.pieces = pieces.filter { !$0.items.isEmpty || pieces.count == 1 }
    literals = self.pieces.map { piece in piece.literal.map { BytesVector([$0]) } }
  }

  /// The shapes that need no walk over pieces.
  enum Shape {
    case equals(BytesVector)
    case prefix(BytesVector)
    case suffix(BytesVector)
    case contains(BytesVector)
    case general
  }

  var shape: Shape {
    guard pieces.count == 1, let literal = literals[0] else { return .general }
    switch (startsOpen, endsOpen) {
    case (false, false): return .equals(literal)
    case (false, true): return .prefix(literal)
    case (true, false): return .suffix(literal)
    case (true, true): return .contains(literal)
    }
  }

  /// Whether the whole text of each row has the form of the pattern.
  func match(_ lane: Text.Lane, _ result: Vector<Bool>) {
    @inline(__always)
    func each(_ literal: BytesVector, _ test: (Text, Text) -> Bool) {
      let view = literal.views.base[0]
      let needle = Text(base: UnsafePointer(literal.blob.base + Int(view.offset)), count: Int(view.length))
      for row in 0..<result.count { result.base[row] = test(Text.read(lane, row), needle) }
      withExtendedLifetime((literal, lane)) {}
    }
    switch shape {
    case .equals(let literal): each(literal) { $0 == $1 }
    case .prefix(let literal):
      each(literal) { $0.count >= $1.count && equalBytes($0.base, $1.base, count: $1.count) }
    case .suffix(let literal):
      each(literal) { $0.count >= $1.count && equalBytes($0.base + ($0.count &- $1.count), $1.base, count: $1.count) }
    case .contains(let literal): each(literal) { TextSearch.find($1, in: $0) != nil }
    case .general: for row in 0..<result.count { result.base[row] = matches(Text.read(lane, row)) }
    }
  }

  /// Whether the whole text has the form of the pattern.
  func matches(_ text: Text) -> Bool {
    if pieces.isEmpty { return true }
    var position = 0
    var last = pieces.count
    var end = text.count
    if !startsOpen {
      guard let next = match(0, text, at: 0) else { return false }
      if pieces.count == 1 && !endsOpen { return next == text.count }
      position = next
    }
    if !endsOpen {
      // The last piece is tied to the end: with holes its width in bytes depends on the text.
      guard let start = suffixStart(last - 1, text), start >= position else { return false }
      end = start
      last -= 1
    }
    for piece in (startsOpen ? 0 : 1)..<max(last, startsOpen ? 0 : 1) {
      guard let next = find(piece, text.part(0, end), from: position) else { return false }
      position = next
    }
    return true
  }

  /// The position after a piece that begins at `position`.
  private func match(_ piece: Int, _ text: Text, at position: Int) -> Int? {
    if let literal = literals[piece] {
      let length = Int(literal.views.base[0].length)
      guard position &+ length <= text.count else { return nil }
      return equalBytes(text.base + position, UnsafePointer(literal.blob.base), count: length)
        ? position &+ length : nil
    }
    var current = position
    for item in pieces[piece].items {
      guard current < text.count else { return nil }
      switch item {
      case .byte(let byte):
        if text[current] != byte { return nil }
        current &+= 1
      case .any: current = UTF8Scalar.advance(text, from: current, by: 1)
      }
    }
    return current
  }

  /// The position at which the last piece begins when it reaches to the end.
  private func suffixStart(_ piece: Int, _ text: Text) -> Int? {
    var position = text.count
    for item in pieces[piece].items.reversed() {
      guard position > 0 else { return nil }
      switch item {
      case .byte(let byte):
        if text[position &- 1] != byte { return nil }
        position &-= 1
      case .any:
        position &-= 1
        while position > 0 && !UTF8Scalar.isStart(text[position]) { position &-= 1 }
      }
    }
    return position
  }

  /// The position after the first occurrence of a piece at or behind `start`.
  private func find(_ piece: Int, _ text: Text, from start: Int) -> Int? {
    if let literal = literals[piece] {
      let needle = Text(base: UnsafePointer(literal.blob.base), count: Int(literal.views.base[0].length))
      return TextSearch.find(needle, in: text, from: start).map { $0 &+ needle.count }
    }
    var position = start
    var first: UInt8?
    if case .byte(let byte)? = pieces[piece].items.first { first = byte }
    while position <= text.count {
      if let first {
        while position < text.count && text[position] != first { position &+= 1 }
      }
      if let end = match(piece, text, at: position) { return end }
      if position == text.count { return nil }
      position = UTF8Scalar.advance(text, from: position, by: 1)
    }
    return nil
  }
}
