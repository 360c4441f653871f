// Reads everything in a data folder and says what is not as it should be.
// In: a folder, at rest or beside its writer. Out: findings. Never: a change, or a finding about a tail still being written.

/// Verifies a log: checksums, every record, the chain of offsets, and the saved indexes against the files they speak of.
package struct LogChecker {
  /// One thing that is wrong.
  package struct Finding: Equatable, Sendable {
    package enum Kind: String, Sendable {
      case damagedBatch = "damaged batch"
      case malformedRecord = "malformed record"
      case missingOffsets = "missing offsets"
      case tornTail = "torn tail"
      case wrongIndex = "wrong index"
      case damagedMetadata = "damaged metadata"
    }

    package let kind: Kind
    package let file: String
    /// The byte in the file.
    package let position: Int
    /// The offset that is due there.
    package let offset: Int64
    package let explanation: String
  }

  /// What a check came to.
  package struct Report: Equatable, Sendable {
    package var findings: [Finding] = []
    package var segments = 0
    package var batches = 0
    package var records = 0
    package var bytes = 0
  }

  private let storage: any Storage
  private let folder: String

  package init(folder: String, storage: any Storage = FileStorage()) {
    self.folder = folder
    self.storage = storage
  }

  /// Reads all topics, all partitions, all segments.
  package func check() throws(LogError) -> Report {
    var report = Report()
    let topics = folder + "/topics"
    guard storage.exists(folder + "/cluster.meta") else { throw .notADataFolder(folder) }
    checkMetadata(folder + "/cluster.meta", kind: "cluster", &report)
    for name in try storage.list(topics) where (try? TopicConfiguration.checkName(name)) != nil {
      checkMetadata(topics + "/\(name)/topic.meta", kind: "topic", &report)
      for partition in try storage.list(topics + "/" + name) where Int(partition) != nil {
        try check(partition: topics + "/\(name)/\(partition)", &report)
      }
    }
    return report
  }

  private func checkMetadata(_ path: String, kind: String, _ report: inout Report) {
    do throws(LogError) {
      _ = try MetadataFile.read(storage, path, kind: kind, version: 1)
    } catch {
      report.findings.append(
        Finding(kind: .damagedMetadata, file: path, position: 0, offset: 0, explanation: error.description))
    }
  }

  private func check(partition: String, _ report: inout Report) throws(LogError) {
    let bases = try storage.list(partition).filter { $0.hasSuffix(".log") }.compactMap { Int64($0.dropLast(4)) }
    let durable = max(CheckpointFile.read(storage, folder: partition)?.durable ?? 0, bases.last ?? 0)
    for (i, base) in bases.enumerated() {
      let next = i + 1 < bases.count ? bases[i + 1] : durable
      try check(segment: partition + "/" + Segment.name(base), base, next, isLast: i + 1 == bases.count, &report)
    }
  }

  private func check(
    segment path: String, _ base: Int64, _ next: Int64, isLast: Bool, _ report: inout Report
  ) throws(LogError) {
    let log = path + ".log"
    let scan = try SegmentScan(try storage.open(log, .read), log)
    var index = SegmentIndex(baseOffset: base)
    var summary = SegmentSummary(endOffset: base)
    var tally = report
    let outcome = try scan.walkAll(from: 0, expecting: base, durable: next) { batch, position in
      tally.batches += 1
      index.note(batch.header, at: position, maxTimestamp: summary.maxTimestamp)
      summary.maxTimestamp = max(summary.maxTimestamp, batch.header.maxTimestamp)
      do throws(BatchFault) {
        var cursor = try batch.records()
        while try cursor.next() { tally.records += 1 }
      } catch {
        tally.findings.append(
          Finding(
            kind: .malformedRecord, file: log, position: position, offset: batch.header.baseOffset,
            explanation: error.description))
      }
    }
    report = tally
    report.segments += 1
    report.bytes += scan.size
    for damage in outcome.damages {
      report.findings.append(
        Finding(
          kind: .damagedBatch, file: log, position: damage.positions.lowerBound, offset: damage.offsets.lowerBound,
          explanation: LogError.corrupt(damage).description))
    }
    if let fault = outcome.tornTail, isLast {
      report.findings.append(
        Finding(
          kind: .tornTail, file: log, position: outcome.position, offset: outcome.endOffset,
          explanation: "\(fault); the next writer cuts it off"))
    }
    if outcome.endOffset < next {
      report.findings.append(
        Finding(
          kind: .missingOffsets, file: log, position: outcome.position, offset: outcome.endOffset,
          explanation: "records \(outcome.endOffset) to \(next - 1) are missing"))
    }
    checkIndex(path, index, size: scan.size, isComplete: outcome.damages.isEmpty, &report)
  }

  /// An index that covers the file as it is must say what a scan says; an older one is not used by anybody.
  private func checkIndex(
    _ path: String, _ scanned: SegmentIndex, size: Int, isComplete: Bool, _ report: inout Report
  ) {
    guard isComplete,
      let (summary, _) = SegmentIndexFile.summary(storage, path + ".index", baseOffset: scanned.baseOffset),
      summary.size == size
    else { return }
    if SegmentIndexFile.load(storage, path, baseOffset: scanned.baseOffset) == scanned { return }
    report.findings.append(
      Finding(
        kind: .wrongIndex, file: path + ".index", position: 0, offset: scanned.baseOffset,
        explanation: "it disagrees with the log; remove the file and it is made again"))
  }
}
