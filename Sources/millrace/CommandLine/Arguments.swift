// The words of the command line, read by a command's description. In: words. Out: options and operands, or an error in
// words that say what to type. Never touches a file.

import Engine

/// A mistake on the command line (exit status 2).
struct UsageError: Error {
  var message: String
  /// What to do about it.
  var advice: String

  init(_ message: String, advice: String) {
    self.message = message
    self.advice = advice
  }
}

/// The parsed arguments of one command.
struct Arguments {
  private(set) var operands: [String] = []
  private var flags: Set<String> = []
  private var values: [String: [String]] = [:]
  /// Whether `--help` was among them.
  private(set) var wantsHelp = false

  init(_ words: [String], for command: CommandDescription) throws(UsageError) {
    let advice = "see `millrace \(command.name) --help`"
    var rest = words[...]
    var onlyOperands = false
    while let word = rest.popFirst() {
      if onlyOperands || word == "-" || !word.hasPrefix("-") {
        operands.append(word)
      } else if word == "--" {
        onlyOperands = true
      } else if word == "--help" || word == "-h" {
        wantsHelp = true
      } else {
        try read(option: word, rest: &rest, for: command, advice: advice)
      }
    }
    guard !wantsHelp else { return }
    if operands.count < command.operandCount.lowerBound {
      throw UsageError("`millrace \(command.name)` needs \(command.operands)", advice: advice)
    }
    if operands.count > command.operandCount.upperBound {
      let extra = operands[command.operandCount.upperBound]
      throw UsageError("`\(extra)` is one argument too many for `millrace \(command.name)`", advice: advice)
    }
  }

  private mutating func read(
    option word: String, rest: inout ArraySlice<String>, for command: CommandDescription, advice: String
  ) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts[0]
    guard let option = command.options.first(where: { $0.name == name }) else {
      let near = closestName(to: name, among: command.options.map(\.name) + ["--help"])
      throw UsageError(
        "`millrace \(command.name)` has no option `\(name)`" + (near.map { "; did you mean `\($0)`?" } ?? ""),
        advice: advice)
    }
    if option.kind == .flag {
      guard parts.count == 1 else { throw UsageError("`\(name)` takes no value", advice: advice) }
      flags.insert(name)
      return
    }
    guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
      throw UsageError("`\(name)` needs a value: `\(option.usage)`", advice: advice)
    }
    if case .choice(let words) = option.kind, !words.contains(value) {
      throw UsageError("`\(name)` is one of \(words.joined(separator: ", ")), not `\(value)`", advice: advice)
    }
    if case .values = option.kind {
      values[name, default: []].append(value)
      return
    }
    guard values[name] == nil else { throw UsageError("`\(name)` is given twice", advice: "give it once") }
    values[name] = [value]
  }

  func has(_ name: String) -> Bool { flags.contains(name) }

  func value(_ name: String) -> String? { values[name]?.last }

  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// A whole number in a range.
  func number(_ name: String, in range: ClosedRange<Int64>) throws(UsageError) -> Int64? {
    guard let text = value(name) else { return nil }
    let digits = text.filter { $0 != "_" }
    guard let number = Int64(digits) else {
      throw UsageError("`\(name)` is a whole number, not `\(text)`", advice: "give digits, as in `\(name) 1000`")
    }
    guard range.contains(number) else {
      throw UsageError(
        "`\(name) \(text)` is out of range", advice: "give a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// `NAME=PATH` pairs.
  func bindings(_ name: String) throws(UsageError) -> [(name: String, path: String)] {
    var result: [(name: String, path: String)] = []
    for text in all(name) {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw UsageError("`\(name) \(text)` names no file", advice: "write it as `\(name) NAME=PATH`")
      }
      result.append((parts[0], parts[1]))
    }
    return result
  }
}
