// Groups and the states of their aggregates: what a GROUP BY holds for one window, or for all time.
// In: evaluated rows. Out: results by group id. Ids are dense; a group whose rows were all taken back keeps its id and
// counts as absent.

import Plan
import Values

final class AggregateTable {
  private let aggregation: Aggregation
  private let keyTypes: [DataType]
  private(set) var index: GroupIndex
  private let states: AggregateStates
  /// The rows behind each group: it is present while this is above zero.
  private let rowCounts = StateVector<Int64>(empty: 0)
  /// Whether the one group of an aggregate without keys stays when all its rows were taken back: COUNT is 0 then.
  private let keepsGlobalGroup: Bool
  private var hasGlobalGroup = false

  init(_ aggregation: Aggregation, keepsGlobalGroup: Bool = false) {
    self.aggregation = aggregation
    self.keepsGlobalGroup = keepsGlobalGroup && aggregation.keys.isEmpty
    keyTypes = aggregation.keys.map(\.expression.type)
    index = GroupIndex(types: keyTypes)
    states = AggregateStates(aggregation.calls)
  }

  var groupCount: Int { index.count }

  var byteCount: Int { index.memory + rowCounts.byteCount + states.byteCount }

  /// The rows folded in and not taken back.
  var rowCount: Int {
    var total: Int64 = 0
    for group in 0..<rowCounts.count { total &+= rowCounts.base[group] }
    return Int(total)
  }

  func isPresent(_ group: Int32) -> Bool { rowCounts.base[Int(group)] > 0 || hasGlobalGroup }

  /// The ids of the rows' groups, new ones included; their states are empty until `accumulate`.
  func groups(of rows: AggregateRows) -> Vector<Int32> {
    let ids = index.ids(for: rows.keys, count: rows.batch.count)
    makeRoom()
    return ids
  }

  private func makeRoom() {
    rowCounts.resize(to: index.count)
    states.resize(to: index.count)
  }

  func accumulate(_ rows: AggregateRows, groups: Vector<Int32>) {
    hasGlobalGroup = keepsGlobalGroup
    let counts = rowCounts.base
    if let weights = rows.batch.weights {
      for row in 0..<groups.count { counts[Int(groups.base[row])] &+= weights.base[row] }
    } else {
      for row in 0..<groups.count { counts[Int(groups.base[row])] &+= 1 }
    }
    states.accumulate(
      groups: groups, arguments: rows.arguments, masks: rows.filters, weights: rows.batch.weights)
  }

  /// Folds all groups of another table of the same aggregation in.
  func merge(_ other: AggregateTable) {
    let sources = Vector<Int32>.indices(other.groupCount)
    let targets = index.ids(for: other.index.keys(), count: sources.count)
    makeRoom()
    for i in 0..<sources.count { rowCounts.base[Int(targets.base[i])] &+= other.rowCounts.base[i] }
    states.merge(other.states, sources: sources, targets: targets)
  }

  /// The groups that are present, in the order of their keys, and the keys as comparable bytes.
  func presentGroups() -> (groups: Vector<Int32>, keys: BytesVector) {
    let builder = VectorBuilder<Int32>(capacity: groupCount)
    for group in 0..<groupCount where isPresent(Int32(truncatingIfNeeded: group)) {
      builder.append(Int32(truncatingIfNeeded: group))
    }
    return ordered(builder.finish())
  }

  /// The given groups in the order of their keys.
  func ordered(_ groups: Vector<Int32>) -> (groups: Vector<Int32>, keys: BytesVector) {
    let keys = KeyEncoder(types: keyTypes).encode(index.keys(groups), count: groups.count)
    let order = keys.ascendingOrder()
    return (groups.gather(order), keys.gather(order))
  }

  /// Keys and results of the given groups, as columns, and the groups whose result fails.
  func rows(of groups: Vector<Int32>) -> (columns: [Column], errors: RowErrors) {
    let (results, errors) = states.results(of: groups)
    return (index.keys(groups) + results, RowErrors.firstOfEachRow(errors))
  }

  /// Makes the given groups absent, as if no row of theirs had ever come.
  func clear(_ groups: Vector<Int32>) {
    rowCounts.clear(groups)
    hasGlobalGroup = hasGlobalGroup && groups.count == 0
    states.clear(groups)
  }

  /// Keeps only the given groups, which get the ids 0, 1, ... in that order.
  func keep(_ groups: Vector<Int32>) -> AggregateTable {
    let kept = AggregateTable(aggregation, keepsGlobalGroup: keepsGlobalGroup)
    kept.hasGlobalGroup = hasGlobalGroup && groups.count > 0
    let targets = kept.index.ids(for: index.keys(groups), count: groups.count)
    kept.makeRoom()
    for i in 0..<groups.count { kept.rowCounts.base[Int(targets.base[i])] = rowCounts.base[Int(groups.base[i])] }
    kept.states.merge(states, sources: groups, targets: targets)
    return kept
  }

  func write(to writer: ColumnWriter) {
    index.write(to: writer)
    writer.write(hasGlobalGroup)
    writer.write(rowCounts.copy())
    states.write(to: writer)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: keyTypes)
    hasGlobalGroup = try reader.bool() && keepsGlobalGroup && index.count > 0
    rowCounts.replace(with: try reader.ints())
    guard rowCounts.count == index.count else {
      throw reader.failure("an aggregate has \(rowCounts.count) row counts for \(index.count) groups")
    }
    try states.read(from: reader)
    makeRoom()
  }
}
