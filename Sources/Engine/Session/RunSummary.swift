// The account of a run: what became of every row (promise 2). In: the books of the run. Out: a few lines for standard
// error. Says so when the books do not balance: that would be a fault of ours.

import Execution
import Values

enum RunSummary {
  static func text(_ run: PipelineRun, seconds: Double, wasInterrupted: Bool, zone: TimeZoneRules) -> String {
    let books = run.books
    let parts = [
      "\(grouped(books.read)) in", "\(grouped(books.emitted)) out", "\(grouped(books.filtered)) filtered",
      "\(grouped(books.late)) late", "\(grouped(books.deadLettered)) dead-lettered", "\(grouped(books.held)) held",
    ]
    var text = wasInterrupted ? "interrupted; " : ""
    text += parts.joined(separator: ", ")
    if books.folded > 0 { text += "; \(grouped(books.folded)) aggregated into \(grouped(books.produced))" }
    text += " (\(Numbers.seconds(seconds)))\n"
    text += samples(run, books)
    if !books.balances {
      text += "the books do not balance: \(books); this is a fault of Millrace, please report it\n"
    }
    return text
  }

  /// How all failing rows can be read: a file named in quotes has no name that FROM could take.
  private static func way(to owner: String) -> String {
    let isName = owner.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    return isName
      ? "read them with FROM \(owner).errors" : "CREATE STREAM name … FROM FILE makes them readable as FROM name.errors"
  }

  private static func grouped(_ number: Int) -> String { Numbers.grouped(Int64(number)) }

  /// The first failing and late rows, with where to look.
  private static func samples(_ run: PipelineRun, _ books: Ledger) -> String {
    var text = ""
    for sample in run.samples.prefix(5) {
      let place = sample.place.isEmpty ? "" : "\(sample.place): "
      let payload = TableText.printable(String(decoding: sample.payload.prefix(120), as: UTF8.self))
      text += "  \(sample.owner).errors: \(place)\(sample.code) \(sample.message)"
      text += payload.isEmpty ? "\n" : "\n    \(payload)\(sample.payload.count > 120 ? "…" : "")\n"
    }
    let shown = min(run.samples.count, 5)
    if books.deadLettered > shown, shown > 0 {
      text +=
        "  ... and \(grouped(books.deadLettered - shown)) more; \(way(to: run.samples[0].owner))\n"
    }
    return text
  }
}
