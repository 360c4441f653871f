// The rows of a batch that join sessions, late ones and those without a time apart. In: the time column and, row by row, the
// watermark of the row's own partition. Out: row numbers. A row is late when its time is not after that watermark less the
// grace, whatever sessions there are (LANGUAGE §2.4): no interleaving of partitions can change it.

import Plan
import Values

struct SessionRows {
  /// The rows that count; nil for all.
  var timely: Vector<Int32>?
  var late: Vector<Int32>
  var outside: Vector<Int32>

  init(_ time: Column, watermarks: Vector<Int64>?, grace: Int64) {
    guard case .int(let times) = time.data else {
      preconditionFailure("a time attribute must be stored as an integer")
    }
    let timely = VectorBuilder<Int32>(capacity: times.count)
    let late = VectorBuilder<Int32>(capacity: 0)
    let outside = VectorBuilder<Int32>(capacity: 0)
    for row in 0..<times.count {
      let number = Int32(truncatingIfNeeded: row)
      if let validity = time.validity, !validity.base[row] {
        outside.append(number)
      } else if let watermark = watermarks?.base[row], watermark > .min,
        times.base[row] <= watermark.subtractingSaturating(grace)
      {
        late.append(number)
      } else {
        timely.append(number)
      }
    }
    let isWhole = late.count == 0 && outside.count == 0
    self.timely = isWhole ? nil : timely.finish()
    self.late = late.finish()
    self.outside = outside.finish()
  }
}

extension SessionWindow {
  /// Whether the sessions of a row can depend on rows that come before it in time and after it in the input: such
  /// sessions are cut when the watermark has passed them.
  var isCutInOrder: Bool { maximum != nil || start != nil || end != nil }
}
