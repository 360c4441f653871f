// The contract of an aggregate function at run time: states as columns indexed by dense group id, touched a batch at a
// time. Operators of `Execution` own these; functions of the library make them. No state is an object per group.

import Values

/// The states of one aggregate over many groups.
///
/// Group ids are dense and small; `resize` comes before the first use of an id. All loops are over whole batches.
package protocol AccumulatorState: AnyObject {
  /// Makes room for groups 0 ..< `groups`; new groups are empty.
  func resize(to groups: Int)
  /// Folds in row i of the arguments for group `groups[i]`, for all i with `mask[i]` (all when nil). `weights` are +1
  /// and -1; nil when all are +1.
  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?)
  /// Folds the states `sources[i]` of `other` (of the same kind) into own groups `targets[i]`.
  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>)
  /// The results of the given groups. An AVG or SUM that overflows is a row error of the emitted row.
  func results(of groups: Vector<Int32>) -> (Column, RowErrors)
  /// Makes the given groups empty again, for reuse of their ids.
  func clear(_ groups: Vector<Int32>)
  /// Bytes held, for the state's size.
  var byteCount: Int { get }
  func write(to writer: ColumnWriter)
  func read(from reader: ColumnReader) throws(StateFormatError)
}
