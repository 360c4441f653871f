// The end of a table's own operators: where records become the rows that stand. In: the node that delivers records, the table's
// layout. Out: the node that all queries of the table read, so that its rows are kept once.

import Plan
import Values

extension Lowering {
  /// Rows of one key to one worker, which keeps the last; rows without a key are added and taken back where they are.
  mutating func normalize(
    _ port: Port, _ layout: StreamLayout, _ normalization: Normalization, bounded: Bool
  ) -> Port {
    let stream = layout.scan.stream
    let schema = layout.projectedSchema
    let keys = normalization.keys.map { TypedExpression.column($0, schema[$0]) }
    var properties = RelationProperties(schema: schema, bounded: bounded, partitioning: normalization.keys)
    if keys.isEmpty {
      properties.schema = layout.deliveredSchema
      properties.mode = .retract
      properties.partitioning = nil
      return add(.normalize(normalization), [port], properties, owner: stream.name, range: stream.range)
    }
    let exchanged = add(.exchange(keys), [port], properties, owner: stream.name, range: stream.range)
    properties.schema = layout.deliveredSchema
    properties.mode = .upsert(key: normalization.keys)
    properties.keys = [normalization.keys]
    let names = normalization.keys.map { schema[$0].name }.joined(separator: ", ")
    let bound = StateBound(.keys, reason: "the row of each \(names), which is the table itself")
    return add(
      .normalize(normalization), [exchanged], properties, owner: stream.name, range: stream.range, state: bound)
  }
}
