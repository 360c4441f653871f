// The contract of a place that records come from. In: how much to take. Out: chunks, each of one partition and in its order,
// and positions to come back to. The coordinator takes chunks; workers read and decode what is in them.

import Values

/// A place in a partition: everything before it was taken.
package struct SourcePosition: Hashable, Sendable {
  /// What the source goes by: a byte of a file, an offset of a topic.
  package var next: Int64
  /// The records before it, which are what messages count.
  package var records: Int64

  package init(next: Int64 = 0, records: Int64 = 0) {
    self.next = next
    self.records = records
  }
}

/// A stretch of one partition.
package struct Chunk: Sendable {
  package enum Content: Sendable {
    /// Whole lines of a blob; `isLast` when a last line may lack its newline.
    case lines(Blob, Range<Int>, isLast: Bool)
    /// The lines of a file that start within these bytes: read by whoever decodes them.
    case fileRange(FileReader, Range<Int64>, isLast: Bool)
    /// Batches of a log, of which the records with these offsets count.
    case logBatches(Blob, count: Int, Range<Int64>)
    /// Records that are cut apart already.
    case records(RecordRun)
    /// Rows that need no decoding.
    case rows(Batch)
    /// No row before this time comes any more in the partition.
    case watermark(Int64)
  }

  package var partition: Int
  package var content: Content
  /// The offset of the first record; nil when the records before it must be counted.
  package var firstRecord: Int64?

  package init(partition: Int, content: Content, firstRecord: Int64? = nil) {
    self.partition = partition
    self.content = content
    self.firstRecord = firstRecord
  }
}

/// Records of a topic: parallel columns over one blob.
package struct RecordRun: Sendable {
  package var blob: Blob
  package var values: Vector<ByteView>
  /// Which records have a value; nil when all do.
  package var hasValue: Vector<Bool>?
  /// Views of the keys; nil when no record has one. A record without a key is not valid.
  package var keys: Column?
  /// The headers of each record, where a column wants them.
  package var headers: Column?
  package var offsets: Vector<Int64>
  /// Microseconds since 1970.
  package var timestamps: Vector<Int64>

  package init(
    blob: Blob, values: Vector<ByteView>, hasValue: Vector<Bool>? = nil, keys: Column?, offsets: Vector<Int64>,
    timestamps: Vector<Int64>
  ) {
    self.blob = blob
    self.values = values
    self.hasValue = hasValue
    self.keys = keys
    self.offsets = offsets
    self.timestamps = timestamps
  }

  /// The records of `range`, without a copy.
  func slice(_ range: Range<Int>) -> RecordRun {
    var part = RecordRun(
      blob: blob, values: values.slice(range), hasValue: hasValue?.slice(range), keys: keys?.slice(range),
      offsets: offsets.slice(range), timestamps: timestamps.slice(range))
    part.headers = headers?.slice(range)
    return part
  }
}

/// A bound on what is taken at once.
package struct ChunkBound: Hashable, Sendable {
  package var bytes: Int
  package var records: Int
  /// The position at which a replay must stop; nil to take what there is.
  package var end: Int64?

  package init(bytes: Int, records: Int, end: Int64? = nil) {
    self.bytes = bytes
    self.records = records
    self.end = end
  }
}

/// A running source. Called by the coordinator only.
package protocol Source: AnyObject {
  var partitionCount: Int { get }
  /// How the first records of a partition say what its columns are; nil when the plan alone does.
  func header(partition: Int) -> [UInt8]?
  /// The next chunk of the partition; nil when nothing is waiting.
  func take(partition: Int, bound: ChunkBound) throws(ExecutionError) -> Chunk?
  /// Whether the partition is bounded and was taken to its end.
  func isFinished(partition: Int) -> Bool
  /// Where the next chunk starts, in the source's own terms.
  func next(partition: Int) -> Int64
  func seek(partition: Int, to next: Int64) throws(ExecutionError)
  /// The place of a record as a user would look for it: file and line, topic, partition and offset.
  func place(partition: Int, offset: Int64?) -> String
  /// What is known to wait behind what was taken: bytes of files, records of topics.
  var backlog: Int64 { get }
}

extension Source {
  package func header(partition: Int) -> [UInt8]? { nil }
  package var backlog: Int64 { 0 }
}
