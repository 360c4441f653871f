// What can go wrong with the log, as values: every case says its cause, and its description tells a person what to do.
// In: facts from storage, from bytes and from callers. Out: one closed set of errors. Never: an errno without a sentence.

/// The one error type of the log.
package enum LogError: Error, Equatable, Sendable {
  /// The disk refused an operation. Remedy: the reason says it (free space, fix permissions, look at the device).
  case storage(StorageFailure)
  /// Another process has the folder open for writing. Remedy: stop it, or open the folder read-only.
  case locked(path: String, holder: String)
  /// A read-only open of a folder that no log was ever made in.
  case notADataFolder(String)
  /// A change was asked of a log that was opened read-only.
  case readOnly(String)
  /// The log, or the topic, was closed or deleted before the call.
  case closed
  /// A file was written by a version that this one does not know.
  case unsupportedFormat(file: String, found: String)
  /// A metadata file whose checksum or content is wrong. Remedy: restore it from a copy; it is not derivable.
  case damagedMetadata(file: String, reason: String)
  /// A topic name that cannot be a folder's name.
  case invalidTopicName(String, reason: String)
  /// The name is taken.
  case topicExists(String)
  /// No topic has this name.
  case unknownTopic(String, known: [String])
  /// The topic has fewer partitions than that.
  case unknownPartition(topic: String, partition: Int, count: Int)
  /// A topic needs between 1 and 10,000 partitions.
  case invalidPartitionCount(Int)
  /// A topic's configuration that is unknown, malformed or not supported.
  case invalidConfiguration(key: String, value: String, reason: String)
  /// Bytes handed to the log that are no record batch; nothing was written.
  case invalidBatch(BatchFault)
  /// A batch or record over the limit; nothing was written.
  case batchTooLarge(bytes: Int, limit: Int)
  /// An offset before the log's start or after its end.
  case offsetOutOfRange(partition: String, offset: Int64, start: Int64, end: Int64)
  /// Acknowledged records that can no longer be read. Offsets before and after the damage are still served.
  case corrupt(Damage)
  /// A batch in a compression that this version cannot read.
  case unsupportedCompression(codec: String, place: String)
  /// A producer with a newer epoch has taken over.
  case producerFenced(partition: String, producerID: Int64, epoch: Int16, current: Int16)
  /// A producer's batch that does not follow its last one.
  case outOfOrderSequence(partition: String, producerID: Int64, expected: Int32, found: Int32)
  /// A failed sync or a failed undo of a write: the partition serves reads only until the log is opened again.
  case partitionFailed(partition: String, cause: String)
}

/// A refused disk operation.
package struct StorageFailure: Equatable, Sendable {
  /// What was tried.
  package enum Operation: String, Sendable {
    case open, read, write, sync, truncate, rename, remove, list, measure, lock
    case createDirectory = "create the folder"
    case syncDirectory = "sync the folder"
  }

  /// Why it was refused, as far as a caller acts on it.
  package enum Reason: Equatable, Sendable {
    case noSpace, tooLarge, notFound, notPermitted, readOnlyDisk, tooManyOpenFiles
    case other(String)
  }

  package let operation: Operation
  package let path: String
  package let reason: Reason

  package init(_ operation: Operation, _ path: String, _ reason: Reason) {
    self.operation = operation
    self.path = path
    self.reason = reason
  }
}

/// A stretch of a segment file that held acknowledged records and no longer reads as batches.
package struct Damage: Equatable, Sendable {
  /// The segment file.
  package let file: String
  /// The bytes of the file that are lost; empty when the file ends too early.
  package let positions: Range<Int>
  /// The offsets that are lost: reading can go on at the upper bound.
  package let offsets: Range<Int64>
  /// What is wrong with the first bytes.
  package let reason: String
}

/// Why some bytes are not a record batch.
package enum BatchFault: Error, Equatable, Sendable {
  /// Fewer bytes than the header or the batch needs: a torn tail, or the end.
  case truncated
  /// Nothing but zeros where a batch should begin: preallocated or never written space.
  case zeros
  case unknownMagic(UInt8)
  case impossibleLength(Int)
  case checksumMismatch(stored: UInt32, computed: UInt32)
  case unexpectedOffset(expected: Int64, found: Int64)
  case impossibleCount(records: Int32, lastOffsetDelta: Int32)
  case empty
  /// The records do not fill their section exactly, or one of them is malformed.
  case malformedRecord(index: Int, at: Int)
  case compressed(codec: Int)
}

