// One line on a terminal that says how far a long run is: rows, rate, watermark, lag. In: the run's progress, from another
// thread. Out: standard error. Nothing when standard error is no terminal, or when results stream to the same terminal.

import Dispatch
import Execution
import Synchronization
import Values

final class ProgressLine {
  private let timer: (any DispatchSourceTimer)?
  private let queue = DispatchQueue(label: "progress")
  private let console: Console
  private let drawn = DrawnMark()

  /// Whether a line stands on the terminal.
  private final class DrawnMark: Sendable {
    let isDrawn = Atomic<Bool>(false)
    private let lastRows = Atomic<Int64>(0)
    private let lastTime = Atomic<Int64>(0)
    private let lastRate = Atomic<Int64>(0)

    /// Rows a second since the count last moved: it moves once a step, which may take longer than the line stands. Zero
    /// when it has stood still for two seconds.
    func rate(_ rows: Int64, at milliseconds: Int64) -> Int64 {
      let moved = rows - lastRows.load(ordering: .relaxed)
      let elapsed = milliseconds - lastTime.load(ordering: .relaxed)
      guard moved > 0 || elapsed > 2000 else { return lastRate.load(ordering: .relaxed) }
      let rate = elapsed > 0 ? Int64(Double(moved) * 1000 / Double(elapsed)) : 0
      lastRows.store(rows, ordering: .relaxed)
      lastTime.store(milliseconds, ordering: .relaxed)
      lastRate.store(rate, ordering: .relaxed)
      return rate
    }
  }

  /// Shows nothing in the first half second: most runs are over by then. `isBesideRows` says that results are printed
  /// while the run goes on.
  init(_ run: PipelineRun, console: Console, isBesideRows: Bool) {
    self.console = console
    guard console.errorIsTerminal, !(console.outputIsTerminal && isBesideRows) else {
      timer = nil
      return
    }
    let timer = DispatchSource.makeTimerSource(queue: queue)
    let progress = run.progress
    let started = DispatchTime.now()
    let mark = drawn
    timer.schedule(deadline: .now() + 0.5, repeating: 0.25)
    timer.setEventHandler {
      let seconds = Double(DispatchTime.now().uptimeNanoseconds - started.uptimeNanoseconds) / 1e9
      let line = Self.text(progress, rate: mark.rate(progress.rowsIn, at: Int64(seconds * 1000)))
      mark.isDrawn.store(true, ordering: .relaxed)
      Console.writeError("\r\u{1B}[K\(line)")
    }
    timer.resume()
    self.timer = timer
  }

  static func text(_ progress: RunProgress, rate: Int64) -> String {
    var text = "\(Numbers.grouped(progress.rowsIn)) rows in, \(Numbers.grouped(progress.rowsOut)) out"
    text += ", \(Numbers.grouped(rate)) rows/s"
    if let watermark = progress.watermark, watermark != Int64.max {
      var writer = TextWriter()
      text += ", watermark \(writer.text(.int(watermark), type: .timestamp))"
    }
    if progress.backlog > 0 { text += ", \(Numbers.bytes(progress.backlog)) waiting" }
    return text
  }

  /// Takes the line away. May be called twice.
  func stop() {
    guard let timer else { return }
    queue.sync { timer.cancel() }
    if drawn.isDrawn.exchange(false, ordering: .relaxed) { Console.writeError("\r\u{1B}[K") }
  }
}

/// Numbers as people read them.
enum Numbers {
  static func grouped(_ number: Int64) -> String {
    var text = ""
    for (place, digit) in String(number.magnitude).reversed().enumerated() {
      if place > 0, place % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }

  static func bytes(_ count: Int64) -> String {
    var value = Double(count)
    for unit in ["bytes", "KB", "MB", "GB", "TB"] {
      if value < 1000 || unit == "TB" { return unit == "bytes" ? "\(count) bytes" : "\(tenths(value)) \(unit)" }
      value /= 1000
    }
    return "\(count) bytes"
  }

  /// With one digit after the point.
  static func tenths(_ value: Double) -> String {
    let scaled = Int64((value * 10).rounded())
    return "\(scaled / 10).\(abs(scaled % 10))"
  }

  static func seconds(_ value: Double) -> String {
    value < 1 ? "\(Int64((value * 1000).rounded())) ms" : "\(tenths(value)) s"
  }
}
