// What a join does to the type of a relation (LANGUAGE §5.1, §5.2). In: the properties of both sides. Out: those of the pairs.
// Never reports an error.

import Plan
import Values

enum JoinProperties {
  static func joined(_ left: RelationProperties, _ right: RelationProperties, by join: Join) -> RelationProperties {
    let width = left.schema.count
    var properties = RelationProperties(
      schema: Schema(fields(left.schema, right.schema, join)), bounded: left.bounded && right.bounded)
    properties.keys = keys(left, right, join, width: width)
    properties.mode = mode(left, right, join, keys: properties.keys)
    properties.partitioning = partitioning(join, width: width)
    properties.timeAttribute = timeAttribute(left, right, join)
    if let interval = join.interval, interval.lower == 0, interval.upper == 0 {
      properties.window = window(left, right, join)
    }
    return properties
  }

  /// Each left row meets one version at most and is never taken back, so that all that holds of the left rows holds of the
  /// result; it waits for the slower side.
  static func joined(
    _ left: RelationProperties, _ right: RelationProperties, by join: TemporalJoin
  ) -> RelationProperties {
    let pairs = Join(join.kind, keys: join.keys, residual: join.residual)
    var properties = left
    let versions = join.deletion == nil ? right.schema : Schema(right.schema.fields.dropLast())
    properties.schema = Schema(fields(left.schema, versions, pairs))
    properties.bounded = left.bounded && right.bounded
    properties.partitioning = partitioning(pairs, width: left.schema.count)
    if let own = left.timeAttribute, let other = right.timeAttribute {
      properties.timeAttribute?.delay = max(own.delay, other.delay)
    }
    return properties
  }

  // MARK: Columns

  /// The columns of a side that may leave without a match are NULL for the other side; what an equality or a condition
  /// needs is not NULL in a pair.
  private static func fields(_ left: Schema, _ right: Schema, _ join: Join) -> [Field] {
    let width = left.count
    var fields = left.fields + (join.kind.givesLeftOnly ? [] : right.fields)
    if join.kind.keepsRight { for column in 0..<width { fields[column].nullable = true } }
    if join.kind == .left || join.kind == .full {
      for column in width..<fields.count { fields[column].nullable = true }
    }
    guard join.kind == .inner || join.kind == .semi else { return fields }
    var present = join.residual.map(NullabilityFacts.nonNullColumns) ?? []
    for key in join.keys where !key.matchesNulls {
      present.formUnion(NullabilityFacts.columnsThatMustBePresent(key.left))
      present.formUnion(NullabilityFacts.columnsThatMustBePresent(key.right).map { $0 + width })
    }
    for column in present where column < fields.count { fields[column].nullable = false }
    return fields
  }

  // MARK: Changes

  /// Pairs of rows that stay, stay. A row that leaves alone is taken back when its match comes, unless an interval says
  /// that none can come any more.
  private static func mode(
    _ left: RelationProperties, _ right: RelationProperties, _ join: Join, keys: [[Int]]
  ) -> ChangelogMode {
    let leavesAlone = join.kind.keepsLeft || join.kind.keepsRight
    if left.mode == .append, right.mode == .append, !leavesAlone || join.interval != nil {
      // A semi join speaks when the first match comes, and takes nothing back.
      return .append
    }
    let usable = keys.first { isOrdered($0, left, right, join) }
    return usable.map { .upsert(key: $0) } ?? .retract
  }

  /// Whether all changes of one value of the key come from one worker, so that they stay in order: a row whose changes move
  /// it to another value of the join's keys is taken back by one worker and given anew by another.
  private static func isOrdered(
    _ key: [Int], _ left: RelationProperties, _ right: RelationProperties, _ join: Join
  ) -> Bool {
    let width = left.schema.count
    if join.keys.isEmpty { return true }
    func covers(_ side: RelationProperties, _ columns: [Int?], offset: Int) -> Bool {
      side.mode == .append || columns.allSatisfy { column in column.map { key.contains($0 + offset) } ?? false }
    }
    let readsLeft = key.contains { $0 < width }
    let readsRight = key.contains { $0 >= width }
    return (!readsLeft || covers(left, join.keys.map { column($0.left) }, offset: 0))
      && (!readsRight || covers(right, join.keys.map { column($0.right) }, offset: width))
  }

  private static func keys(
    _ left: RelationProperties, _ right: RelationProperties, _ join: Join, width: Int
  ) -> [[Int]] {
    if join.kind.givesLeftOnly { return left.keys }
    let leftColumns = Set(join.keys.compactMap { column($0.left) })
    let rightColumns = Set(join.keys.compactMap { column($0.right) })
    let rightIsUnique = right.keys.contains { rightColumns.isSuperset(of: $0) }
    let leftIsUnique = left.keys.contains { leftColumns.isSuperset(of: $0) }
    var result: [[Int]] = []
    // At most one match on the other side: a side's own key still tells rows apart.
    if rightIsUnique, !join.kind.keepsRight { result += left.keys }
    if leftIsUnique, join.kind == .inner || join.kind == .right { result += right.keys.map { $0.map { $0 + width } } }
    if result.isEmpty {
      for first in left.keys { for second in right.keys { result.append(first + second.map { $0 + width }) } }
    }
    return join.kind == .inner ? equivalents(of: result, join, width: width) : result
  }

  /// In a pair of an inner join either side's column may stand for the other's.
  private static func equivalents(of keys: [[Int]], _ join: Join, width: Int) -> [[Int]] {
    var result = keys
    for key in join.keys {
      guard let own = column(key.left), let other = column(key.right).map({ $0 + width }) else { continue }
      for known in result where result.count < 8 {
        let replaced = known.map { $0 == own ? other : $0 == other ? own : $0 }
        if !result.contains(replaced) { result.append(replaced) }
      }
    }
    return result
  }

  /// Pairs lie where their key's hash says; a row that leaves alone lies where its own side's says.
  private static func partitioning(_ join: Join, width: Int) -> [Int]? {
    let isRight = join.kind == .right
    guard join.kind != .full else { return join.keys.isEmpty ? [] : nil }
    let columns = join.keys.compactMap { isRight ? column($0.right).map { $0 + width } : column($0.left) }
    return columns.count == join.keys.count ? columns : nil
  }

  // MARK: Time

  /// With an interval the time attribute of the side whose rows all leave is kept, and trails by as much more as its rows
  /// wait for matches. Other joins give rows of any age.
  private static func timeAttribute(
    _ left: RelationProperties, _ right: RelationProperties, _ join: Join
  ) -> TimeAttribute? {
    guard let interval = join.interval, let own = left.timeAttribute, let other = right.timeAttribute,
      own.column == interval.leftTime, other.column == interval.rightTime, join.kind != .full
    else { return nil }
    if join.kind == .right {
      return TimeAttribute(
        column: other.column + left.schema.count, delay: max(other.delay, own.delay &+ interval.upper))
    }
    return TimeAttribute(column: own.column, delay: max(own.delay, other.delay &- interval.lower))
  }

  private static func window(
    _ left: RelationProperties, _ right: RelationProperties, _ join: Join
  ) -> WindowColumns? {
    guard let own = left.window, let other = right.window, join.kind != .full, join.equates(own.start, other.start),
      join.equates(own.end, other.end)
    else { return nil }
    guard join.kind == .right else { return own }
    let width = left.schema.count
    return WindowColumns(start: other.start + width, end: other.end + width, time: other.time + width)
  }

  private static func column(_ expression: TypedExpression) -> Int? {
    if case .column(let index) = expression.kind { index } else { nil }
  }
}
