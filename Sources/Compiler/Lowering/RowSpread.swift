// By which columns' hash the rows of a node lie at the workers, as the graph really moves them: two sides of a join meet only
// where both lie by the same keys in the same order. In: the nodes so far. Out: columns of the node, or nothing when unknown.

import Plan
import Values

struct RowSpread {
  let nodes: [PlanNode]

  /// The columns of the last exchange, where they are in the rows of this port; nil when they are not.
  func columns(of port: Port) -> [Int]? {
    guard port.stream == .rows else { return nil }
    let node = nodes[port.node]
    func below(_ input: Int = 0) -> [Int]? { columns(of: node.inputs[input]) }
    switch node.operation {
    case .exchange(let keys): return plain(keys)
    case .filter, .watermark, .assignWindow, .unnest, .rank, .deduplicate, .over: return below()
    case .project(let items): return below().flatMap { moved($0, items.map(\.expression), offset: 0) }
    case .groupAggregate(let aggregation):
      return below().flatMap { moved($0, aggregation.keys.map(\.expression), offset: 0) }
    case .windowAggregate(_, let aggregation):
      return below().flatMap {
        moved($0, aggregation.keys.map(\.expression), offset: PropertyRules.windowFields.count)
      }
    case .join(let join):
      switch join.kind {
      case .inner, .left, .semi, .anti: return below()
      case .right:
        let width = nodes[node.inputs[0].node].properties.schema.count
        return below(1).map { $0.map { $0 + width } }
      case .full: return nil
      }
    case .temporalJoin, .setOperation: return below()
    case .sort, .limit: return []
    case .scan, .values, .union, .normalize, .sink: return nil
    }
  }

  private func plain(_ keys: [TypedExpression]) -> [Int]? {
    let columns = keys.compactMap { key -> Int? in if case .column(let index) = key.kind { index } else { nil } }
    return columns.count == keys.count ? columns : nil
  }

  /// Where columns of the input are among the expressions.
  private func moved(_ columns: [Int], _ expressions: [TypedExpression], offset: Int) -> [Int]? {
    let places = columns.compactMap { column in expressions.firstIndex { $0.kind == .column(column) } }
    return places.count == columns.count ? places.map { $0 + offset } : nil
  }

  /// Which of the keys the columns are, when all are.
  static func positions(of columns: [Int], in keys: [TypedExpression]) -> [Int]? {
    let places = columns.compactMap { column in keys.firstIndex { $0.kind == .column(column) } }
    return places.count == columns.count ? places : nil
  }
}
