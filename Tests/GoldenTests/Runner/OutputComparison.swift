// Two outputs side by side: as lines, or as what they change. In: texts. Out: a unified diff, or nothing.

enum OutputComparison {
  /// The output with changes that cancel left out, and in no particular order.
  static func netChanges(_ output: String) -> String {
    var counts: [String: Int] = [:]
    var others: [String] = []
    for line in output.split(separator: "\n").map(String.init) {
      if let (row, weight) = change(line) {
        counts[row, default: 0] += weight
      } else {
        others.append(withoutPlace(line))
      }
    }
    let rows = counts.filter { $0.value != 0 }.map { "\($0.value > 0 ? "+" : "")\($0.value) \($0.key)" }
    return (rows.sorted() + others.sorted()).map { $0 + "\n" }.joined()
  }

  /// An error line without partition and offset, which dealt input changes.
  private static func withoutPlace(_ line: String) -> String {
    guard let place = line.firstRange(of: " at "), line.hasPrefix("error ") || line.contains(": error ") else {
      return line
    }
    let rest = line[place.upperBound...]
    return String(line[..<place.lowerBound] + rest.drop { $0 != " " })
  }

  /// The output without what depends on the optimiser by its nature: where the watermark still goes, and which columns of
  /// a late row nothing reads.
  static func withoutPlanDetails(_ output: String) -> String {
    output.split(separator: "\n").map(String.init).compactMap { line in
      if line.hasPrefix("~") || line.contains(": ~ ") { return nil }
      return line.hasPrefix("late ") ? "late" : line
    }.map { $0 + "\n" }.joined()
  }

  /// A line that adds a row or takes one back, without its mark.
  private static func change(_ line: String) -> (row: String, weight: Int)? {
    for (mark, weight) in [("+  ", 1), ("+U ", 1), ("-  ", -1), ("-U ", -1)] {
      if line.hasPrefix(mark) { return (String(line.dropFirst(3)), weight) }
      guard let place = line.firstRange(of: ": " + mark), !line[..<place.lowerBound].contains(" ") else { continue }
      return (line[..<place.lowerBound] + ": " + line[place.upperBound...], weight)
    }
    return nil
  }

  /// The lines that differ with those around them; nil when the texts are equal.
  static func difference(expected: String, actual: String) -> String? {
    if expected == actual { return nil }
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let changes = new.difference(from: old)
    let removed = Set(changes.removals.compactMap { if case .remove(let offset, _, _) = $0 { offset } else { nil } })
    let inserted = Set(changes.insertions.compactMap { if case .insert(let offset, _, _) = $0 { offset } else { nil } })
    var lines: [(mark: String, text: String)] = []
    var i = 0
    var j = 0
    while i < old.count || j < new.count {
      if i < old.count, removed.contains(i) {
        lines.append(("-", old[i]))
        i += 1
      } else if j < new.count, inserted.contains(j) {
        lines.append(("+", new[j]))
        j += 1
      } else {
        lines.append((" ", old[i]))
        i += 1
        j += 1
      }
    }
    let near = lines.indices.filter { index in
      (max(0, index - 3)...min(lines.count - 1, index + 3)).contains { lines[$0].mark != " " }
    }
    var text = ""
    for (place, index) in near.enumerated() {
      if place > 0, near[place - 1] != index - 1 { text += "@@\n" }
      text += lines[index].mark + lines[index].text + "\n"
    }
    return text
  }
}
