// Joins, set operations, subqueries and TOP by their definitions: nested loops over whole relations. In: relations whose
// column names differ. Out: relations. Equal rows are as many as the definitions say.

import Values

enum NaiveJoinKind: String, CaseIterable {
  case inner = "JOIN"
  case left = "LEFT JOIN"
  case right = "RIGHT JOIN"
  case full = "FULL JOIN"
  case semi = "SEMI JOIN"
  case anti = "ANTI JOIN"
}

extension NaiveRelation {
  func joined(_ kind: NaiveJoinKind, _ other: NaiveRelation, on condition: NaiveExpression?) -> NaiveRelation {
    var result = self
    result.rows = []
    if kind != .semi && kind != .anti { result.columns += other.columns }
    var matchedRight = Set<Int>()
    for row in rows {
      var isMatched = false
      for (number, match) in other.rows.enumerated() {
        let both = row.values.merging(match.values) { left, _ in left }
        if let condition, (try? condition.value(both)) != .bool(true) { continue }
        isMatched = true
        matchedRight.insert(number)
        if kind != .semi && kind != .anti { result.rows.append(NaiveRow(values: both, place: [], offset: 0)) }
      }
      let leavesAlone = kind == .left || kind == .full || kind == .anti
      if isMatched ? kind == .semi : leavesAlone {
        result.rows.append(NaiveRow(values: row.values, place: [], offset: 0))
      }
    }
    guard kind == .right || kind == .full else { return result }
    for (number, match) in other.rows.enumerated() where !matchedRight.contains(number) {
      result.rows.append(NaiveRow(values: match.values, place: [], offset: 0))
    }
    return result
  }

  /// INTERSECT and EXCEPT over columns of the same places; the result has the names of this one.
  func combined(_ operation: String, all: Bool, _ other: NaiveRelation) -> NaiveRelation {
    var theirs: [[Value]: Int] = [:]
    for list in other.lists { theirs[list, default: 0] += 1 }
    var mine: [[Value]: Int] = [:]
    for list in lists { mine[list, default: 0] += 1 }
    var result = self
    result.rows = []
    for (list, count) in mine {
      let opposite = theirs[list] ?? 0
      var copies = operation == "INTERSECT" ? min(count, opposite) : count - opposite
      if !all { copies = operation == "INTERSECT" ? min(copies, 1) : opposite == 0 ? 1 : 0 }
      let values = Dictionary(uniqueKeysWithValues: zip(columns.map(\.name), list))
      for _ in 0..<max(0, copies) { result.rows.append(NaiveRow(values: values, place: [], offset: 0)) }
    }
    return result
  }

  /// `value IN (the only column of `other`)`, three-valued.
  func membership(_ column: NaiveColumn, in other: NaiveRelation, negated: Bool) -> NaiveRelation {
    let members = other.lists.map { $0[0] }
    var result = self
    result.rows = rows.filter { row in
      let value = row.values[column.name] ?? .null
      let isMember: Bool? =
        members.isEmpty
        ? false : value.isNull ? nil : members.contains(value) ? true : members.contains(.null) ? nil : false
      return isMember == !negated
    }
    return result
  }

  /// The first rows of each group by all columns, so that no two different rows stand at the same place.
  func top(_ limit: Int, per key: NaiveColumn, by column: NaiveColumn) -> NaiveRelation {
    var result = self
    result.rows = []
    let order = [column] + columns.filter { $0 != column }
    for (_, group) in Dictionary(grouping: rows, by: { $0.values[key.name] ?? .null }) {
      let sorted = group.sorted { left, right in
        for column in order {
          let comparison = NaiveOrder.compare(left.values[column.name] ?? .null, right.values[column.name] ?? .null)
          if comparison != 0 { return comparison < 0 }
        }
        return false
      }
      result.rows += sorted.prefix(limit)
    }
    return result
  }
}
