// What TOP, DEDUPLICATE and OVER do to the type of a relation (LANGUAGE §5.1, §5.2). In: the properties of the input. Out:
// those of the result. Never reports an error.

import Plan
import Values

enum RankProperties {
  static func ranked(_ input: RelationProperties, by ranking: Ranking) -> RelationProperties {
    PropertyRules.with(input) { properties in
      let partition = columns(ranking.partition)
      if let field = ranking.rankField { properties.schema.fields.append(field) }
      properties.partitioning = partition
      if ranking.window == nil {
        properties.timeAttribute = nil
        properties.window = nil
      }
      properties.mode = ranking.emission == .final ? .append : .retract
      // A rank names one row of its partition, when ties are broken.
      guard ranking.function == .rowNumber, let partition else { return }
      var key = (ranking.window.map { [$0.start, $0.end] } ?? []) + partition
      if ranking.rankField != nil { key.append(input.schema.count) }
      guard ranking.rankField != nil || ranking.first == ranking.last else { return }
      properties.keys.append(key)
      if ranking.emission != .final { properties.mode = .upsert(key: key) }
    }
  }

  static func deduplicated(_ input: RelationProperties, by deduplication: Deduplication) -> RelationProperties {
    PropertyRules.with(input) { properties in
      let keys = columns(deduplication.keys)
      properties.partitioning = keys
      if let keys, deduplication.within == nil { properties.keys.append(keys) }
      switch deduplication.kept {
      case .first: properties.mode = .append
      case .last:
        properties.mode = keys.map { .upsert(key: $0) } ?? .retract
        properties.timeAttribute = nil
        properties.window = nil
      }
    }
  }

  static func over(_ input: RelationProperties, _ over: OverWindow) -> RelationProperties {
    PropertyRules.with(input) { properties in
      properties.schema.fields += over.calls.map(\.result)
      properties.partitioning = columns(over.partition)
    }
  }

  private static func columns(_ expressions: [TypedExpression]) -> [Int]? {
    let columns = expressions.compactMap { expression -> Int? in
      if case .column(let index) = expression.kind { index } else { nil }
    }
    return columns.count == expressions.count ? columns : nil
  }
}
