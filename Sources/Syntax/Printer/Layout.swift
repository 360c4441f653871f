// A document with the places where it may break, and the printer that decides which of them do: a group stays on one
// line if it fits, else all of its own breaks become line breaks. After Wadler, "A prettier printer" (2003), with
// Lindig's strict algorithm. Comments are part of the document, so that no layout can lose or swallow one.

indirect enum Layout: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral
{
  case text(String)
  case sequence([Layout])
  /// A space, or a line break in a broken group.
  case line
  /// Nothing, or a line break in a broken group.
  case softLine
  /// Always a line break.
  case hardLine
  /// Deeper by so many columns after a break.
  case nested(Int, Layout)
  /// Breaks return to the column where this began.
  case aligned(Layout)
  case group(Layout)
  /// A comment where it stands. After one to the end of the line, what follows goes to the next line.
  case comment(String, isBlock: Bool)

  init(stringLiteral value: String) { self = .text(value) }
  init(arrayLiteral elements: Layout...) { self = .sequence(elements) }

  static let nothing = Layout.sequence([])

  func rendered(width: Int) -> String {
    var printer = LayoutPrinter(width: width)
    printer.print(self)
    return printer.output
  }
}

private struct LayoutPrinter {
  struct Item {
    var indent: Int
    var isFlat: Bool
    var layout: Layout
  }

  let width: Int
  var output = ""
  private var column = 0
  private var indent = 0
  /// A comment ran to the end of the line: whatever comes next begins a new one.
  private var mustBreak = false

  init(width: Int) { self.width = width }

  mutating func print(_ layout: Layout) {
    var stack = [Item(indent: 0, isFlat: false, layout: layout)]
    while let item = stack.popLast() {
      indent = item.indent
      switch item.layout {
      case .text(let text): write(text)
      case .sequence(let parts):
        for part in parts.reversed() { stack.append(Item(indent: item.indent, isFlat: item.isFlat, layout: part)) }
      case .line: item.isFlat ? write(" ") : newLine(item.indent)
      case .softLine: if !item.isFlat { newLine(item.indent) }
      case .hardLine: newLine(item.indent)
      case .nested(let columns, let inner):
        stack.append(Item(indent: item.indent + columns, isFlat: item.isFlat, layout: inner))
      case .aligned(let inner):
        stack.append(Item(indent: mustBreak ? item.indent : column, isFlat: item.isFlat, layout: inner))
      case .group(let inner):
        let flat = Item(indent: item.indent, isFlat: true, layout: inner)
        let fits = item.isFlat || (!mustBreak && self.fits(flat, rest: stack))
        stack.append(Item(indent: item.indent, isFlat: fits, layout: inner))
      case .comment(let text, let isBlock):
        writeComment(text, isBlock: isBlock)
      }
    }
  }

  private mutating func write(_ text: String) {
    if mustBreak, text != " " { newLine(indent) }
    if text.isEmpty || (mustBreak && text == " ") { return }
    output += text
    if let last = text.lastIndex(of: "\n") {
      column = DisplayWidth.of(String(text[text.index(after: last)...]))
    } else {
      column += DisplayWidth.of(text)
    }
  }

  private mutating func writeComment(_ text: String, isBlock: Bool) {
    if mustBreak { newLine(indent) }
    trimSpaces()
    if !output.isEmpty, output.last != "\n" { write(" ") }
    if output.isEmpty || output.last == "\n" {
      output += String(repeating: " ", count: indent)
      column = indent
    }
    write(text)
    mustBreak = !isBlock
    if isBlock { write(" ") }
  }

  private mutating func newLine(_ indent: Int) {
    trimSpaces()
    output += "\n" + String(repeating: " ", count: indent)
    column = indent
    mustBreak = false
  }

  private mutating func trimSpaces() {
    while output.last == " " { output.removeLast() }
  }

  /// Whether the group, and what follows it up to the next possible break, fits on the rest of this line.
  private func fits(_ first: Item, rest: [Item]) -> Bool {
    var remaining = width - column
    var stack = [first]
    var next = rest.count
    while remaining >= 0 {
      guard let item = stack.popLast() else {
        guard next > 0 else { return true }
        next -= 1
        stack.append(rest[next])
        continue
      }
      switch item.layout {
      case .text(let text):
        if text.contains("\n") { return true }
        remaining -= DisplayWidth.of(text)
      case .sequence(let parts):
        for part in parts.reversed() { stack.append(Item(indent: 0, isFlat: item.isFlat, layout: part)) }
      case .line:
        if !item.isFlat { return true }
        remaining -= 1
      case .softLine:
        if !item.isFlat { return true }
      case .hardLine: return !item.isFlat
      case .nested(_, let inner), .aligned(let inner), .group(let inner):
        stack.append(Item(indent: 0, isFlat: item.isFlat, layout: inner))
      case .comment(let text, let isBlock):
        if !isBlock { return !item.isFlat }
        remaining -= DisplayWidth.of(text) + 2
      }
    }
    return false
  }
}
