// A scan at one worker: reads the chunks that it is dealt, decodes them and sends the rows on their way. In: chunks. Out:
// batches with their origin; records that do not decode go to the error stream with their offset and the reason.

import Plan
import Schemas
import Values

/// A chunk and what the reading worker must know of it.
struct DealtChunk: Sendable {
  var node: Int
  var chunk: Chunk
  /// Which of the partition's chunks in this step.
  var number: Int
  /// Its place in the step's table of chunks.
  var entry: Int
  /// The records of the partition before this step.
  var before: Int64
  /// Whether this worker reads all chunks of the partition, so that it counts offsets as it goes.
  var isSole: Bool
}

final class ScanReader: Operator {
  private let id: Int
  private let columns: [ScanColumn]
  private let source: any Source
  private let description: SourceDescription
  private let conventions: TextConventions
  private let batchRows: Int
  private let keepsOffsets: Bool
  private let keepsPayload: Bool
  private let spans = LogBatchReader()
  /// The buffer of the last chunk, when no column looks into it any more.
  private var spare: Blob?
  private var decoders: [Int: any RecordDecoder] = [:]
  /// What a table takes from the keys of its records.
  private let keys: RecordKeyDecoder?
  /// The next record's offset in each partition that this worker reads alone.
  private var nextRecord: [Int: Int64] = [:]

