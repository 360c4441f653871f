// The `generate` command: options as the command line has them to a request, and what was written to a summary. The data
// are made in `Generators`.

/// Runs generators for the command line.
package struct DataGeneration {
  private let console: Console

  package init(console: Console) { self.console = console }

  /// Writes the files and says on standard error what they are. Nil options are the generator's defaults.
  package func run(
    _ kind: String, events: Int64, folder: String, seed: Int64?, partitions: Int64?, rate: Int64?, base: String?,
    disorder: Int64?
  ) throws -> ExitStatus {
    let kind = try kindNamed(kind)
    let options = GeneratorOptions(
      kind: kind, events: Int(events), seed: UInt64(bitPattern: seed ?? 42), partitions: Int(partitions ?? 1),
      rate: rate.map { Int($0) },
      base: try base.map { text throws(GeneratorError) in try GeneratorOptions.base(from: text) },
      disorder: Int(disorder ?? 1), directory: folder)
    let summary = try generate(options)
    var table = AlignedTable([("file", .left), ("rows", .right), ("bytes", .right)])
    for file in summary.files.prefix(24) {
      table.append([file.path, Quantity.grouped(file.rows), Quantity.bytes(file.bytes)])
    }
    if summary.files.count > 24 { table.append(["... and \(summary.files.count - 24) more", "", ""]) }
    console.error(table.text(isForTerminal: true))
    console.error(
      "\(Quantity.counted(summary.files.count, "file")), \(Quantity.counted(summary.rows, "row")), "
        + "\(Quantity.bytes(summary.bytes)) in \(Quantity.seconds(summary.seconds))\n")
    return .done
  }

  private func kindNamed(_ name: String) throws -> GeneratorKind {
    if let kind = GeneratorKind(rawValue: name) { return kind }
    let near = closestName(to: name, among: GeneratorKind.allCases.map(\.rawValue))
    throw EngineError(
      "there is no generator `\(name)`" + (near.map { "; did you mean `\($0)`?" } ?? ""),
      advice: "choose one of \(GeneratorKind.names)", status: .wrongUsage)
  }
}
