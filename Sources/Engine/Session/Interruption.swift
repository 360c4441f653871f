// Ctrl-C and a request to end, turned into an orderly stop at the end of a step. In: signals. Out: one call. A second
// Ctrl-C ends the process at once.

import Dispatch
import Glibc
import Synchronization

/// Listens for SIGINT and SIGTERM from `init` to `stop`.
final class Interruption: Sendable {
  private let count = Atomic<Int>(0)
  private let sources: [any DispatchSourceSignal]

  init(_ stop: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "interruption")
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for source in sources {
      source.setEventHandler { [self] in
        if count.add(1, ordering: .relaxed).newValue > 1 { Glibc.exit(130) }
        stop()
      }
      source.resume()
    }
  }

  /// Whether a signal came.
  var happened: Bool { count.load(ordering: .relaxed) > 0 }

  func stop() {
    for source in sources { source.cancel() }
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
  }
}
