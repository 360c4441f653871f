// "Did you mean": the visible name nearest to what was written. Names come in, at most one goes out; the distance is
// Damerau-Levenshtein (optimal string alignment: a transposition of neighbours costs one) without regard to case.

package enum NameSuggestion {
  /// The nearest candidate within max(1, length / 3) edits; the first of several equally near ones.
  package static func nearest(to name: String, in candidates: some Sequence<String>) -> String? {
    let written = Array(name.lowercased().unicodeScalars)
    let limit = max(1, written.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let other = Array(candidate.lowercased().unicodeScalars)
      guard abs(other.count - written.count) <= limit else { continue }
      let distance = self.distance(written, other)
      // A one-letter name would be "near" every other one-letter name.
      guard distance <= limit, distance < max(written.count, other.count) else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.name
  }

  package static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var beforePrevious = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    var current = previous
    for row in 1...left.count {
      current[0] = row
      for column in 1...right.count {
        let substitution = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
        var best = min(substitution, previous[column] + 1, current[column - 1] + 1)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          best = min(best, beforePrevious[column - 2] + 1)
        }
        current[column] = best
      }
      (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[right.count]
  }
}
