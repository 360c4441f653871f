// The search backwards through the history: what is looked for, and how many of the newest matches were passed over.
// In: keys of the search. Out: the entry found, and the prompt that shows the search.

struct HistorySearch: Equatable {
  private(set) var text = ""
  private var skipped = 0

  mutating func narrow(by more: String) {
    text += more
    skipped = 0
  }

  mutating func widen() {
    text = String(text.dropLast())
    skipped = 0
  }

  /// To the next older match, when there is one.
  mutating func goOn(in history: History) {
    if history.search(text, skipping: skipped + 1) != nil { skipped += 1 }
  }

  func found(in history: History) -> String? { history.search(text, skipping: skipped) }

  func prompt(in history: History) -> String {
    let isLost = !text.isEmpty && found(in: history) == nil
    return "(\(isLost ? "not found" : "search"): \(text)) "
  }
}
