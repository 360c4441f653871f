// Where a batch stands in the canonical order of its step (DESIGN §4): rows of sources by (source, partition, position),
// then rows that fired, by the node that fired them. The order depends on the plan and the log, never on threads.

import Values

/// The place of a batch within its step.
struct Position: Comparable, Sendable {
  /// The scan's node, or `fired` for rows that an operator with state made.
  var source: Int32
  /// The partition of the source, or the node that fired.
  var partition: Int32
  /// Which of the partition's chunks in this step.
  var chunk: Int32
  /// Which batch of the chunk.
  var batch: Int32
  /// Which way through the graph, where ways meet again (a union of a stream with itself).
  var path: Int32

  static let fired = Int32.max

  var isFired: Bool { source == Self.fired }

  static func firing(_ node: Int) -> Position {
    Position(source: fired, partition: Int32(truncatingIfNeeded: node), chunk: 0, batch: 0, path: 0)
  }

  static func < (left: Position, right: Position) -> Bool {
    if left.source != right.source { return left.source < right.source }
    if left.partition != right.partition { return left.partition < right.partition }
    if left.chunk != right.chunk { return left.chunk < right.chunk }
    if left.batch != right.batch { return left.batch < right.batch }
    return left.path < right.path
  }

  /// Whether both are rows that one node fired and that came the same way: such rows are merged by their order keys.
  func isSameFiring(as other: Position) -> Bool {
    isFired && source == other.source && partition == other.partition && path == other.path
  }
}

/// A batch and where it stands. `offsetsAreRelative` while its offsets count from the start of its chunk, because the
/// records of the chunks before it are still being counted by other workers.
struct PlacedBatch: Sendable {
  var batch: Batch
  var position: Position
  var offsetsAreRelative: Bool
}

extension PlacedBatch {
  /// The batches of several workers in canonical order. Those that one node fired become one, merged by order key; so do
  /// the parts of one batch that was split by key, merged by offset.
  static func inOrder(_ batches: [PlacedBatch], types: [DataType]) -> [PlacedBatch] {
    if batches.count <= 1 { return batches.map { merged([$0], types: types) } }
    // Swift's sort is not promised to be stable: the place in the list breaks ties.
    let sorted = batches.enumerated().sorted { left, right in
      left.element.position == right.element.position
        ? left.offset < right.offset : left.element.position < right.element.position
    }.map(\.element)
    var result: [PlacedBatch] = []
    var start = 0
    while start < sorted.count {
      var end = start + 1
      let position = sorted[start].position
      while end < sorted.count,
        sorted[end].position.isSameFiring(as: position) || (!position.isFired && sorted[end].position == position)
      {
        end += 1
      }
      let parts = Array(sorted[start..<end])
      result += position.isFired ? [merged(parts, types: types)] : rejoined(parts, types: types)
      start = end
    }
    return result
  }

  /// The parts of one batch as one, its rows by offset; as they stand where offsets are not known.
  private static func rejoined(_ parts: [PlacedBatch], types: [DataType]) -> [PlacedBatch] {
    guard parts.count > 1, parts.allSatisfy({ $0.batch.origin?.offsets != nil }) else { return parts }
    var whole = parts[0]
    whole.batch = Batch.concatenate(parts.map(\.batch), types: types)
    guard let offsets = whole.batch.origin?.offsets else { return parts }
    let rows = (0..<Int32(truncatingIfNeeded: whole.batch.count)).sorted { left, right in
      let a = offsets.base[Int(left)]
      let b = offsets.base[Int(right)]
      return a == b ? left < right : a < b
    }
    whole.batch = whole.batch.gather(Vector(rows))
    return [whole]
  }

  /// What one node fired at all workers, as one batch sorted by order key where there is one.
  private static func merged(_ parts: [PlacedBatch], types: [DataType]) -> PlacedBatch {
    var result = parts[0]
    guard result.position.isFired else { return result }
    result.batch = Batch.concatenate(parts.map(\.batch), types: types)
    if let order = result.batch.order, let selection = sorting(order) {
      result.batch = result.batch.gather(selection)
    }
    return result
  }

  /// The rows by ascending key, equal keys as they stand; nil when they are sorted already.
  private static func sorting(_ order: BytesVector) -> Vector<Int32>? {
    let bytes = UnsafePointer(order.blob.base)
    let views = order.views.base
    func compare(_ left: Int32, _ right: Int32) -> Int {
      let a = views[Int(left)]
      let b = views[Int(right)]
      return compareBytes(bytes + Int(a.offset), Int(a.length), bytes + Int(b.offset), Int(b.length))
    }
    return withExtendedLifetime(order) {
      var isSorted = true
      var row: Int32 = 1
      while isSorted && row < Int32(truncatingIfNeeded: order.count) {
        isSorted = compare(row - 1, row) <= 0
        row += 1
      }
      if isSorted { return nil }
      var rows = (0..<Int32(truncatingIfNeeded: order.count)).map { $0 }
      rows.sort { left, right in
        let result = compare(left, right)
        return result == 0 ? left < right : result < 0
      }
      return Vector(rows)
    }
  }
}
