// What a command is called, takes and does, as data: the parser reads arguments by it and the help is printed from it, so
// the two cannot disagree.

/// An option of a command.
struct OptionDescription {
  enum Kind: Equatable {
    /// Present or absent.
    case flag
    /// Followed by a value; the text names it in the help.
    case value(String)
    /// As `value`, and may be given again.
    case values(String)
    /// One of a few words.
    case choice([String])
  }

  var name: String
  var kind: Kind
  var help: String

  init(_ name: String, _ kind: Kind, _ help: String) {
    self.name = name
    self.kind = kind
    self.help = help
  }

  static func flag(_ name: String, _ help: String) -> OptionDescription { OptionDescription(name, .flag, help) }

  /// How the option is written in a usage line.
  var usage: String {
    switch kind {
    case .flag: name
    case .value(let value), .values(let value): "\(name) \(value)"
    case .choice(let words): "\(name) \(words.joined(separator: "|"))"
    }
  }
}

/// A command of the executable.
struct CommandDescription {
  var name: String
  var summary: String
  /// The positional arguments as the usage line writes them.
  var operands: String
  /// How many positional arguments it takes.
  var operandCount: ClosedRange<Int>
  var options: [OptionDescription]
  /// Paragraphs after the options.
  var details: [String]
  /// Command lines worth copying, with what they do.
  var examples: [(line: String, meaning: String)]

  init(
    _ name: String, _ summary: String, operands: String = "", count: ClosedRange<Int> = 0...0,
    options: [OptionDescription] = [], details: [String] = [], examples: [(line: String, meaning: String)] = []
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    operandCount = count
    self.options = options
    self.details = details
    self.examples = examples
  }
}
