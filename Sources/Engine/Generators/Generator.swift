// The door to the data generators: one request in, files of JSON lines and a summary out. Every draw is a pure function
// of seed, event number and draw number, so the same request gives the same bytes on any machine with any number of
// threads. It checks the request before it touches the disk.

/// What a generator wrote.
package struct GeneratorSummary: Sendable {
  package let files: [GeneratedFile]
  /// Wall-clock time from the request to the last closed file.
  package let seconds: Double

  package var rows: Int { files.reduce(0) { $0 + $1.rows } }
  package var bytes: Int { files.reduce(0) { $0 + $1.bytes } }
}

/// Writes the files of one request, making the folder when it is missing and replacing files of the same names.
package func generate(_ options: GeneratorOptions) throws(GeneratorError) -> GeneratorSummary {
  let start = ContinuousClock.now
  try options.validate()
  try makeFolder(options.directory)
  let files: [GeneratedFile]
  switch options.kind {
  case .nexmark:
    files = try write(options, streams: NexmarkGenerator.streams.map { ($0, options.partitions) }) {
      let pools = NexmarkPools(seed: options.seed)
      return { NexmarkGenerator(options, pools: pools) }
    }
  case .payments:
    let population = CardPopulation(options)
    let cards = try population.writeFile(options)
    files =
      try write(options, streams: [("payments", options.partitions), ("labels", 1)]) {
        { PaymentsGenerator(options, population: population) }
      } + cards
  case .clickstream:
    files = try write(options, streams: ClickstreamGenerator.streams.map { ($0, options.partitions) }) {
      let catalogue = ShopCatalogue()
      return { ClickstreamGenerator(options, catalogue: catalogue) }
    }
  }
  let elapsed = (ContinuousClock.now - start).components
  return GeneratorSummary(files: files, seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
}

/// Opens the streams' files, runs the writers over all events, and closes the files whatever happens.
private func write<Writer: EventWriter>(
  _ options: GeneratorOptions, streams: [(name: String, partitions: Int)],
  _ prepare: () -> @Sendable () -> Writer
) throws(GeneratorError) -> [GeneratedFile] {
  var opened: [PartitionedFiles] = []
  do throws(GeneratorError) {
    for (name, partitions) in streams {
      opened.append(try PartitionedFiles(name: name, partitions: partitions, directory: options.directory))
    }
    let run = ChunkedRun(events: Int64(options.events), threads: options.threads, streams: opened)
    try run.run(prepare())
  } catch {
    // The first failure is the one to tell.
    for files in opened { _ = try? files.close() }
    throw error
  }
  var files: [GeneratedFile] = []
  for stream in opened { files += try stream.close() }
  return files
}
