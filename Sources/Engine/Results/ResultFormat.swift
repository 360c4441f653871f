// How the rows of a result reach the user. Plain data.

/// The form of printed results.
package enum ResultFormat: String, Sendable {
  case table
  case jsonl
  case csv
}
