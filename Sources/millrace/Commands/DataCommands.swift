// `generate` and `bench`: data to try things on, and the measures of `Docs/performance.md`.

import Engine

extension Commands {
  static let generateCommand = Command(
    description: CommandDescription(
      "generate", "Write reproducible example data.", operands: "nexmark|payments|clickstream", count: 1...1,
      options: [
        OptionDescription("--events", .value("N"), "how many events"),
        OptionDescription("--seed", .value("S"), "the same seed gives the same bytes (default: 42)"),
        OptionDescription("--out", .value("DIR"), "the folder for the files"),
        OptionDescription("--partitions", .value("P"), "deal each stream into P files (default: 1)"),
        OptionDescription("--rate", .value("R"), "events per second of event time"),
        OptionDescription("--base", .value("TIME"), "the time of the first event, in UTC"),
        OptionDescription("--disorder", .value("K"), "shuffle event times within groups of K (default: 1, in order)"),
      ],
      examples: [
        ("millrace generate nexmark --events 1000000 --seed 42 --out data", "the input of the Nexmark queries")
      ]),
    run: { arguments, console in
      guard let events = try arguments.number("--events", in: 1...Int64.max / 64) else {
        throw UsageError("`millrace generate` needs `--events N`", advice: "as in `--events 1000000`")
      }
      guard let folder = arguments.value("--out") else {
        throw UsageError(
          "`millrace generate` needs `--out DIR`", advice: "name a folder; it is made when it is missing")
      }
      return try DataGeneration(console: console).run(
        arguments.operands[0], events: events, folder: folder,
        seed: try arguments.number("--seed", in: 0...Int64.max),
        partitions: try arguments.number("--partitions", in: 1...1024),
        rate: try arguments.number("--rate", in: 1...Int64.max), base: arguments.value("--base"),
        disorder: try arguments.number("--disorder", in: 1...1_000_000))
    })

  static let benchCommand = Command(
    description: CommandDescription(
      "bench", "Measure this machine: queries, codecs, log, start-up.", operands: "[NAME...]", count: 0...Int.max,
      options: [
        OptionDescription("--events", .value("N"), "Nexmark events for the queries (default: 1000000)"),
        OptionDescription("--runs", .value("N"), "runs of each measure; the median is printed (default: 5)"),
        .flag("--quick", "fewer events and runs: 100000 and 3"),
        OptionDescription("--parallelism", .value("N"), "workers of the queries (default: 1)"),
      ],
      details: [
        "Without names everything is measured; a name means all measures that begin with it. `millrace bench list` "
          + "names the measures."
      ]),
    run: { arguments, console in
      let isQuick = arguments.has("--quick")
      return try Benchmarks(console: console).run(
        arguments.operands,
        events: try arguments.number("--events", in: 1000...1_000_000_000) ?? (isQuick ? 100_000 : 1_000_000),
        runs: Int(try arguments.number("--runs", in: 1...99) ?? (isQuick ? 3 : 5)),
        parallelism: Int(try arguments.number("--parallelism", in: 1...16) ?? 1))
    })
}
