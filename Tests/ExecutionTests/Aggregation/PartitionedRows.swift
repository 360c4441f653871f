// Rows of several partitions with disorder, late ones and equal times, fed to an operator in random steps. In: a seed. Out:
// batches and the merged watermark after each step.

import Values

@testable import Execution

/// Rows of several partitions, with the watermark before each.
struct PartitionedRows {
  var partitions: [[TestRow]] = []
  let delay: Int64

  init(rows: [TestRow]) {
    partitions = [rows]
    delay = 0
  }

  init(_ random: inout DriveNumbers) {
    delay = Int64(random.below(6))
    for partition in 0..<1 + random.below(3) {
      var rows: [TestRow] = []
      var watermark = Int64.min
      var time = Int64(random.below(10)) - 20
      for offset in 0..<random.below(60) {
        time += Int64(random.below(3))
        let ts: Int64? = random.chance(12) ? nil : time - (random.chance(3) ? Int64(random.below(12)) : 0)
        rows.append(
          TestRow(
            k: random.chance(8) ? nil : Int64(random.below(3)), x: random.chance(6) ? nil : Int64(random.below(9)) - 4,
            ts: ts, watermark: watermark, partition: Int32(partition), offset: Int64(offset)))
        if let ts { watermark = max(watermark, ts - delay) }
      }
      partitions.append(rows)
    }
  }

  /// Feeds all rows in random steps and batches; hands the merged watermark on after each.
  func feed(_ random: inout DriveNumbers, _ batch: (Batch) throws -> Void, _ step: (Int64, Bool) throws -> Void) throws
  {
    var next = partitions.map { _ in 0 }
    let largest = 1 + random.below(20)
    while true {
      for (partition, rows) in partitions.enumerated() where next[partition] < rows.count {
        let end = min(rows.count, next[partition] + random.below(largest + 1))
        if end > next[partition] { try batch(TestRow.batch(Array(rows[next[partition]..<end]))) }
        next[partition] = end
      }
      let isLast = zip(next, partitions).allSatisfy { $0 == $1.count }
      let watermarks = zip(next, partitions).map { next, rows in
        rows[..<next].compactMap(\.ts).max().map { $0 - delay } ?? Int64.min
      }
      try step(isLast ? Int64.max : watermarks.min() ?? Int64.min, isLast)
      if isLast { return }
    }
  }
}
