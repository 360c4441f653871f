// Ctrl-C and requests to end, as a flag that loops look at. In: signals. Out: whether one came. The process goes on until
// the loop ends by itself; calls that wait are woken, so that it does so at once.

import Glibc
import Synchronization

private let raisedSignals = Atomic<Int>(0)

/// Catches SIGINT and SIGTERM for as long as it lives. One at a time: the newest is the one that catches.
package final class InterruptFlag {
  private var saved: [(signal: Int32, action: sigaction)] = []

  package init(_ signals: [Int32] = [SIGINT, SIGTERM]) {
    raisedSignals.store(0, ordering: .sequentiallyConsistent)
    var caught = sigset_t()
    sigemptyset(&caught)
    for signal in signals {
      sigaddset(&caught, signal)
      var action = sigaction()
      var previous = sigaction()
      // Without SA_RESTART: a waiting read must return.
      action.__sigaction_handler.sa_handler = { _ in raisedSignals.add(1, ordering: .sequentiallyConsistent) }
      if sigaction(signal, &action, &previous) == 0 { saved.append((signal, previous)) }
    }
    // A parent that blocks signals, as the threads of a pool do, hands that down to its children.
    pthread_sigmask(SIG_UNBLOCK, &caught, nil)
  }

  deinit { stop() }

  package var isRaised: Bool { Self.isRaised }

  /// The same without the object, for closures that cross threads.
  package static var isRaised: Bool { raisedSignals.load(ordering: .sequentiallyConsistent) > 0 }

  /// How many came.
  static var count: Int { raisedSignals.load(ordering: .sequentiallyConsistent) }

  package func clear() { raisedSignals.store(0, ordering: .sequentiallyConsistent) }

  /// Gives the signals back to whoever had them.
  package func stop() {
    for (signal, action) in saved {
      var action = action
      sigaction(signal, &action, nil)
    }
    saved = []
  }
}
