// The one loop over the rows of a batch that the states of all aggregates share. In: masks and weights. Out: calls for the
// rows that count.

import Values

/// Calls `body(row, weight)` for each row that counts: where `mask` and `validity` hold, with its weight or +1.
///
/// The variants are apart so that the common one, all rows with weight +1, is a plain loop.
@inline(__always)
func forEachCountedRow(
  _ rows: Int, mask: Vector<Bool>?, validity: Vector<Bool>?, weights: Vector<Int64>?, _ body: (Int, Int64) -> Void
) {
  switch (mask, validity, weights) {
  case (nil, nil, nil):
    for row in 0..<rows { body(row, 1) }
  case (let mask?, nil, nil), (nil, let mask?, nil):
    for row in 0..<rows where mask.base[row] { body(row, 1) }
  default:
    for row in 0..<rows {
      if let mask, !mask.base[row] { continue }
      if let validity, !validity.base[row] { continue }
      body(row, weights?.base[row] ?? 1)
    }
  }
}

/// Stops on a column whose storage is not what the signature promises: a plan made by something other than the compiler.
func wrongStorage(_ function: String) -> Never {
  preconditionFailure("\(function) was given a column of another storage than its signature says")
}
