// Rows and records given by the program itself: tests, TEST statements, VALUES. In: batches, records, watermarks, each for a
// partition. Out: the same as chunks. Everything given is kept, so that a run can be resumed.

import Schemas
import Values

/// A record as a program gives it.
package struct GivenRecord: Sendable {
  package var key: [UInt8]?
  package var value: [UInt8]?

  package init(key: [UInt8]? = nil, value: [UInt8]?) {
    self.key = key
    self.value = value
  }
}

package final class MemorySource: Source {
  private enum Item {
    case rows(Batch)
    /// Records without their offsets, which follow from where they stand.
    case records(RecordRun)
    case watermark(Int64)

    /// How far the partition's position moves.
    var count: Int {
      switch self {
      case .rows(let batch): batch.count
      case .records(let run): run.values.count
      case .watermark: 1
      }
    }
  }

  private struct Partition {
    var items: [Item] = []
    var item = 0
    /// Rows or records taken of the current item.
    var taken = 0
    var next: Int64 = 0
    var records: Int64 = 0
  }

  private let name: String
  private var partitions: [Partition]
  /// Whether no more will be given, so that what is there is all.
  package private(set) var isClosed: Bool

  package init(name: String = "memory", partitions: Int = 1, isClosed: Bool = false) {
    self.name = name
    self.partitions = Array(repeating: Partition(), count: max(1, partitions))
    self.isClosed = isClosed
  }

  /// Constant rows.
  init(rows: [[Value]], schema: Schema) {
    name = "VALUES"
    isClosed = true
    let columns = schema.fields.indices.map { index in
      Column(rows.map { index < $0.count ? $0[index] : .null }, type: schema[index].type)
    }
    partitions = [Partition(items: rows.isEmpty ? [] : [.rows(Batch(columns: columns, count: rows.count))])]
  }

  /// Rows of the scan's columns.
  package func push(_ batch: Batch, partition: Int = 0) {
    if batch.count > 0 { partitions[partition].items.append(.rows(batch)) }
  }

  /// Records that the source's format decodes, as those of a topic.
  package func push(records: [[UInt8]], partition: Int = 0) {
    push(records.map { GivenRecord(value: $0) }, partition: partition)
  }

  /// Records with their keys; one without a value deletes, where the source is a table.
  package func push(_ records: [GivenRecord], partition: Int = 0) {
    guard !records.isEmpty else { return }
    let strings = BytesVector(records.map { $0.value ?? [] } + records.map { $0.key ?? [] })
    let views = strings.views
    let (count, both) = (records.count, views.count)
    var keys: Column?
    if records.contains(where: { $0.key != nil }) {
      keys = Column(
        .bytes(BytesVector(views: views.slice(count..<both), blob: strings.blob)),
        validity: Vector(records.map { $0.key != nil }))
    }
    let lacksValue = records.contains { $0.value == nil }
    partitions[partition].items.append(
      .records(
        RecordRun(
          blob: strings.blob, values: views.slice(0..<count),
          hasValue: lacksValue ? Vector(records.map { $0.value != nil }) : nil, keys: keys,
          offsets: Vector(repeating: 0, count: count), timestamps: Vector(repeating: 0, count: count))))
  }

  /// From here on no row of the partition lies before `watermark`.
  package func advance(to watermark: Int64, partition: Int = 0) {
    partitions[partition].items.append(.watermark(watermark))
  }

  /// Ends the input.
  package func close() { isClosed = true }

  package var partitionCount: Int { partitions.count }

  package var backlog: Int64 {
    partitions.reduce(0) { sum, partition in
      sum + partition.items[partition.item...].reduce(0) { $0 + Int64($1.count) } - Int64(partition.taken)
    }
  }

  package func isFinished(partition: Int) -> Bool {
    isClosed && partitions[partition].item == partitions[partition].items.count
  }

  package func next(partition: Int) -> Int64 { partitions[partition].next }

  package func seek(partition: Int, to next: Int64) throws(ExecutionError) {
    let items = partitions[partition].items
    var state = Partition(items: items)
    while state.next < next, state.item < items.count {
      let count = min(Int64(items[state.item].count), next - state.next)
      if case .watermark = items[state.item] {} else { state.records += count }
      state.next += count
      state.taken = Int(count)
      if state.taken == items[state.item].count {
        state.item += 1
        state.taken = 0
      }
    }
    partitions[partition] = state
  }

  package func place(partition: Int, offset: Int64?) -> String {
    let place = partitions.count > 1 ? "\(name), partition \(partition)" : name
    return offset.map { "\(place), record \($0 + 1)" } ?? place
  }

  package func take(partition index: Int, bound: ChunkBound) throws(ExecutionError) -> Chunk? {
    var state = partitions[index]
    guard state.item < state.items.count else { return nil }
    let item = state.items[state.item]
    var count = min(item.count - state.taken, max(bound.records, 1))
    if let end = bound.end { count = min(count, Int(end - state.next)) }
    guard count > 0 else { return nil }
    let range = state.taken..<(state.taken + count)
    let chunk = Chunk(partition: index, content: content(item, range, state.records), firstRecord: state.records)
    if case .watermark = item {} else { state.records += Int64(count) }
    state.next += Int64(count)
    state.taken += count
    if state.taken == item.count {
      state.item += 1
      state.taken = 0
    }
    partitions[index] = state
    return chunk
  }

  private func content(_ item: Item, _ range: Range<Int>, _ first: Int64) -> Chunk.Content {
    switch item {
    case .rows(let batch): return .rows(batch.slice(range))
    case .watermark(let time): return .watermark(time)
    case .records(let run):
      let offsets = Vector<Int64>(uninitialized: range.count)
      for row in 0..<range.count { offsets.base[row] = first + Int64(row) }
      var part = run.slice(range)
      part.offsets = offsets
      return .records(part)
    }
  }
}
