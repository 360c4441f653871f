// What a run is asked to do beyond its plan: how wide, how large its steps, when it ends, what time it is. Plain data.

import Glibc
import Plan

/// The options of a run.
package struct RunOptions: Sendable {
  /// Workers: shares of the work. Part of the state: what was saved with some number resumes with the same.
  package var parallelism = 1
  /// Threads that drive the workers; at most as many as workers.
  package var threads: Int?
  /// The bytes that are decoded at once.
  package var chunkBytes = 256 << 10
  /// The records of a topic, or rows, that are taken at once.
  package var chunkRecords = 65_536
  /// Chunks of one step; by default eight for each worker, so that waiting for each other costs little.
  package var stepChunks: Int?
  /// Rows of a batch after decoding, at most.
  package var batchRows = 8192
  /// Whether input is awaited when what is there has been read.
  package var follow = false
  /// Whether the end of bounded input moves the watermark to the end of time.
  package var finalWatermark = true
  /// Microseconds since 1970 UTC.
  package var clock: @Sendable () -> Int64 = RunOptions.systemClock
  /// Silence after which a partition stops holding the watermark, where the plan does not say; in follow mode only.
  package var defaultIdleAfter: Int64 = 10_000_000
  /// Failing rows shown in the summary, at most, for each worker and step.
  package var sampleLimit = 5
  /// Takes the late and error streams that the plan itself does not read; nil to count them only.
  package var sideTarget: (any SideTarget)?
  /// Whether the time and the state of each operator are noted.
  package var profiles = false
  /// Steps between commits to the journal, at most; at once when input runs dry.
  package var commitSteps = 64

  package init() {}

  /// The system's wall clock.
  package static let systemClock: @Sendable () -> Int64 = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
  }
}
