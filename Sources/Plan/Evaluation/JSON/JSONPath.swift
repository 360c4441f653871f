// Paths into JSON: `$`, `.name`, `['name']`, `[0]`. In: the text of a path, once; JSON, row by row. Out: the range of
// the value found. Names are compared as written: a name with escapes in the data is not found by its plain form.

import Values

/// A parsed path.
struct JSONPath: Sendable {
  enum Step: Sendable {
    case name([UInt8])
    case index(Int)
  }

  let steps: [Step]

  init(steps: [Step]) { self.steps = steps }

  /// Reads a path; nil when it is none.
  init?(_ path: [UInt8]) {
    guard path.first == UInt8(ascii: "$") else { return nil }
    var steps: [Step] = []
    var position = 1
    while position < path.count {
      switch path[position] {
      case UInt8(ascii: "."):
        let start = position + 1
        position = start
        if start < path.count, path[start] == UInt8(ascii: "\"") {
          guard let end = path[(start + 1)...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
          steps.append(.name(Array(path[(start + 1)..<end])))
          position = end + 1
          continue
        }
        while position < path.count, path[position] != UInt8(ascii: "."), path[position] != UInt8(ascii: "[") {
          position += 1
        }
        if position == start { return nil }
        steps.append(.name(Array(path[start..<position])))
      case UInt8(ascii: "["):
        guard let end = path[position...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
        guard let step = Self.bracket(path[(position + 1)..<end]) else { return nil }
        steps.append(step)
        position = end + 1
      default: return nil
      }
    }
    self.steps = steps
  }

  private static func bracket(_ content: ArraySlice<UInt8>) -> Step? {
    guard let first = content.first, let last = content.last else { return nil }
    if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
      return content.count >= 2 && last == first ? .name(Array(content.dropFirst().dropLast())) : nil
    }
    return Int(String(decoding: content, as: UTF8.self)).flatMap { $0 >= 0 ? .index($0) : nil }
  }

  /// The value at the path; nil when there is none, or the text up to it is not JSON.
  func find(in text: Text) -> Text? {
    var scanner = JSONScanner(text)
    for step in steps {
      let found =
        switch step {
        case .name(let name): Self.enter(&scanner, name: name)
        case .index(let index): Self.enter(&scanner, index: index)
        }
      if !found { return nil }
    }
    scanner.skipSpace()
    let start = scanner.position
    guard scanner.skipValue() else { return nil }
    return text.part(start, scanner.position)
  }

  private static func enter(_ scanner: inout JSONScanner, name: [UInt8]) -> Bool {
    guard scanner.take("{") else { return false }
    repeat {
      scanner.skipSpace()
      guard scanner.peek == UInt8(ascii: "\"") else { return false }
      let start = scanner.position + 1
      guard scanner.skipString() else { return false }
      let key = scanner.text.part(start, scanner.position - 1)
      guard scanner.take(":") else { return false }
      if key.count == name.count, (0..<name.count).allSatisfy({ key[$0] == name[$0] }) { return true }
      guard scanner.skipValue() else { return false }
    } while scanner.take(",")
    return false
  }

  private static func enter(_ scanner: inout JSONScanner, index: Int) -> Bool {
    guard scanner.take("[") else { return false }
    scanner.skipSpace()
    if scanner.peek == UInt8(ascii: "]") { return false }
    for _ in 0..<index {
      guard scanner.skipValue(), scanner.take(",") else { return false }
    }
    return true
  }
}
