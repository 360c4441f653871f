// Records to lines. In: partitions and where to start. Out: values on standard output as they are, `null` for a record that
// has none, partition after partition in turns of one read, each in its order. With `follows` it waits for more, from whatever process.

import EventLog
import Glibc

/// Where a reading starts.
enum ConsumeStart: Equatable {
  case beginning, end
  case offset(Int64)
  /// Milliseconds since 1970.
  case time(Int64)

  init(_ text: String?) throws(EngineError) {
    switch text {
    case nil, "beginning": self = .beginning
    case "end": self = .end
    case let text?:
      if let offset = Int64(text), offset >= 0 {
        self = .offset(offset)
      } else if let milliseconds = InstantText.milliseconds(text) {
        self = .time(milliseconds)
      } else {
        throw EngineError(
          "`--from \(text)` is neither an offset nor a time",
          advice: "give a number, a time in UTC as in `--from '2026-01-01 10:00:00'`, `beginning` or `end`",
          status: .wrongUsage)
      }
    }
  }
}

/// One run of `consume`.
final class RecordConsumer {
  private struct Reading {
    var partition: Partition
    var offset: Int64
  }

  private let console: Console
  private let options: ConsumeOptions
  private var readings: [Reading] = []
  private var left: Int64
  private var status = ExitStatus.done
  private let spans = RecordSpans()
  private var lines: [UInt8] = []

  init(_ partitions: [Partition], start: ConsumeStart, options: ConsumeOptions, console: Console) throws {
    self.console = console
    self.options = options
    left = options.limit ?? Int64.max
    for partition in partitions {
      let offset: Int64
      switch start {
      case .beginning: offset = partition.logStart
      case .end: offset = partition.endOffset
      case .offset(let wanted): offset = min(max(wanted, partition.logStart), partition.endOffset)
      case .time(let time): offset = try partition.offset(forTime: time, visibility: .written) ?? partition.endOffset
      }
      readings.append(Reading(partition: partition, offset: offset))
    }
  }

  func run() throws -> ExitStatus {
    var pause: UInt32 = 1000
    // Without --follow the end is where the topic ended when we came.
    let ends = readings.map { options.follows ? Int64.max : $0.partition.endOffset }
    while left > 0, !InterruptFlag.isRaised, !console.isOutputClosed {
      var hasMoved = false
      for index in readings.indices where left > 0 && readings[index].offset < ends[index] {
        if try readSome(index, before: ends[index]) { hasMoved = true }
        if console.isOutputClosed { return status }
      }
      if hasMoved {
        pause = 1000
        continue
      }
      guard options.follows else { break }
      console.flush()
      if Self.isReaderGone { break }
      usleep(pause)
      pause = min(pause * 2, 50_000)
      for reading in readings { try reading.partition.refresh() }
    }
    console.flush()
    return status
  }

  /// Prints what one read brings; returns whether it brought anything.
  private func readSome(_ index: Int, before end: Int64) throws -> Bool {
    let reading = readings[index]
    let bytes: LogBytes
    do throws(LogError) {
      bytes = try reading.partition.read(from: reading.offset, maxBytes: 1 << 20, visibility: .written)
    } catch {
      readings[index].offset = try offset(after: error, at: reading.offset)
      return true
    }
    guard bytes.count > 0 else { return false }
    do {
      try spans.fill(bytes.bytes, from: reading.offset)
    } catch {
      throw LogError.invalidBatch(error)
    }
    withExtendedLifetime(bytes) { write(bytes.bytes, of: reading.partition, before: end) }
    readings[index].offset = bytes.nextOffset
    return true
  }

  /// Where to go on after records that cannot be read; what is no longer there is passed over.
  private func offset(after error: LogError, at offset: Int64) throws -> Int64 {
    switch error {
    case .corrupt(let damage):
      console.error("error: \(error)\n")
      status = .failed
      return max(damage.offsets.upperBound, offset + 1)
    case .offsetOutOfRange(let partition, _, let start, _):
      guard start > offset else { throw error }
      console.error("warning: records \(offset) to \(start - 1) of \(partition) are past their retention\n")
      return start
    default: throw error
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, of partition: Partition, before end: Int64) {
    lines.removeAll(keepingCapacity: true)
    for row in 0..<spans.count where left > 0 && spans.offsets[row] < end {
      left -= 1
      if options.showsMetadata { appendMetadata(row, bytes, partition) }
      if spans.valueLengths[row] < 0 { lines += "null".utf8 }
      if spans.valueLengths[row] > 0 {
        let start = Int(spans.valueStarts[row])
        lines.append(contentsOf: bytes[start..<start + Int(spans.valueLengths[row])])
      }
      lines.append(10)
    }
    console.output(bytes: lines)
  }

  private func appendMetadata(_ row: Int, _ bytes: UnsafeRawBufferPointer, _ partition: Partition) {
    lines += "\(partition.index)\t\(spans.offsets[row])\t".utf8
    lines += "\(InstantText.iso(milliseconds: spans.timestamps[row]))\t".utf8
    if spans.keyLengths[row] > 0 {
      let start = Int(spans.keyStarts[row])
      for byte in bytes[start..<start + Int(spans.keyLengths[row])] {
        switch byte {
        case 9: lines += "\\t".utf8
        case 10: lines += "\\n".utf8
        case UInt8(ascii: "\\"): lines += "\\\\".utf8
        default: lines.append(byte)
        }
      }
    }
    lines.append(9)
  }

  /// Whether nobody reads standard output any more: a quiet topic would never let us find out by writing.
  private static var isReaderGone: Bool {
    var request = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&request, 1, 0) > 0 && request.revents & Int16(POLLERR | POLLNVAL) != 0
  }
}
