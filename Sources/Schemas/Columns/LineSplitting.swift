// Where a file may be cut so that several workers decode its parts. In: bytes and a wish. Out: the start of a line.
// For formats whose decoder says `isSplittable`; a CSV file may hide newlines between quotes.

import Values

/// The start of the first line at or after `offset` within `range`, or the end of the range.
package func splitPoint(_ blob: Blob, range: Range<Int>, near offset: Int) -> Int {
  if offset <= range.lowerBound { return range.lowerBound }
  if offset >= range.upperBound { return range.upperBound }
  let base = Cursor(blob.base)
  let end = base + range.upperBound
  let newline = findNewline(base + (offset - 1), end)
  return withExtendedLifetime(blob) { newline == end ? range.upperBound : newline + 1 - base }
}
