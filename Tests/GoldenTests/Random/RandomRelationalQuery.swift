// A random query of two relations, each of which may change: joins of every kind, set operations, subqueries and TOP, with
// filters and groups before and after. In: a seed. Out: definitions, a query, rows, and what must come out.

import Values

struct RandomRelationalQuery: RandomCase {
  private(set) var definitions = ""
  private(set) var query = ""
  private(set) var streams: [RandomStream] = []
  private(set) var relation = NaiveRelation(columns: [], rows: [])
  let isOrdered = false
  private var random: SeededNumbers

  init(seed: Int) {
    random = SeededNumbers(UInt64(seed) &+ 1_000_003)
    for name in ["s", "t"] {
      definitions += "CREATE STREAM \(name) (k STRING, i BIGINT, j BIGINT, f DOUBLE, ts TIMESTAMP);\n"
      let partitions = (0..<1 + random.below(2)).map { _ in RandomQuery.rows(&random, atMost: 18) }
      streams.append(RandomStream(name: name, partitions: partitions))
    }
    let (text, left) = side(0, prefix: "l")
    query = text
    relation = left
    combine()
    addEnd()
  }

  // MARK: Sides

  /// One stream, filtered or grouped, with three columns of its own names: text, BIGINT, BIGINT.
  private mutating func side(_ stream: Int, prefix: String) -> (text: String, relation: NaiveRelation) {
    var text = "FROM \(streams[stream].name)"
    var relation = NaiveRelation(columns: RandomQuery.columns, rows: [])
    for (partition, rows) in streams[stream].partitions.enumerated() {
      relation.rows += rows.enumerated().map { NaiveRow(values: $1, place: [stream, partition], offset: $0) }
    }
    if random.chance(3) {
      let condition = random.condition(relation.columns, fails: false)
      text += " |> WHERE \(condition.sql)"
      relation = relation.filtered(condition)
    }
    if random.chance(3) {
      let calls = [
        NaiveCall(
          name: "i", function: random.pick(["MIN", "MAX", "SUM"]),
          argument: .column(NaiveColumn(name: "i", type: .int64)), filter: nil, type: .int64)
      ]
      text += " |> AGGREGATE \(calls[0].sql) GROUP BY k, j"
      relation = relation.aggregated(calls, by: ["k", "j"])
    } else if random.chance(4) {
      text += " |> SELECT k, i, j |> DISTINCT"
      relation = relation.selecting(["k", "i", "j"]).distinct()
    }
    let names = ["k", "i", "j"]
    text += " |> SELECT \(names.map { "\($0) AS \(prefix)\($0)" }.joined(separator: ", "))"
    relation = relation.selecting(names)
    relation.rows = relation.rows.map { row in
      let values = names.map { (prefix + $0, row.values[$0] ?? .null) }
      return NaiveRow(values: Dictionary(uniqueKeysWithValues: values), place: [], offset: 0)
    }
    relation.columns = relation.columns.map { NaiveColumn(name: prefix + $0.name, type: $0.type) }
    return (text, relation)
  }

  private func column(_ name: String, _ type: DataType = .int64) -> NaiveColumn { NaiveColumn(name: name, type: type) }

  // MARK: Two relations

  private mutating func combine() {
    let (text, right) = side(random.chance(4) ? 0 : 1, prefix: "r")
    switch random.below(8) {
    case 0, 1:
      let operation = random.pick(["INTERSECT", "EXCEPT"])
      let all = random.chance(2)
      query += "\n|> \(operation) \(all ? "ALL" : "DISTINCT") (\(text))"
      relation = relation.combined(operation, all: all, right)
    case 2:
      let (name, type) = random.pick([("k", DataType.text), ("j", .int64)])
      let negated = random.chance(2)
      query += "\n|> WHERE l\(name) \(negated ? "NOT IN" : "IN") (\(text) |> SELECT r\(name))"
      relation = relation.membership(column("l\(name)", type), in: right.selecting(["r\(name)"]), negated: negated)
    case 3:
      let condition = NaiveExpression.compare("=", .column(column("rj")), .column(column("lj")))
      let negated = random.chance(2)
      query += "\n|> WHERE \(negated ? "NOT " : "")EXISTS (\(text) |> WHERE rj = lj)"
      relation = relation.joined(negated ? .anti : .semi, right, on: condition)
    default: join(text, right)
    }
  }

  private mutating func join(_ text: String, _ right: NaiveRelation) {
    var conditions: [NaiveExpression] = []
    if !random.chance(6) { conditions.append(.compare("=", .column(column("lj")), .column(column("rj")))) }
    if random.chance(3) {
      conditions.append(.compare("=", .column(column("lk", .text)), .column(column("rk", .text))))
    }
    if conditions.isEmpty || random.chance(3) {
      conditions.append(random.condition(relation.columns + right.columns, fails: false))
    }
    let condition = conditions.dropFirst().reduce(conditions[0]) { .and($0, $1) }
    let kind = random.pick(NaiveJoinKind.allCases)
    query += "\n|> \(kind.rawValue) (\(text)) AS r ON \(condition.sql)"
    relation = relation.joined(kind, right, on: condition)
  }

  // MARK: Afterwards

  private mutating func addEnd() {
    if random.chance(3) {
      let condition = random.condition(relation.columns, fails: false)
      query += "\n|> WHERE \(condition.sql)"
      relation = relation.filtered(condition)
    }
    switch random.below(4) {
    case 0:
      let calls = [
        NaiveCall(name: "n", function: "COUNT", argument: nil, filter: nil, type: .int64),
        NaiveCall(
          name: "m", function: random.pick(["MAX", "MIN", "SUM", "COUNT DISTINCT"]), argument: .column(column("li")),
          filter: nil, type: .int64),
      ]
      query += "\n|> AGGREGATE \(calls.map(\.sql).joined(separator: ", ")) GROUP BY lk"
      relation = relation.aggregated(calls, by: ["lk"])
    case 1:
      let limit = 1 + random.below(3)
      let order = ["li"] + relation.columns.map(\.name).filter { $0 != "li" }
      query += "\n|> TOP \(limit) PER lj ORDER BY \(order.joined(separator: ", "))"
      relation = relation.top(limit, per: column("lj"), by: column("li"))
    case 2:
      query += "\n|> DISTINCT"
      relation = relation.distinct()
    default: break
    }
  }
}
