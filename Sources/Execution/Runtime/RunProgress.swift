// How far a run is, readable from any thread while it goes: for the progress line and for metrics. Written by the
// coordinator once in each step.

import Synchronization

package final class RunProgress: Sendable {
  private let steps = Atomic<Int64>(0)
  private let read = Atomic<Int64>(0)
  private let written = Atomic<Int64>(0)
  private let time = Atomic<Int64>(Int64.min)
  private let waiting = Atomic<Int64>(0)
  private let stops = Atomic<Bool>(false)

  init() {}

  /// Steps so far.
  package var stepCount: Int64 { steps.load(ordering: .relaxed) }
  /// Records read.
  package var rowsIn: Int64 { read.load(ordering: .relaxed) }
  /// Rows that sinks took.
  package var rowsOut: Int64 { written.load(ordering: .relaxed) }
  /// The least merged watermark, in microseconds; nil before it is known and in a plan without event time.
  package var watermark: Int64? {
    let value = time.load(ordering: .relaxed)
    return value == Int64.min ? nil : value
  }
  /// What is known to wait: bytes of files, records of topics.
  package var backlog: Int64 { waiting.load(ordering: .relaxed) }

  /// Whether the run was asked to stop at the next step's boundary.
  var isStopping: Bool { stops.load(ordering: .relaxed) }

  package func stop() { stops.store(true, ordering: .relaxed) }

  func update(steps: Int64, read: Int64, written: Int64, watermark: Int64?, backlog: Int64) {
    self.steps.store(steps, ordering: .relaxed)
    self.read.store(read, ordering: .relaxed)
    self.written.store(written, ordering: .relaxed)
    time.store(watermark ?? Int64.min, ordering: .relaxed)
    waiting.store(backlog, ordering: .relaxed)
  }
}
