// Where the log takes the time from: passed in, so that tests and replays own it.
// In: nothing. Out: microseconds. Never: a time read anywhere else in this target, waiting excepted.

import Glibc

/// A source of wall time in microseconds since 1970 UTC.
package struct LogClock: Sendable {
  package let now: @Sendable () -> Int64

  package init(_ now: @escaping @Sendable () -> Int64) { self.now = now }

  /// The operating system's clock.
  package static let system = LogClock {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
  }
}

/// Lets readers sleep until a writer of the same process has added something.
///
/// A counter under a mutex and a condition of the C library: `Synchronization` has no condition variable. The two are
/// heap-allocated because their addresses must not change, and every access to `version` holds the mutex; hence the
/// unchecked conformance.
final class AppendSignal: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var version: UInt64 = 0

  init() {
    mutex.initialize(to: pthread_mutex_t())
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    // Time-outs must not follow the wall clock when somebody sets it.
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    condition.initialize(to: pthread_cond_t())
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Wakes everybody.
  func announce() {
    pthread_mutex_lock(mutex)
    version &+= 1
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  /// Sleeps until `isDone` or until `microseconds` have passed; returns what `isDone` says last.
  func wait(microseconds: Int64, until isDone: () -> Bool) -> Bool {
    let deadline = Self.monotonicMicroseconds() &+ max(0, min(microseconds, 1 << 50))
    var limit = timespec(tv_sec: Int(deadline / 1_000_000), tv_nsec: Int(deadline % 1_000_000) * 1000)
    while true {
      pthread_mutex_lock(mutex)
      let seen = version
      pthread_mutex_unlock(mutex)
      if isDone() { return true }
      pthread_mutex_lock(mutex)
      var status: Int32 = 0
      while version == seen && status == 0 { status = pthread_cond_timedwait(condition, mutex, &limit) }
      pthread_mutex_unlock(mutex)
      if status != 0 { return isDone() }
    }
  }

  static func monotonicMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
  }

  /// Sleeps without being woken; for readers of a log that another process writes.
  static func pause(microseconds: Int64) {
    var time = timespec(tv_sec: Int(microseconds / 1_000_000), tv_nsec: Int(microseconds % 1_000_000) * 1000)
    nanosleep(&time, nil)
  }
}
