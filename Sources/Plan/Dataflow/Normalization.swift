// How records that say what changed become a changelog of whole rows, as data. In: nothing. Out: the description that a
// table's scan ends in and `NormalizeOperator` runs.

import Values

/// The last row of each key: a new one replaces the old one, and a deletion takes it back.
///
/// Which row is the last does not depend on what is read first: it is the one with the greatest (order, source, partition,
/// offset). Records of one key lie in one partition where a topic is keyed, so that this is the order of the log.
package struct Normalization: Hashable, Sendable, Codable {
  package var keys: [Int]
  /// A BOOLEAN column of the input, the last one, that is TRUE where the record deletes its key; it is not passed on. nil
  /// when nothing is deleted.
  package var deletion: Int?
  /// The time by which a row is later than another; nil for the order of the log alone.
  package var order: Int?
  /// Whether rows are said once, at the end of bounded input, rather than each change in its step.
  package var isFinal: Bool

  package init(keys: [Int], deletion: Int? = nil, order: Int? = nil, isFinal: Bool = false) {
    self.keys = keys
    self.deletion = deletion
    self.order = order
    self.isFinal = isFinal
  }
}
