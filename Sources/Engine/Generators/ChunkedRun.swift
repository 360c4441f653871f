// The same bytes on any number of threads. In comes a way to write any range of events; out go chunks of events, made in
// parallel and written in order. Threads take the next free chunk, so that a waiting thread only ever waits for a chunk
// that another one is already making. It knows nothing of what the rows are.

import Foundation
import Synchronization

/// Writes the rows of ranges of events; each thread has its own.
protocol EventWriter: SendableMetatype {
  /// Appends the rows of these events; `sheets` are those of the streams, in the order of the run.
  mutating func write(_ events: Range<Int64>, to sheets: UnsafeMutableBufferPointer<Sheet>)
}

/// One run over all events of a request.
struct ChunkedRun: Sendable {
  /// About 300 kB of rows: enough for a cheap write(2), little enough to stay in the second-level cache.
  static let chunk: Int64 = 1024
  let events: Int64
  let threads: Int
  let streams: [PartitionedFiles]

  /// Makes and writes every event.
  func run<Writer: EventWriter>(_ makeWriter: @Sendable @escaping () -> Writer) throws(GeneratorError) {
    let shared = Progress()
    let chunks = Int((events + Self.chunk - 1) / Self.chunk)
    let work: @Sendable () -> Void = {
      var writer = makeWriter()
      let sheets = UnsafeMutableBufferPointer<Sheet>.allocate(capacity: streams.count)
      for (index, stream) in streams.enumerated() {
        (sheets.baseAddress.map { $0 + index })?.initialize(to: Sheet(partitions: stream.partitions, capacity: 1 << 16))
      }
      defer {
        for sheet in sheets { sheet.deallocate() }
        sheets.deallocate()
      }
      while true {
        let chunk = shared.next.wrappingAdd(1, ordering: .relaxed).oldValue
        if chunk >= chunks { return }
        let first = Int64(chunk) * Self.chunk
        writer.write(first..<min(first + Self.chunk, events), to: sheets)
        do throws(GeneratorError) {
          for (stream, sheet) in zip(streams, sheets) {
            if try !stream.write(sheet, chunk: chunk) { return }
            sheet.clear()
          }
        } catch {
          shared.failure.withLock { $0 = $0 ?? error }
          for stream in streams { stream.giveUp() }
          return
        }
      }
    }
    runThreads(min(threads, max(1, chunks)), work)
    if let failure = shared.failure.withLock({ $0 }) { throw failure }
  }

  private final class Progress: Sendable {
    let next = Atomic<Int>(0)
    let failure = Mutex<GeneratorError?>(nil)
  }
}

/// Runs the same work on `count` threads, this one among them, and waits for all.
private func runThreads(_ count: Int, _ work: @Sendable @escaping () -> Void) {
  final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @Sendable @escaping () -> Void) { self.run = run }
  }
  var started: [pthread_t] = []
  for _ in 1..<max(2, count) where count > 1 {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Work(work))
    let code = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, argument.toOpaque())
    if code != 0 {
      // Fewer threads do the same work.
      argument.release()
      break
    }
    started.append(thread)
  }
  work()
  for thread in started { pthread_join(thread, nil) }
}

/// Lets threads act one after another in the order of their numbers.
final class Turns: @unchecked Sendable {
  // The fields are touched only while `lock` is held; the condition needs addresses that do not move.
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var current = 0
  private var stopped = false

  init() {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(lock)
    changed.deallocate()
    lock.deallocate()
  }

  /// Returns true when the number's turn has come, false when there will be no more turns.
  func wait(for number: Int) -> Bool {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while current != number && !stopped { pthread_cond_wait(changed, lock) }
    return !stopped
  }

  /// Ends the current turn.
  func pass() {
    pthread_mutex_lock(lock)
    current += 1
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(lock)
  }

  func stop() {
    pthread_mutex_lock(lock)
    stopped = true
    pthread_cond_broadcast(changed)
    pthread_mutex_unlock(lock)
  }
}
