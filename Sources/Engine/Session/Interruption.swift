// Ctrl-C and a request to end, turned into an orderly stop at the end of a step. In: signals, or what a shell that catches
// them says. Out: one call. A second Ctrl-C ends the process at once, but never a shell.

import Dispatch
import Glibc
import Synchronization

/// Listens from `init` to `stop`.
final class Interruption {
  private let count = SignalCount()
  private var signals: [any DispatchSourceSignal] = []
  private var poll: (any DispatchSourceTimer)?

  private final class SignalCount: Sendable {
    let value = Atomic<Int>(0)
  }

  /// Listens for SIGINT and SIGTERM; where `isRaised` is given, somebody else catches them and tells.
  init(_ isRaised: (@Sendable () -> Bool)? = nil, _ stop: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "interruption")
    if let isRaised {
      poll = makePoll(queue, isRaised, stop)
    } else {
      signals = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { [count] in
          if count.value.add(1, ordering: .relaxed).newValue > 1 { Glibc.exit(130) }
          stop()
        }
        source.resume()
        return source
      }
    }
  }

  private func makePoll(
    _ queue: DispatchQueue, _ isRaised: @escaping @Sendable () -> Bool, _ stop: @escaping @Sendable () -> Void
  ) -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now(), repeating: .milliseconds(20))
    timer.setEventHandler { [count] in
      guard isRaised(), count.value.add(1, ordering: .relaxed).newValue == 1 else { return }
      stop()
    }
    timer.resume()
    return timer
  }

  /// Whether the run was asked to end.
  var happened: Bool { count.value.load(ordering: .relaxed) > 0 }

  func stop() {
    poll?.cancel()
    for source in signals { source.cancel() }
    guard !signals.isEmpty else { return }
    signal(SIGINT, SIG_DFL)
    signal(SIGTERM, SIG_DFL)
  }
}
