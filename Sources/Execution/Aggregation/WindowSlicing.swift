// The rows of a batch by slice of time, late ones and those in no window apart. In: the time column and, row by row, the
// watermark of the row's own partition. Out: row numbers. Lateness is decided here and depends on the log alone (DESIGN §5).

import Plan
import Values

/// Where rows are folded in: a slice of time, and the first window that may still see them.
///
/// Rows that come when some of their windows are closed for their partition, and some not, must not reach the closed ones
/// even where the merged watermark lags behind: they lie in a slice of their own, with the first window they count in.
struct SliceKey: Hashable, Comparable {
  var start: Int64
  /// The end of the first window that counts these rows; `Int64.min` when all do.
  var firstEnd: Int64

  static func < (left: SliceKey, right: SliceKey) -> Bool {
    (left.start, left.firstEnd) < (right.start, right.firstEnd)
  }
}

/// The rows of one batch, sorted out.
struct SlicedRows {
  /// Rows of each slice, in order of arrival; nil stands for all rows of the batch.
  var slices: [(key: SliceKey, rows: Vector<Int32>?)]
  var late: Vector<Int32>
  /// Rows whose time is NULL or falls in a gap between windows.
  var outside: Vector<Int32>
}

struct WindowSlicing {
  let arithmetic: WindowArithmetic
  private let grace: Int64

  init(_ window: AlignedWindow, grace: Int64) {
    arithmetic = WindowArithmetic(window, grace: grace)
    self.grace = grace
  }

  /// The slicing of an assignment to windows that are the same for all rows; sessions have operators of their own.
  init(_ assignment: WindowAssignment) {
    guard let window = assignment.aligned else { preconditionFailure("sessions have no slices") }
    self.init(window, grace: assignment.grace)
  }

  func slice(_ time: Column, watermarks: Vector<Int64>?) -> SlicedRows {
    guard case .int(let times) = time.data else {
      preconditionFailure("a time attribute must be stored as an integer")
    }
    if !arithmetic.zone.isUniversal {
      let reached = watermarks.map(localProgress)
      return sortOut(arithmetic.zone.local(times), validity: time.validity, reached)
    }
    if time.validity == nil, times.count > 0, let key = singleSlice(times, watermarks) {
      return SlicedRows(slices: [(key, nil)], late: Vector(uninitialized: 0), outside: Vector(uninitialized: 0))
    }
    return sortOut(times, validity: time.validity, watermarks)
  }

  /// The local time through which windows close at a watermark, their grace over.
  func localProgress(_ watermark: Int64) -> Int64 {
    arithmetic.zone.reached(watermark == Int64.max ? watermark : watermark.subtractingSaturating(grace))
  }

  private func localProgress(_ watermarks: Vector<Int64>) -> Vector<Int64> {
    let result = Vector<Int64>(uninitialized: watermarks.count)
    var last: (watermark: Int64, reached: Int64)?
    for row in 0..<watermarks.count {
      let watermark = watermarks.base[row]
      if last?.watermark != watermark { last = (watermark, localProgress(watermark)) }
      result.base[row] = last?.reached ?? watermark
    }
    return result
  }

  /// The slice of all rows, when they lie in one and every window of it is open: the common case, one pass, no division.
  private func singleSlice(_ times: Vector<Int64>, _ watermarks: Vector<Int64>?) -> SliceKey? {
    let start = arithmetic.sliceStart(of: times.base[0])
    guard arithmetic.lastEnd(of: start) > times.base[0] else { return nil }
    let end = start.addingSaturating(arithmetic.slice)
    let firstClosing = arithmetic.firstEnd(of: start).addingSaturating(arithmetic.grace)
    var inside = true
    for row in 0..<times.count { inside = inside && times.base[row] >= start && times.base[row] < end }
    guard inside else { return nil }
    if let watermarks {
      var open = true
      for row in 0..<watermarks.count { open = open && watermarks.base[row] < firstClosing }
      guard open else { return nil }
    }
    return SliceKey(start: start, firstEnd: Int64.min)
  }

  private func sortOut(_ times: Vector<Int64>, validity: Vector<Bool>?, _ watermarks: Vector<Int64>?) -> SlicedRows {
    var builders: [(key: SliceKey, rows: VectorBuilder<Int32>)] = []
    var places: [SliceKey: Int] = [:]
    let late = VectorBuilder<Int32>()
    let outside = VectorBuilder<Int32>()
    var current = -1
    for row in 0..<times.count {
      let number = Int32(truncatingIfNeeded: row)
      if let validity, !validity.base[row] {
        outside.append(number)
        continue
      }
      let time = times.base[row]
      let lastEnd = arithmetic.lastEnd(of: time)
      guard lastEnd > time else {
        outside.append(number)
        continue
      }
      let watermark = watermarks?.base[row] ?? Int64.min
      if arithmetic.isClosed(end: lastEnd, at: watermark) {
        late.append(number)
        continue
      }
      let key = key(of: time, at: watermark)
      if current < 0 || builders[current].key != key {
        if let place = places[key] {
          current = place
        } else {
          current = builders.count
          places[key] = current
          builders.append((key, VectorBuilder<Int32>(capacity: 16)))
        }
      }
      builders[current].rows.append(number)
    }
    return SlicedRows(
      slices: builders.map { ($0.key, $0.rows.finish()) }, late: late.finish(), outside: outside.finish())
  }

  @inline(__always)
  private func key(of time: Int64, at watermark: Int64) -> SliceKey {
    let start = arithmetic.sliceStart(of: time)
    guard arithmetic.isClosed(end: arithmetic.firstEnd(of: time), at: watermark) else {
      return SliceKey(start: start, firstEnd: Int64.min)
    }
    return SliceKey(start: start, firstEnd: arithmetic.firstOpenEnd(of: time, at: watermark))
  }
}
