// Batches of the log as parallel columns of records. In: bytes that a partition gave. Out: places of values and keys in
// them, offsets, times. Copies no record. Belongs to one worker.

import EventLog
import Plan
import Values

final class LogBatchReader {
  private let spans = RecordSpans()

  /// The records with the given offsets among those of whole batches; with their headers where those are wanted.
  func records(
    _ blob: Blob, count: Int, offsets: Range<Int64>, place: String, wantsHeaders: Bool
  ) throws(ExecutionError) -> RecordRun {
    var headers: Column?
    do throws(BatchFault) {
      let bytes = UnsafeRawBufferPointer(start: blob.base, count: count)
      try spans.fill(bytes, from: offsets.lowerBound)
      if wantsHeaders { headers = try Self.headers(bytes, offsets) }
    } catch {
      throw .log("a batch of `\(place)` cannot be read: \(error)")
    }
    var rows = spans.count
    while rows > 0 && spans.offsets[rows - 1] >= offsets.upperBound { rows -= 1 }
    let values = Vector<ByteView>(uninitialized: rows)
    let keys = Vector<ByteView>(uninitialized: rows)
    let hasKey = Vector<Bool>(uninitialized: rows)
    let places = Vector<Int64>(uninitialized: rows)
    let times = Vector<Int64>(uninitialized: rows)
    let hasValue = Vector<Bool>(uninitialized: rows)
    var keyCount = 0
    var valueCount = 0
    for row in 0..<rows {
      values.base[row] = Self.view(spans.valueStarts[row], spans.valueLengths[row])
      keys.base[row] = Self.view(spans.keyStarts[row], spans.keyLengths[row])
      hasKey.base[row] = spans.keyLengths[row] >= 0
      keyCount += hasKey.base[row] ? 1 : 0
      hasValue.base[row] = spans.valueLengths[row] >= 0
      valueCount += hasValue.base[row] ? 1 : 0
      places.base[row] = spans.offsets[row]
      times.base[row] = spans.timestamps[row] &* 1000
    }
    let keyColumn =
      keyCount == 0
      ? nil : Column(.bytes(BytesVector(views: keys, blob: blob)), validity: keyCount == rows ? nil : hasKey)
    var run = RecordRun(
      blob: blob, values: values, hasValue: valueCount == rows ? nil : hasValue, keys: keyColumn, offsets: places,
      timestamps: times)
    run.headers = headers
    return run
  }

  /// The headers of each record with one of the offsets: on the cold path, for few queries read them.
  private static func headers(_ bytes: UnsafeRawBufferPointer, _ offsets: Range<Int64>) throws(BatchFault) -> Column {
    let column = ColumnBuilder(RecordPart.headersType)
    var position = 0
    while position < bytes.count {
      let batch = try RecordBatch(UnsafeRawBufferPointer(rebasing: bytes[position...]), verifying: false)
      var cursor = try batch.records()
      while try cursor.next() {
        guard offsets.contains(cursor.offset) else { continue }
        var values: [Value] = []
        var walk = cursor.headers
        while let (name, value) = walk.next() {
          values.append(
            .row([.string(String(decoding: name, as: UTF8.self)), value.map { .bytes(Array($0)) } ?? .null]))
        }
        column.append(.array(values))
      }
      position += batch.bytes.count
    }
    return column.finish()
  }

  /// A missing value or key is an empty view.
  private static func view(_ start: UInt32, _ length: Int32) -> ByteView {
    length <= 0 ? ByteView(offset: 0, length: 0) : ByteView(offset: start, length: UInt32(length))
  }
}
