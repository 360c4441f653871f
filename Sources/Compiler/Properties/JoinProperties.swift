// What a join does to the type of a relation (LANGUAGE §5.1, §5.2). In: the properties of both sides. Out: those of the pairs.
// Never reports an error.

import Plan
import Values

enum JoinProperties {
  static func joined(_ left: RelationProperties, _ right: RelationProperties, by join: Join) -> RelationProperties {
    let width = left.schema.count
    var fields = left.schema.fields
    if join.kind.keepsRight { fields = fields.map { Field($0.name, $0.type, nullable: true) } }
    if !join.kind.givesLeftOnly {
      let padded = join.kind == .left || join.kind == .full
      fields += right.schema.fields.map { Field($0.name, $0.type, nullable: $0.nullable || padded) }
    }
    var properties = RelationProperties(schema: Schema(fields), bounded: left.bounded && right.bounded)
    properties.mode = mode(left, right, join)
    properties.keys = keys(left, right, join, width: width)
    properties.partitioning = partitioning(join)
    return properties
  }

  /// Pairs of rows that stay, stay. A row that leaves alone is taken back when its match comes, unless an interval says
  /// that none can come any more.
  private static func mode(_ left: RelationProperties, _ right: RelationProperties, _ join: Join) -> ChangelogMode {
    guard left.mode == .append, right.mode == .append else { return .retract }
    let leavesAlone = join.kind.keepsLeft || join.kind.keepsRight
    return leavesAlone && join.interval == nil ? .retract : .append
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
    if result.isEmpty, join.kind == .inner || join.kind == .left {
      for first in left.keys { for second in right.keys { result.append(first + second.map { $0 + width }) } }
    }
    return result
  }

  /// Pairs lie where their key's hash says; a side padded with NULLs keeps its own.
  private static func partitioning(_ join: Join) -> [Int]? {
    guard !join.kind.keepsRight else { return nil }
    let columns = join.keys.compactMap { column($0.left) }
    return columns.count == join.keys.count ? columns : nil
  }

  private static func column(_ expression: TypedExpression) -> Int? {
    if case .column(let index) = expression.kind { index } else { nil }
  }
}
