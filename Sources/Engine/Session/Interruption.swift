// Ctrl-C and a request to end, turned into an orderly stop at the end of a step. In: signals, or what a shell that catches
// them says. Out: one call. A second Ctrl-C ends the process at once, but never a shell.

import Dispatch
import Glibc
import Synchronization

/// Listens from `init` to `stop`.
final class Interruption {
  /// Nil where somebody else catches the signals. A handler, not a signal source of Dispatch: a source wants the signal
  /// ignored before it listens, and what arrives in between is lost.
  private let flag: InterruptFlag?
  private let timer: any DispatchSourceTimer
  private let state = State()

  private final class State: Sendable {
    /// Signals that had come when the run was asked to end.
    let heard = Atomic<Int>(0)
    let hasAsked = Atomic<Bool>(false)
  }

  /// Listens for SIGINT and SIGTERM, or to `isRaised` where it is given.
  init(_ isRaised: (@Sendable () -> Bool)? = nil, _ stop: @escaping @Sendable () -> Void) {
    let endsProcess = isRaised == nil
    let isRaised = isRaised ?? { InterruptFlag.isRaised }
    flag = endsProcess ? InterruptFlag() : nil
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "interruption"))
    timer.schedule(deadline: .now(), repeating: .milliseconds(20))
    timer.setEventHandler { [state] in
      if state.hasAsked.load(ordering: .relaxed) {
        if endsProcess, InterruptFlag.count > state.heard.load(ordering: .relaxed) { Glibc.exit(130) }
      } else if isRaised() {
        // Signals that come together, as from a terminal and a supervisor at once, are one request.
        state.heard.store(InterruptFlag.count, ordering: .relaxed)
        state.hasAsked.store(true, ordering: .relaxed)
        stop()
      }
    }
    timer.resume()
  }

  /// Whether the run was asked to end.
  var happened: Bool { state.hasAsked.load(ordering: .relaxed) }

  func stop() {
    timer.cancel()
    flag?.stop()
  }
}
