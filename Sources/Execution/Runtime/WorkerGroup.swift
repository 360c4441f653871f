// The workers of a run and the threads that drive them. In: one phase at a time. Out: when all have run it. Workers are
// dealt to threads; the calling thread is one of them, so that one worker needs no thread at all.

import Glibc
import Values

/// All workers of a run. Filled before the threads start, only read afterwards.
final class WorkerGroup: @unchecked Sendable {
  fileprivate(set) var workers: [Worker] = []
  let chunkTable = ChunkTable()

  func add(_ worker: Worker) { workers.append(worker) }
}

/// Threads that run each phase together and wait for each other at its end.
///
/// Everything here is guarded by `mutex`; what workers wrote in a phase is visible to all after it.
final class PhaseThreads: @unchecked Sendable {
  private let group: WorkerGroup
  private let threadCount: Int
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let begun = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var generation = 0
  private var running = 0
  private var isStopping = false
  private var body: @Sendable (Worker) -> Void = { _ in }
  private var threads: [pthread_t] = []

  init(_ group: WorkerGroup, threads count: Int) {
    self.group = group
    threadCount = max(1, min(count, group.workers.count))
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(begun, nil)
    pthread_cond_init(done, nil)
    for index in 1..<max(threadCount, 1) { start(index) }
  }

  deinit {
    pthread_mutex_destroy(mutex)
    pthread_cond_destroy(begun)
    pthread_cond_destroy(done)
    mutex.deallocate()
    begun.deallocate()
    done.deallocate()
  }

  private final class Start {
    let threads: PhaseThreads
    let index: Int
    init(_ threads: PhaseThreads, _ index: Int) {
      self.threads = threads
      self.index = index
    }
  }

  private func start(_ index: Int) {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Start(self, index)).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.threads.serve(start.index)
        return nil
      }, argument)
    precondition(result == 0, "the system gave no thread for a worker")
    threads.append(thread)
  }

  private func serve(_ index: Int) {
    var seen = 0
    while true {
      pthread_mutex_lock(mutex)
      while generation == seen && !isStopping { pthread_cond_wait(begun, mutex) }
      let stops = isStopping
      seen = generation
      let work = body
      pthread_mutex_unlock(mutex)
      if stops { return }
      runShare(index, work)
      pthread_mutex_lock(mutex)
      running -= 1
      if running == 0 { pthread_cond_signal(done) }
      pthread_mutex_unlock(mutex)
    }
  }

  private func runShare(_ index: Int, _ work: (Worker) -> Void) {
    for worker in group.workers where worker.index % threadCount == index { work(worker) }
  }

  /// Calls `work` for every worker, each on its thread, and returns when all are done.
  func runAll(_ work: @escaping @Sendable (Worker) -> Void) {
    if threadCount == 1 { return runShare(0, work) }
    pthread_mutex_lock(mutex)
    body = work
    running = threadCount - 1
    generation += 1
    pthread_cond_broadcast(begun)
    pthread_mutex_unlock(mutex)
    runShare(0, work)
    pthread_mutex_lock(mutex)
    while running > 0 { pthread_cond_wait(done, mutex) }
    body = { _ in }
    pthread_mutex_unlock(mutex)
  }

  /// Ends the threads; the group cannot run a phase afterwards.
  func stop() {
    pthread_mutex_lock(mutex)
    isStopping = true
    pthread_cond_broadcast(begun)
    pthread_mutex_unlock(mutex)
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }
}
