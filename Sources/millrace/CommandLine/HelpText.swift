// Help, printed from the descriptions of the commands. In: descriptions. Out: text that fits a terminal of 80 columns.

/// The help of one command and of all.
enum HelpText {
  static func of(_ command: CommandDescription) -> String {
    var text = command.summary + "\n\n"
    text += "usage: millrace \(command.name)"
    if !command.operands.isEmpty { text += " \(command.operands)" }
    if !command.options.isEmpty { text += " [options]" }
    text += "\n"
    if !command.options.isEmpty {
      text += "\noptions:\n" + table(command.options.map { ($0.usage, $0.help) })
    }
    for paragraph in command.details { text += "\n" + wrapped(paragraph, indent: 0) + "\n" }
    if !command.examples.isEmpty {
      text += "\nexamples:\n"
      for example in command.examples { text += "  \(example.line)\n      \(example.meaning)\n" }
    }
    return text
  }

  static func ofAll(_ commands: [CommandDescription]) -> String {
    var text = """
      Millrace: queries over streams of events, checked before they run, in one binary.

      usage: millrace [COMMAND] [arguments]
             millrace                      an interactive shell
             millrace -c "QUERY"           run one query; takes the options of `run`

      commands:

      """
    text += table(commands.map { ($0.name, $0.summary) })
    text += """

      `millrace COMMAND --help` says more. A first query:
        millrace -c "FROM 'events.jsonl' |> WHERE price > 100 |> LIMIT 5"

      exit status: 0 done, 1 the query or a test is wrong, 2 the command line is wrong, 3 the run failed

      """
    return text
  }

  /// Two columns, the right one wrapped; a long left cell has a line of its own.
  private static func table(_ rows: [(String, String)]) -> String {
    let width = min(rows.map(\.0.count).max() ?? 0, 26)
    var text = ""
    for (left, right) in rows {
      let lines = wrapped(right, indent: 0, width: 80 - width - 4).split(separator: "\n").map(String.init)
      var head = "  " + left
      if left.count > width {
        text += head + "\n"
        head = "  "
      }
      for (number, line) in lines.enumerated() {
        let start = number == 0 ? head : "  "
        text += start + String(repeating: " ", count: width + 4 - start.count) + line + "\n"
      }
    }
    return text
  }

  private static func wrapped(_ text: String, indent: Int, width: Int = 80) -> String {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width - indent {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    lines.append(line)
    return lines.map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
  }
}
