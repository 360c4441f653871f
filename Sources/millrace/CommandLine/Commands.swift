// All commands, and the way from the first word to one of them.

import Engine

/// A command: what it is, and what it does with parsed arguments.
struct Command {
  var description: CommandDescription
  var run: (Arguments, Console) throws -> ExitStatus
}

enum Commands {
  static let all: [Command] = [
    runCommand, checkCommand, compileCommand, explainCommand, formatCommand, testCommand, replCommand, topicCommand,
    produceCommand, consumeCommand, schemaCommand, generateCommand, benchCommand,
  ]

  /// Runs the command line and reports mistakes on it.
  static func run(_ words: [String]) -> ExitStatus {
    let console = Console()
    defer { console.flush() }
    do {
      return try dispatch(words, console)
    } catch let error as UsageError {
      console.error("error: \(error.message)\n  \(error.advice)\n")
      return .wrongUsage
    } catch {
      return console.report(error)
    }
  }

  private static func dispatch(_ words: [String], _ console: Console) throws -> ExitStatus {
    guard let first = words.first else { return try start(replCommand, with: [], console) }
    switch first {
    case "--help", "-h", "help":
      return try help(Array(words.dropFirst()), console)
    case "--version":
      console.output("millrace \(Version.current)\n")
      return .done
    case "-c":
      guard words.count > 1 else {
        throw UsageError("`-c` needs a query", advice: "write it as `millrace -c \"FROM 'events.jsonl' |> LIMIT 5\"`")
      }
      return try start(runCommand, with: ["-c", words[1]] + words.dropFirst(2), console)
    default:
      guard let command = all.first(where: { $0.description.name == first }) else { throw unknown(first) }
      return try start(command, with: Array(words.dropFirst()), console)
    }
  }

  private static func start(_ command: Command, with words: [String], _ console: Console) throws -> ExitStatus {
    let arguments = try Arguments(words, for: command.description)
    if arguments.wantsHelp {
      console.output(HelpText.of(command.description))
      return .done
    }
    return try command.run(arguments, console)
  }

  private static func help(_ words: [String], _ console: Console) throws -> ExitStatus {
    guard let name = words.first else {
      console.output(HelpText.ofAll(all.map(\.description)))
      return .done
    }
    guard let command = all.first(where: { $0.description.name == name }) else { throw unknown(name) }
    console.output(HelpText.of(command.description))
    return .done
  }

  private static func unknown(_ word: String) -> UsageError {
    if word.hasSuffix(".pipe") || word.hasSuffix(".plan.json") {
      return UsageError("`\(word)` is a file, not a command", advice: "run it with `millrace run \(word)`")
    }
    let near = closestName(to: word, among: all.map(\.description.name))
    return UsageError(
      "there is no command `\(word)`" + (near.map { "; did you mean `\($0)`?" } ?? ""), advice: "see `millrace --help`")
  }
}