  init(
    _ id: Int, columns: [ScanColumn], description: SourceDescription, source: any Source, topology: Topology,
    options: RunOptions, conventions: TextConventions
  ) {
    self.id = id
    self.columns = columns
    self.description = description
    self.source = source
    self.conventions = conventions
    keys = RecordKeyDecoder(description, columns: columns, conventions: conventions)
    batchRows = max(1, options.batchRows)
    keepsPayload = topology.mayFail[id]
    keepsOffsets = topology.mayFail[id] || topology.ordersByOffset[id]
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {}

  func read(_ dealt: DealtChunk, into node: RunningNode, worker: Worker) throws(ExecutionError) {
    worker.position = Position(
      source: Int32(truncatingIfNeeded: id), partition: Int32(truncatingIfNeeded: dealt.chunk.partition),
      chunk: Int32(truncatingIfNeeded: dealt.number), batch: 0, path: 0)
    let first = firstRecord(dealt)
    worker.offsetsAreRelative = first == nil
    let base = first ?? 0
    var records = 0
    switch dealt.chunk.content {
    case .lines(let blob, let range, let isLast):
      records = decode(blob, range, isLast: isLast, dealt, base: base, node: node, worker: worker)
    case .fileRange(let reader, let range, _):
      keepIfUnused()
      let (blob, lines) = try reader.lines(in: range, spare: spare)
      records = decode(blob, lines, isLast: true, dealt, base: base, node: node, worker: worker)
      spare = consume blob
    case .logBatches(let blob, let count, let offsets):
      let run = try spans.records(
        blob, count: count, offsets: offsets, place: description.place.text,
        wantsHeaders: columns.contains { $0.part == .headers })
      records = decode(run, dealt.chunk.partition, node: node, worker: worker)
    case .records(let run):
      records = decode(run, dealt.chunk.partition, node: node, worker: worker)
    case .rows(let batch):
      records = batch.count
      pass(batch, partition: dealt.chunk.partition, base: base, node: node, worker: worker)
    case .watermark: break
    }
    node.counts.received += records
    worker.group.chunkTable.count(records, at: dealt.entry)
    if dealt.isSole { nextRecord[dealt.chunk.partition] = base &+ Int64(records) }
  }

  /// Keeps the buffer for the next chunk only if everything that was decoded from it is gone: rows that wait for other
  /// workers, or whose strings a state has not copied yet, still look into it.
  private func keepIfUnused() {
    if !isKnownUniquelyReferenced(&spare) { spare = nil }
  }

  /// The offset of the chunk's first record; nil while other workers still count the records before it.
  private func firstRecord(_ dealt: DealtChunk) -> Int64? {
    if let known = dealt.chunk.firstRecord { return known }
    if dealt.number == 0 { return dealt.before }
    return dealt.isSole ? nextRecord[dealt.chunk.partition] : nil
  }

  private func decoder(_ partition: Int) -> any RecordDecoder {
    // Only a header makes partitions differ.
    let header = source.header(partition: partition)
    let key = header == nil ? -1 : partition
    if let known = decoders[key] { return known }
    let made = makeDecoder(
      format: description.format, columns: columns, declared: description.declared, header: header,
      conventions: conventions, hasKey: keys != nil)
    decoders[key] = made
    return made
  }

  private func decode(
    _ blob: Blob, _ range: Range<Int>, isLast: Bool, _ dealt: DealtChunk, base: Int64, node: RunningNode, worker: Worker
  ) -> Int {
    let decoder = decoder(dealt.chunk.partition)
    var start = range.lowerBound
    var records = 0
    while start < range.upperBound {
      let decoded = decoder.decode(
        blob, range: start..<range.upperBound, isLast: isLast, maximumRecords: batchRows)
      emit(decoded, blob, nil, dealt.chunk.partition, base: base &+ Int64(records), node: node, worker: worker)
      records += decoded.recordCount
      if decoded.end <= start { break }
      start = decoded.end
      worker.position.batch += 1
    }
    return records
  }

  private func decode(_ run: RecordRun, _ partition: Int, node: RunningNode, worker: Worker) -> Int {
    let decoder = decoder(partition)
    var start = 0
    while start < run.values.count {
      let end = min(start + batchRows, run.values.count)
      let part = run.slice(start..<end)
      let decoded = keys?.decode(part, decoder) ?? decoder.decodeRecords(part.blob, part.values)
      emit(decoded, run.blob, part, partition, base: 0, node: node, worker: worker)
      start = end
      worker.position.batch += 1
    }
    return run.values.count
  }

  private func emit(
    _ decoded: DecodedChunk, _ blob: Blob, _ run: RecordRun?, _ partition: Int, base: Int64, node: RunningNode,
    worker: Worker
  ) {
    reportFailures(decoded, blob, run, base: base, node: node, worker: worker)
    node.counts.filtered += decoded.passedOver
    guard decoded.count > 0 else { return }
    let isPlain = columns.allSatisfy { if case .field = $0.part { true } else { false } }
    let offsets = keepsOffsets || !isPlain ? rowOffsets(decoded, run, base: base) : nil
    var origin = Origin(
      source: Int32(truncatingIfNeeded: id), partition: Int32(truncatingIfNeeded: partition),
      offsets: keepsOffsets ? offsets : nil)
    if keepsPayload { origin.payload = BytesVector(views: decoded.payloads, blob: blob) }
    var made = decoded.columns
    if !isPlain {
      var next = 0
      made = columns.map { column in
        if case .field = column.part {
          next += 1
          return decoded.columns[next - 1]
        }
        return metadata(column, decoded, run, partition: partition, offsets: offsets)
      }
    }
    node.emit(Batch(columns: made, count: decoded.count, origin: origin))
  }

  private func rowOffsets(_ decoded: DecodedChunk, _ run: RecordRun?, base: Int64) -> Vector<Int64> {
    if let run { return decoded.recordNumbers.map { run.offsets.gather($0) } ?? run.offsets }
    let offsets = Vector<Int64>(uninitialized: decoded.count)
    if let numbers = decoded.recordNumbers {
      for row in 0..<decoded.count { offsets.base[row] = base &+ Int64(numbers.base[row]) }
    } else {
      for row in 0..<decoded.count { offsets.base[row] = base &+ Int64(row) }
    }
    return offsets
  }

  /// A part of the record that is not in its value.
  private func metadata(
    _ column: ScanColumn, _ decoded: DecodedChunk, _ run: RecordRun?, partition: Int, offsets: Vector<Int64>?
  ) -> Column {
    let count = decoded.count
    let type = column.field.type
    switch column.part {
    case .partition: return .repeating(.int(Int64(partition)), type: type, count: count)
    case .offset: return offsets.map { Column(.int($0)) } ?? .nulls(type, count: count)
    case .topic: return .repeating(.string(description.place.text), type: type, count: count)
    case .timestamp:
      guard let run else { return .nulls(type, count: count) }
      return Column(.int(decoded.recordNumbers.map { run.timestamps.gather($0) } ?? run.timestamps))
    case .key:
      guard let keys = run?.keys else { return .nulls(type, count: count) }
      return decoded.recordNumbers.map { keys.gather($0) } ?? keys
    case .deletion: return Column(.bool(decoded.deletions ?? Vector(repeating: false, count: count)))
    case .headers:
      guard let headers = run?.headers else { return .nulls(type, count: count) }
      return decoded.recordNumbers.map { headers.gather($0) } ?? headers
    case .field: return .nulls(type, count: count)
    }
  }

  private func reportFailures(
    _ decoded: DecodedChunk, _ blob: Blob, _ run: RecordRun?, base: Int64, node: RunningNode, worker: Worker
  ) {
    node.counts.failed += decoded.failures.count
    for failure in decoded.failures {
      let start = blob.base + Int(failure.payload.offset)
      worker.sideStreams.keep(
        DeadRow(
          position: worker.position, offsetIsRelative: worker.offsetsAreRelative && run == nil,
          offset: run?.offsets[failure.record] ?? base &+ Int64(failure.record), code: .undecodable,
          message: failure.reason, eventTime: nil,
          payload: Array(UnsafeBufferPointer(start: start, count: Int(failure.payload.length)))),
        node: id)
    }
    withExtendedLifetime(blob) {}
  }

  /// Rows that need no decoding: they get their place.
  private func pass(_ batch: Batch, partition: Int, base: Int64, node: RunningNode, worker: Worker) {
    var start = 0
    while start < batch.count {
      let end = min(start + batchRows, batch.count)
      var part = batch.slice(start..<end)
      let offsets = Vector<Int64>(uninitialized: part.count)
      for row in 0..<part.count { offsets.base[row] = base &+ Int64(start + row) }
      part.origin = Origin(
        source: Int32(truncatingIfNeeded: id), partition: Int32(truncatingIfNeeded: partition), offsets: offsets)
      node.emit(part)
      start = end
      worker.position.batch += 1
    }
  }
}
