// What the shell itself understands: lines that begin with a dot, and `exit`. In: a line. Out: a command, or what is wrong
// with it. The list here is also what `.help` prints and Tab completes.

/// A command of the shell.
enum DotCommand: Equatable {
  case help, quit, tables, history
  case read(String)
  case schema(String)
  case timer(Bool)
  case follow(Bool)
  case format(ResultFormat)

  struct Mistake: Error, Equatable {
    var message: String
  }

  /// The commands with their arguments and meanings.
  static let descriptions: [(name: String, argument: String, meaning: String)] = [
    (".follow", "on|off", "whether queries wait for what is still to come, until Ctrl-C"),
    (".format", "table|jsonl|csv", "how results are printed"),
    (".help", "", "this list"),
    (".history", "", "what was entered, oldest first"),
    (".quit", "", "leave; so do `exit` and Ctrl-D"),
    (".read", "FILE", "execute the statements of a file"),
    (".schema", "NAME", "the columns of a relation, as DESCRIBE"),
    (".tables", "", "the relations that FROM can read"),
    (".timer", "on|off", "print how long each statement takes"),
  ]

  /// Reads a line; nil when it is none of the shell's.
  static func parse(_ line: String) throws(Mistake) -> DotCommand? {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    guard let first = words.first else { return nil }
    let argument = words.count > 1 ? words[1].trimming(" ").trimming(";").trimming(" ") : ""
    let name = first.trimming(";").lowercased()
    if ["exit", "quit"].contains(name), argument.isEmpty { return .quit }
    guard first.hasPrefix("."), !first.dropFirst().allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
    guard let description = descriptions.first(where: { $0.name == name }) else {
      if name == ".exit" { return .quit }
      let near = closestName(to: name, among: descriptions.map(\.name))
      let advice = near.map { "did you mean `\($0)`?" } ?? "`.help` lists the commands"
      throw Mistake(message: "the shell has no command `\(first)`; \(advice)")
    }
    if description.argument.isEmpty != argument.isEmpty {
      let usage = description.argument.isEmpty ? "takes no argument" : "needs `\(description.argument)`"
      throw Mistake(message: "`\(name)` \(usage)")
    }
    return try command(name, argument)
  }

  private static func command(_ name: String, _ argument: String) throws(Mistake) -> DotCommand {
    switch name {
    case ".help": return .help
    case ".quit": return .quit
    case ".tables": return .tables
    case ".history": return .history
    case ".read": return .read(argument.unquoted)
    case ".schema": return .schema(argument)
    case ".timer": return .timer(try flag(name, argument))
    case ".follow": return .follow(try flag(name, argument))
    default:
      guard let format = ResultFormat(rawValue: argument.lowercased()) else {
        throw Mistake(message: "`.format` is `table`, `jsonl` or `csv`, not `\(argument)`")
      }
      return .format(format)
    }
  }

  private static func flag(_ name: String, _ argument: String) throws(Mistake) -> Bool {
    guard ["on", "off"].contains(argument.lowercased()) else {
      throw Mistake(message: "`\(name)` is `on` or `off`, not `\(argument)`")
    }
    return argument.lowercased() == "on"
  }

  static var helpText: String {
    var text = """
      Statements end with `;` and may go over several lines:
        FROM 'events.jsonl' |> WHERE price > 100 |> LIMIT 5;
        SHOW STREAMS;   DESCRIBE name;   EXPLAIN query;
      A query reads what is there and ends; after `.follow on` it shows what comes, live.
      Ctrl-C stops a running query or drops the line; Tab completes; Ctrl-R searches what was entered.


      """
    let width = descriptions.map { $0.name.count + $0.argument.count + 1 }.max() ?? 0
    for (name, argument, meaning) in descriptions {
      let left = argument.isEmpty ? name : "\(name) \(argument)"
      text += "  \(left)\(String(repeating: " ", count: width - left.count + 3))\(meaning)\n"
    }
    return text
  }
}

extension String {
  fileprivate func trimming(_ character: Character) -> String {
    var text = self[...]
    while text.first == character { text.removeFirst() }
    while text.last == character { text.removeLast() }
    return String(text)
  }

  fileprivate var unquoted: String {
    guard count >= 2, let first, first == last, first == "'" || first == "\"" else { return self }
    return String(dropFirst().dropLast())
  }
}