extension BatchFault: CustomStringConvertible {
  package var description: String {
    switch self {
    case .truncated: "the batch is cut short"
    case .zeros: "there are only zeros"
    case .unknownMagic(let magic): "the batch format is \(magic), only 2 is known"
    case .impossibleLength(let length): "the batch length \(length) is impossible"
    case .checksumMismatch(let stored, let computed):
      "the checksum is \(String(stored, radix: 16)), the bytes give \(String(computed, radix: 16))"
    case .unexpectedOffset(let expected, let found): "the batch has offset \(found) where \(expected) was due"
    case .impossibleCount(let records, let delta): "\(records) records cannot span \(Int64(delta) + 1) offsets"
    case .empty: "the batch has no records"
    case .malformedRecord(let index, let position): "record \(index) of the batch is malformed at byte \(position)"
    case .compressed(let codec): "the batch is compressed with \(RecordBatchHeader.codecName(codec))"
    }
  }
}

extension StorageFailure: CustomStringConvertible {
  package var description: String {
    let action = "cannot \(operation.rawValue) `\(path)`: "
    return switch reason {
    case .noSpace: action + "no space is left on the disk; free some and try again"
    case .tooLarge: action + "the file would pass the size limit of the file system or of this process (`ulimit -f`)"
    case .notFound: action + "it does not exist"
    case .notPermitted: action + "permission is denied; check who owns the folder"
    case .readOnlyDisk: action + "the file system is mounted read-only"
    case .tooManyOpenFiles: action + "too many files are open; raise the limit (`ulimit -n`)"
    case .other(let text): action + text
    }
  }
}

extension LogError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .storage(let failure): return failure.description
    case .locked(let path, let holder):
      return "the data folder is in use: `\(path)` is held by \(holder); stop that process first, "
        + "or give this one another folder"
    case .notADataFolder(let path):
      return "`\(path)` holds no log; create a topic in it first, or name the right data folder"
    case .readOnly(let attempt): return "cannot \(attempt): the log was opened read-only"
    case .closed: return "the log or topic has been closed"
    case .unsupportedFormat(let file, let found):
      return "`\(file)` has format \(found), which this version does not know; use the version that wrote it"
    case .damagedMetadata(let file, let reason):
      return "`\(file)` is damaged (\(reason)); restore it from a copy of the folder"
    case .invalidTopicName(let name, let reason): return "`\(name)` cannot be a topic name: \(reason)"
    case .topicExists(let name): return "the topic `\(name)` exists already"
    case .unknownTopic(let name, let known):
      let names = known.prefix(8).map { "`\($0)`" }.joined(separator: ", ")
      return "there is no topic `\(name)`" + (known.isEmpty ? "; the log has no topics yet" : "; there are \(names)")
        + (known.count > 8 ? " and \(known.count - 8) more" : "")
    case .unknownPartition(let topic, let partition, let count):
      return "the topic `\(topic)` has no partition \(partition): it has \(count), numbered from 0"
    case .invalidPartitionCount(let count):
      return "a topic cannot have \(count) partitions; ask for 1 to \(EventLog.maxPartitions)"
    case .invalidConfiguration(let key, let value, let reason): return "`\(key)=\(value)`: \(reason)"
    default: return dataDescription
    }
  }

  /// The cases that concern records rather than folders and topics.
  private var dataDescription: String {
    switch self {
    case .invalidBatch(let fault): "these bytes are no record batch: \(fault)"
    case .batchTooLarge(let bytes, let limit):
      "\(bytes) bytes are too many for one batch (limit \(limit)); send the records in smaller batches"
    case .offsetOutOfRange(let partition, let offset, let start, let end):
      "\(partition) has no offset \(offset): it begins at \(start) and the next record will be \(end)"
    case .corrupt(let damage):
      "records \(damage.offsets.lowerBound) to \(damage.offsets.upperBound - 1) are damaged in `\(damage.file)` at byte "
        + "\(damage.positions.lowerBound): \(damage.reason); restore the file from a copy, or read on from offset "
        + "\(damage.offsets.upperBound)"
    case .unsupportedCompression(let codec, let place):
      "\(place) is compressed with \(codec), which this version cannot read; produce it uncompressed"
    case .producerFenced(let partition, let id, let epoch, let current):
      "producer \(id) of epoch \(epoch) may no longer write to \(partition): epoch \(current) has taken over"
    case .outOfOrderSequence(let partition, let id, let expected, let found):
      "producer \(id) sent sequence \(found) to \(partition) where \(expected) was due: a batch is missing or late"
    case .partitionFailed(let partition, let cause):
      "\(partition) stopped accepting records: \(cause); look at the disk, then open the log again, which "
        + "re-reads what is really on it"
    default: "the log failed"
    }
  }
}
