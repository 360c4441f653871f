// A golden script as it lies in its file: a header that states the rule, then blocks of commands and the output that the
// program wrote for them. In: text. Out: blocks, and the text again with other outputs. Never runs anything.

/// A line `[tags] !verb arguments` and the lines below it.
struct GoldenCommand {
  var line: Int
  var tags: [String]
  var mustFail: Bool
  var verb: String
  var arguments: [String]
  var body: String

  /// The value of an argument `name=value`.
  func option(_ name: String) -> String? {
    arguments.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
  }

  /// The arguments that are not options.
  var words: [String] { arguments.filter { !$0.contains("=") } }
}

struct GoldenBlock {
  /// Comments and commands as they stand.
  var text: [String]
  var commands: [GoldenCommand]
  var output: String
}

/// A script that is not one.
struct GoldenError: Error, CustomStringConvertible {
  var line: Int
  var message: String

  var description: String { "line \(line): \(message)" }
}

struct GoldenScript {
  var header: [String]
  /// The modes that the script narrows itself to; nil for all.
  var modes: [String]?
  var blocks: [GoldenBlock]

  /// Verbs that take no lines below them: several may share one output.
  static let verbsWithoutBody: Set<String> = [
    "watermark", "idle", "clock", "end", "table", "state", "late", "errors", "snapshot", "restore", "crash", "recover",
    "consume", "segments", "check",
  ]
  static let verbsWithBody: Set<String> = [
    "lex", "parse", "expr", "run", "query", "explain", "feed", "produce",
  ]
  static let tags: Set<String> = ["sorted", "table", "follow", "relation", "state", "dot", "mermaid", "raw"]

  init(_ text: String) throws(GoldenError) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var reader = Reader(lines: lines)
    header = reader.comments()
    guard !header.isEmpty, header[0].count > 3 else {
      throw GoldenError(line: 1, message: "a script opens with a comment that states the rule it pins down")
    }
    if let line = header.first(where: { $0.hasPrefix("# modes:") }) {
      let words = line.dropFirst("# modes:".count).split(separator: ":", maxSplits: 1)
      guard words.count == 2, !words[1].allSatisfy({ $0 == " " }) else {
        throw GoldenError(line: 1, message: "`modes:` names the modes and, after a colon, the reason")
      }
      let names = words[0].split(separator: ",").map { $0.filter { $0 != " " } }
      for name in names where !GoldenMode.names.contains(name) {
        throw GoldenError(line: 1, message: "there is no mode `\(name)`; modes are \(GoldenMode.names)")
      }
      modes = names
    }
    blocks = []
    while let block = try reader.block() { blocks.append(block) }
    guard !blocks.isEmpty else { throw GoldenError(line: lines.count, message: "the script has no command") }
  }

  /// The script with these outputs.
  func text(outputs: [String]) -> String {
    var text = header.joined(separator: "\n") + "\n"
    for (block, output) in zip(blocks, outputs) {
      let hasBlankLines = output.contains("\n\n") || output.hasPrefix("\n")
      text += "\n" + block.text.joined(separator: "\n") + "\n----\n"
      text += hasBlankLines ? "----\n" + output + "----\n----\n" : output
    }
    return text
  }

  private struct Reader {
    let lines: [String]
    var next = 0

    mutating func comments() -> [String] {
      var comments: [String] = []
      while next < lines.count, lines[next].hasPrefix("#") {
        comments.append(lines[next])
        next += 1
      }
      return comments
    }

    mutating func block() throws(GoldenError) -> GoldenBlock? {
      while next < lines.count, lines[next].isEmpty { next += 1 }
      guard next < lines.count else { return nil }
      let start = next
      var commands: [GoldenCommand] = []
      while next < lines.count, lines[next] != "----" {
        let line = lines[next]
        next += 1
        if line.hasPrefix("#") { continue }
        var command = try parse(line)
        if GoldenScript.verbsWithBody.contains(command.verb) {
          var body: [String] = []
          while next < lines.count, lines[next] != "----" {
            body.append(lines[next])
            next += 1
          }
          command.body = body.joined(separator: "\n")
        }
        commands.append(command)
      }
      guard next < lines.count else { throw GoldenError(line: start + 1, message: "a block without `----`") }
      guard !commands.isEmpty else { throw GoldenError(line: next + 1, message: "an output that no command asks for") }
      let text = Array(lines[start..<next])
      next += 1
      return GoldenBlock(text: text, commands: commands, output: output())
    }

    /// Lines up to a blank one; between double `----` when the output has blank lines itself.
    private mutating func output() -> String {
      let isFenced = next < lines.count && lines[next] == "----"
      if isFenced { next += 1 }
      let start = next
      while next < lines.count, isFenced ? !isFence(next) : !lines[next].isEmpty { next += 1 }
      let end = next
      if isFenced { next = min(next + 2, lines.count) }
      return lines[start..<end].map { $0 + "\n" }.joined()
    }

    private func isFence(_ index: Int) -> Bool {
      lines[index] == "----" && index + 1 < lines.count && lines[index + 1] == "----"
    }

    private func parse(_ line: String) throws(GoldenError) -> GoldenCommand {
      var words = line.split(separator: " ").map(String.init)
      var tags: [String] = []
      if let first = words.first, first.hasPrefix("["), first.hasSuffix("]") {
        tags = first.dropFirst().dropLast().split(separator: ",").map(String.init)
        words.removeFirst()
      }
      for tag in tags where !GoldenScript.tags.contains(tag) {
        throw GoldenError(line: next, message: "there is no tag `\(tag)`")
      }
      var verb = words.isEmpty ? "" : words.removeFirst()
      let mustFail = verb.hasPrefix("!")
      if mustFail { verb.removeFirst() }
      guard GoldenScript.verbsWithBody.contains(verb) || GoldenScript.verbsWithoutBody.contains(verb) else {
        throw GoldenError(line: next, message: "there is no verb `\(verb)`")
      }
      return GoldenCommand(line: next, tags: tags, mustFail: mustFail, verb: verb, arguments: words, body: "")
    }
  }
}
