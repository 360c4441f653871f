// How records that say what changed become a changelog of whole rows, as data. In: nothing. Out: the description that a
// table's scan ends in and `NormalizeOperator` runs.

import Values

/// The last row of each key: a new one replaces the old one, and a deletion takes it back.
package struct Normalization: Hashable, Sendable, Codable {
  package var keys: [Int]
  /// A BOOLEAN column of the input, the last one, that is TRUE where the record deletes its key; it is not passed on. nil
  /// when nothing is deleted.
  package var deletion: Int?

  package init(keys: [Int], deletion: Int? = nil) {
    self.keys = keys
    self.deletion = deletion
  }
}
