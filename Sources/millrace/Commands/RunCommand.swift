// `millrace run` and `millrace -c`: compile a file, a plan or a query, bind its streams and sinks, execute it.

import Engine

extension Commands {
  /// The options of `run`, which `-c` shares.
  private static let runOptions: [OptionDescription] = [
    OptionDescription(
      "--input", .values("STREAM=PATH"),
      "read a declared stream from a file; repeat it, or give a glob or a folder, for several partitions"),
    OptionDescription(
      "--output", .values("SINK=PATH"), "write a sink to a file instead of its topic; `-` is standard output"),
    OptionDescription(
      "--data", .value("DIR"),
      "the folder of topics, schemas and saved state (default: $MILLRACE_DATA, or millrace-data)"),
    OptionDescription("--parallelism", .value("N"), "workers, 1 to 16 (default: the number of cores)"),
    .flag("--follow", "keep running and read what is appended; Ctrl-C stops at the end of a step"),
    .flag("--no-final-watermark", "do not close open windows at the end of the input"),
    .flag("--changes", "print every change of an updating result, with a first field `op`: +I, -U, +U, -D"),
    OptionDescription(
      "--format", .choice(["table", "jsonl", "csv"]),
      "how a result is printed (default: table on a terminal, jsonl elsewhere)"),
    OptionDescription(
      "--time-zone", .value("ZONE"), "the zone of literals, printing and calendar functions (default: UTC)"),
    OptionDescription("--clock", .value("TIME"), "a fixed reading of the clock, for reproducible CURRENT_TIMESTAMP()"),
    .flag("--strict", "treat warnings as errors"),
    .flag(
      "--profile", "end with a table of what each operator cost: time, rows, the most it kept, and the bound on that"),
  ]

  static let runCommand = Command(
    description: CommandDescription(
      "run", "Run a .pipe file, a compiled plan, or a query.", operands: "FILE", count: 0...1,
      options: [OptionDescription("-c", .value("QUERY"), "run this text instead of a file")] + runOptions,
      details: [
        "A query that ends in no sink prints its rows. A bounded run of an updating query prints its final rows in key order. At the end, a summary on standard error accounts for every row: in, out, filtered, late, dead-lettered, held.",
        "File names inside a .pipe file are relative to that file. FILE may be `-` for standard input.",
      ],
      examples: [
        ("millrace run Pipelines/quickstart/quickstart.pipe", "card-velocity alerts from the payments beside the file"),
        (
          "millrace run q5.pipe --input events=data/events.jsonl --parallelism 2",
          "another file for the stream `events`, two workers"
        ),
        (
          "millrace -c \"FROM 'bids.jsonl' |> AGGREGATE COUNT(*) AS n GROUP BY auction\"",
          "no declaration needed: the schema is inferred"
        ),
      ]),
    run: { arguments, console in
      let request = RunRequest(
        text: try queryText(arguments),
        binding: try binding(arguments),
        options: try runOptions(arguments))
      return try Runner(console: console).run(request)
    })

  private static func queryText(_ arguments: Arguments) throws(UsageError) -> QueryText {
    switch (arguments.value("-c"), arguments.operands.first) {
    case (let query?, nil): return .text(query)
    case (nil, let file?): return .file(file)
    case (.some, .some): throw UsageError("give a file or `-c QUERY`, not both", advice: "see `millrace run --help`")
    case (nil, nil): throw UsageError("`millrace run` needs a FILE", advice: "or a query: `millrace -c \"...\"`")
    }
  }

  static func binding(_ arguments: Arguments) throws(UsageError) -> Binding {
    Binding(inputs: try arguments.bindings("--input"), outputs: try arguments.bindings("--output"))
  }

  static func runOptions(_ arguments: Arguments) throws(UsageError) -> RunSettings {
    var settings = RunSettings()
    settings.dataFolder = arguments.value("--data")
    settings.parallelism = try arguments.number("--parallelism", in: 1...16).map(Int.init)
    settings.follows = arguments.has("--follow")
    settings.finalWatermark = !arguments.has("--no-final-watermark")
    settings.printsChanges = arguments.has("--changes")
    settings.format = arguments.value("--format").flatMap(ResultFormat.init(rawValue:))
    settings.timeZone = arguments.value("--time-zone")
    settings.clock = arguments.value("--clock")
    settings.isStrict = arguments.has("--strict")
    settings.profiles = arguments.has("--profile")
    return settings
  }
}
