// The clock of EMIT EVERY d. In: the times of steps in which results changed, and in which they were said. Out: whether it
// is time to speak: a change is said d after the first one that has not been said, so nothing waits longer and nothing is
// said more often. It never reads the clock: a step brings its time, and a replay brings the same.

import Plan
import Values

struct EmissionPeriod {
  /// The time of the step that brought the first change which is not said yet, in microseconds.
  private var waitsSince: Int64?

  /// Notes that results changed in a step at `now`.
  mutating func change(at now: Int64) { if waitsSince == nil { waitsSince = now } }

  /// Whether what has changed is to be said at `now`.
  func isOver(_ period: Int64, at now: Int64) -> Bool {
    waitsSince.map { now.subtractingSaturating($0) >= period } ?? false
  }

  /// Notes that all has been said. A step in which nothing was to be said must not come here: it leaves no trace in the
  /// journal, so a replay would not know of it.
  mutating func restart() { waitsSince = nil }

  func write(to writer: ColumnWriter) { writer.write(waitsSince ?? Int64.min) }

  mutating func read(from reader: ColumnReader) throws(StateFormatError) {
    let since = try reader.int()
    waitsSince = since == Int64.min ? nil : since
  }
}
