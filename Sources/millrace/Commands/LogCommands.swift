// `topic`, `produce`, `consume` and `schema`: the partitioned log and the registry from the command line.

import Engine

private let dataOption = OptionDescription(
  "--data", .value("DIR"), "the folder of topics and schemas (default: $MILLRACE_DATA, or millrace-data)")

extension Commands {
  static let topicCommand = Command(
    description: CommandDescription(
      "topic", "Create, list, describe and delete topics.", operands: "create|list|describe|delete [NAME]",
      count: 1...2,
      options: [
        OptionDescription("--partitions", .value("N"), "with create: 1 to 1024 (default: 1)"),
        OptionDescription(
          "--retention", .value("DURATION"),
          "with create: how long records are kept, as in `7 DAYS` (default: for ever)"),
        dataOption,
      ],
      examples: [("millrace topic create payments --partitions 3", "a topic of three partitions")]),
    run: { arguments, console in
      let topics = TopicCommands(console: console, dataFolder: arguments.value("--data"))
      switch (arguments.operands[0], arguments.operands.dropFirst().first) {
      case ("list", nil): return try topics.list()
      case ("create", let name?):
        return try topics.create(
          name, partitions: Int(try arguments.number("--partitions", in: 1...1024) ?? 1),
          retention: arguments.value("--retention"))
      case ("describe", let name?): return try topics.describe(name)
      case ("delete", let name?): return try topics.delete(name)
      case (let verb, let name): throw wrongVerb("topic", verb, name, ["create", "list", "describe", "delete"])
      }
    })

  static let produceCommand = Command(
    description: CommandDescription(
      "produce", "Append lines of standard input to a topic.", operands: "TOPIC", count: 1...1,
      options: [
        OptionDescription(
          "--key", .value("FIELD"),
          "the field (or fields, a,b) whose value keys a JSON record and chooses its partition"),
        .flag("--delete", "append the key of each line without a value: it deletes the row of a table"),
        OptionDescription("--partition", .value("N"), "append to this partition (default: by key, or in turn)"),
        dataOption,
      ],
      examples: [
        ("millrace produce payments --key card_id < payments.jsonl", "one record for each line"),
        ("echo '{\"id\":7}' | millrace produce accounts --key id --delete", "no row with that id any more"),
      ]),
    run: { arguments, console in
      try RecordCommands(console: console, dataFolder: arguments.value("--data")).produce(
        arguments.operands[0], keyField: arguments.value("--key"),
        partition: try arguments.number("--partition", in: 0...1023).map(Int.init), deletes: arguments.has("--delete"))
    })

  static let consumeCommand = Command(
    description: CommandDescription(
      "consume", "Print the records of a topic.", operands: "TOPIC", count: 1...1,
      options: [
        OptionDescription(
          "--from", .value("OFFSET|TIME"), "where to start: an offset, or a time (default: the beginning)"),
        OptionDescription("--partition", .value("N"), "only this partition (default: all, in turn)"),
        OptionDescription("--limit", .value("N"), "stop after so many records"),
        .flag("--follow", "wait for more"),
        .flag("--metadata", "print partition, offset, timestamp and key before each value"),
        dataOption,
      ],
      examples: [("millrace consume alerts --from '2026-01-01 10:00:00' --follow", "what came since, and what comes")]),
    run: { arguments, console in
      try RecordCommands(console: console, dataFolder: arguments.value("--data")).consume(
        arguments.operands[0],
        ConsumeOptions(
          from: arguments.value("--from"),
          partition: try arguments.number("--partition", in: 0...1023).map(Int.init),
          limit: try arguments.number("--limit", in: 0...Int64.max), follows: arguments.has("--follow"),
          showsMetadata: arguments.has("--metadata")))
    })

  static let schemaCommand = Command(
    description: CommandDescription(
      "schema", "Register, list and show schemas.", operands: "register|list|show [SUBJECT] [FILE]", count: 1...3,
      options: [
        OptionDescription("--version", .value("N"), "with show: this version (default: the newest)"), dataOption,
      ],
      details: [
        "Schemas are in Avro's JSON notation. A stream over a topic whose schema is registered under the topic's name needs no column list."
      ],
      examples: [("millrace schema register payments payments.avsc", "the schema of the topic `payments`")]),
    run: { arguments, console in
      let schemas = SchemaCommands(console: console, dataFolder: arguments.value("--data"))
      let operands = arguments.operands
      switch (operands[0], operands.count) {
      case ("list", 1): return try schemas.list()
      case ("register", 3): return try schemas.register(operands[1], file: operands[2])
      case ("show", 2):
        return try schemas.show(
          operands[1], version: try arguments.number("--version", in: 1...Int64.max).map(Int.init))
      case (let verb, _): throw wrongVerb("schema", verb, nil, ["register SUBJECT FILE", "list", "show SUBJECT"])
      }
    })

  private static func wrongVerb(_ command: String, _ verb: String, _ name: String?, _ verbs: [String]) -> UsageError {
    if verbs.contains(where: { $0.split(separator: " ").first.map(String.init) == verb }) {
      return UsageError(
        "`millrace \(command) \(verb)` has \(name == nil ? "too few" : "too many") arguments",
        advice: "see `millrace \(command) --help`")
    }
    return UsageError(
      "`millrace \(command)` does not know `\(verb)`",
      advice: "it knows \(verbs.map { "`\($0)`" }.joined(separator: ", "))")
  }
}
