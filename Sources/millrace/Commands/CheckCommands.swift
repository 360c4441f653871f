// `check`, `compile`, `explain`, `fmt` and `test`: what can be said of a file without running it on its input.

import Engine

private let dataOption = OptionDescription(
  "--data", .value("DIR"), "the folder of topics and schemas (default: $MILLRACE_DATA, or millrace-data)")
private let strictOption = OptionDescription.flag("--strict", "treat warnings as errors")
private let followOption = OptionDescription.flag("--follow", "check it as a pipeline that never ends")

extension Commands {
  static let checkCommand = Command(
    description: CommandDescription(
      "check", "Check .pipe files: names, types, time, keys, state.", operands: "FILE...", count: 1...Int.max,
      options: [
        OptionDescription("--format", .choice(["text", "json"]), "how diagnostics are printed"), dataOption,
        followOption, strictOption,
      ],
      details: ["Every diagnostic has a code; `millrace explain CODE` says more about it."],
      examples: [("millrace check Pipelines/quickstart/quickstart.pipe", "no output and status 0 when all is well")]),
    run: { arguments, console in
      try Checker(console: console).check(
        arguments.operands, asJSON: arguments.value("--format") == "json", settings: checkSettings(arguments))
    })

  static let compileCommand = Command(
    description: CommandDescription(
      "compile", "Compile a .pipe file to a plan that runs without it.", operands: "FILE", count: 1...1,
      options: [
        OptionDescription("-o", .value("PLAN"), "where to write the plan (default: standard output)"), dataOption,
        followOption, strictOption,
      ],
      examples: [("millrace compile q.pipe -o q.plan.json && millrace run q.plan.json", "compile here, run there")]),
    run: { arguments, console in
      try Checker(console: console).compile(
        arguments.operands[0], to: arguments.value("-o"), settings: checkSettings(arguments))
    })

  static let explainCommand = Command(
    description: CommandDescription(
      "explain", "Show the plan of a file or query, or the rule behind a code.", operands: "FILE|CODE", count: 0...1,
      options: [
        OptionDescription("-c", .value("QUERY"), "explain this text instead of a file"),
        OptionDescription("--format", .choice(["text", "json", "dot", "mermaid"]), "how the plan is printed"),
        dataOption, followOption, strictOption,
      ],
      details: [
        "Each edge is shown with its schema, key, time attribute and changelog mode, each operator with the bound on its state."
      ],
      examples: [
        ("millrace explain Pipelines/nexmark/q5.pipe", "the operators and what each keeps"),
        ("millrace explain E2003", "what a diagnostic means, with an example and its mend"),
      ]),
    run: { arguments, console in
      let checker = Checker(console: console)
      let format = PlanFormat(rawValue: arguments.value("--format") ?? "text") ?? .text
      if let query = arguments.value("-c") {
        return try checker.explain(.text(query), format: format, settings: checkSettings(arguments))
      }
      guard let subject = arguments.operands.first else {
        throw UsageError("`millrace explain` needs a FILE or a CODE", advice: "as in `millrace explain E2003`")
      }
      if Checker.looksLikeCode(subject) { return checker.explain(code: subject) }
      return try checker.explain(.file(subject), format: format, settings: checkSettings(arguments))
    })

  static let formatCommand = Command(
    description: CommandDescription(
      "fmt", "Lay .pipe files out in the one canonical way.", operands: "FILE...", count: 1...Int.max,
      options: [.flag("--check", "change nothing; status 1 when a file would change")],
      details: ["A folder stands for the .pipe files below it; `-` reads standard input and writes standard output."]),
    run: { arguments, console in
      try SourceFormatter(console: console).format(arguments.operands, onlyChecks: arguments.has("--check"))
    })

  static let testCommand = Command(
    description: CommandDescription(
      "test", "Run the TEST statements of files and folders.", operands: "PATH...", count: 1...Int.max,
      options: [
        OptionDescription("--filter", .value("TEXT"), "only tests whose name contains this"), strictOption,
      ],
      details: [
        "Every test runs in virtual time, several times over: with batches of one row, with several workers, and stopped and resumed between its steps. The outcome must be the same."
      ],
      examples: [("millrace test Pipelines", "all tests of the example pipelines")]),
    run: { arguments, console in
      try PipelineTester(console: console).test(
        arguments.operands, filter: arguments.value("--filter"), settings: checkSettings(arguments))
    })

  static let replCommand = Command(
    description: CommandDescription(
      "repl", "An interactive shell over the same session.",
      options: [dataOption, OptionDescription("--time-zone", .value("ZONE"), "the zone of literals and printing")],
      details: ["Statements end with `;`. `.help` lists what the shell itself understands."]),
    run: { arguments, console in
      var settings = RunSettings()
      settings.dataFolder = arguments.value("--data")
      settings.timeZone = arguments.value("--time-zone")
      return try Shell(console: console, settings: settings).run()
    })

  private static func checkSettings(_ arguments: Arguments) -> RunSettings {
    var settings = RunSettings()
    settings.dataFolder = arguments.value("--data")
    settings.follows = arguments.has("--follow")
    settings.isStrict = arguments.has("--strict")
    return settings
  }
}
