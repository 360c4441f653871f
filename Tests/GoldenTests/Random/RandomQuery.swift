// A random query with its text and its naive result, built one operator at a time. In: a seed. Out: definitions, a query,
// rows for its streams, and what must come out.

import Values

/// The rows of one stream by partition.
struct RandomStream {
  var name: String
  var partitions: [[[String: Value]]]
}

/// What the tests need of a random query.
protocol RandomCase {
  var definitions: String { get }
  var query: String { get }
  var streams: [RandomStream] { get }
  /// What must come out.
  var relation: NaiveRelation { get }
  /// Whether the rows must come in this order, not only be the same.
  var isOrdered: Bool { get }
}

struct RandomQuery: RandomCase {
  static let columns = [
    NaiveColumn(name: "k", type: .text), NaiveColumn(name: "i", type: .int64), NaiveColumn(name: "j", type: .int64),
    NaiveColumn(name: "f", type: .float64), NaiveColumn(name: "ts", type: .timestamp),
  ]

  private(set) var definitions = ""
  private(set) var query = ""
  private(set) var streams: [RandomStream] = []
  private(set) var relation = NaiveRelation(columns: [], rows: [])
  private(set) var isOrdered = false
  private var random: SeededNumbers
  private let delay: Int64
  private let watermarksLater: Bool

  init(seed: Int) {
    random = SeededNumbers(UInt64(seed))
    delay = Int64(random.below(8)) * 1_000_000
    watermarksLater = random.chance(4)
    start()
    for _ in 0..<random.below(4) { addStateless() }
    if watermarksLater {
      add("WATERMARK FOR ts AS ts - INTERVAL '\(delay / 1_000_000)' SECOND")
      relation = relation.watermarked(delay: delay)
      if random.chance(2) { addFilter() }
    }
    addEnd()
  }

  private mutating func add(_ operation: String) { query += "\n|> " + operation }

  // MARK: Streams

  private mutating func start() {
    let isUnion = random.chance(4)
    for name in isUnion ? ["s", "t"] : ["s"] {
      let watermark =
        watermarksLater ? "" : ", WATERMARK FOR ts AS ts - INTERVAL '\(delay / 1_000_000)' SECOND"
      definitions += "CREATE STREAM \(name) (k STRING, i BIGINT, j BIGINT, f DOUBLE, ts TIMESTAMP\(watermark));\n"
      let partitions = (0..<1 + random.below(3)).map { _ in Self.rows(&random, atMost: 50) }
      streams.append(RandomStream(name: name, partitions: partitions))
    }
    query = isUnion ? "FROM s |> UNION ALL (FROM t)" : "FROM s"
    relation.columns = Self.columns
    for (number, stream) in streams.enumerated() {
      for (partition, rows) in stream.partitions.enumerated() {
        relation.rows += rows.enumerated().map { NaiveRow(values: $1, place: [number, partition], offset: $0) }
      }
    }
    if !watermarksLater { relation = relation.watermarked(delay: delay) }
  }

  /// Times that go up with some disorder, often equal and often exactly at the edges of windows; few different values.
  static func rows(_ random: inout SeededNumbers, atMost count: Int) -> [[String: Value]] {
    var time = RowNotation.baseDay + Int64(random.below(20)) * 1_000_000 - 10_000_000
    let isSmall = random.chance(3)
    return (0..<random.below(isSmall ? 6 : count)).map { _ in
      time += [0, 0, 1, 2, 5, 9][random.below(6)] * 1_000_000
      var moment = time - (random.chance(3) ? Int64(random.below(25)) * 1_000_000 : 0)
      if random.chance(3) { moment = moment / 5_000_000 * 5_000_000 }
      if random.chance(8) { moment -= 1 }
      return [
        "k": random.chance(7) ? .null : .string(random.pick(["a", "b", "c", ""])),
        "i": random.chance(7) ? .null : .int(Int64(random.below(7)) - 2),
        "j": random.chance(7) ? .null : .int(Int64(random.below(3))),
        "f": random.chance(7) ? .null : .double(Double(random.below(32)) / 8 - 2),
        "ts": random.chance(15) ? .null : .int(moment),
      ]
    }
  }

  // MARK: Operators

  /// Of results that change, each state may fail on its own: such filters are made of what never fails.
  private mutating func addFilter(fails: Bool = true) {
    let condition = random.condition(relation.columns, fails: fails && random.chance(3))
    add("WHERE \(condition.sql)")
    relation = relation.filtered(condition)
  }

  private mutating func addStateless() {
    switch random.below(5) {
    case 0, 1: addFilter()
    case 2:
      let column = NaiveColumn(name: "e\(relation.columns.count)", type: .int64)
      let expression = random.number(relation.columns, fails: false)
      add("EXTEND \(expression.sql) AS \(column.name)")
      relation = relation.setting(column, .add(expression, .integer(0)))
    case 3:
      guard let column = relation.columns.first(where: { $0.name == "j" }) else { return }
      let expression = random.number(relation.columns, fails: false)
      add("SET j = \(expression.sql)")
      relation = relation.setting(column, expression)
    default:
      var names = relation.columns.map(\.name).shuffled(using: &random)
      names = names.filter { $0 == "ts" || !random.chance(4) }
      add("SELECT \(names.joined(separator: ", "))")
      relation = relation.selecting(names)
    }
  }

  private mutating func addEnd() {
    switch random.below(10) {
    case 0: break
    case 1:
      add("DISTINCT")
      relation = relation.distinct()
    case 2, 3: addGroups()
    case 4: addSort()
    case 5: addLimit()
    case 6: addSessions()
    default: addWindow()
    }
  }

  private mutating func keys() -> [String] {
    relation.columns.filter { $0.type == .text || $0.name == "j" }.map(\.name).filter { _ in random.chance(2) }
  }

  /// What a query computes and then does not read is not computed, and so does not fail: `fails` is for results that stay.
  private mutating func calls(fails: Bool) -> [NaiveCall] {
    let columns = relation.columns
    return (0..<1 + random.below(4)).map { number in
      let name = "a\(number)"
      let filter = random.chance(4) ? random.condition(columns, fails: false) : nil
      switch random.below(6) {
      case 0: return NaiveCall(name: name, function: "COUNT", argument: nil, filter: filter, type: .int64)
      case 1:
        return NaiveCall(
          name: name, function: random.pick(["MIN", "MAX"]), argument: random.column(of: .text, in: columns),
          filter: filter, type: .text)
      case 2 where columns.contains { $0.type == .float64 }:
        return NaiveCall(
          name: name, function: "SUM", argument: random.column(of: .float64, in: columns), filter: filter,
          type: .float64)
      case 3:
        return NaiveCall(
          name: name, function: "AVG", argument: random.number(columns, fails: fails && random.chance(4)),
          filter: filter, type: .float64)
      default:
        return NaiveCall(
          name: name, function: random.pick(["SUM", "COUNT", "COUNT DISTINCT", "MIN", "MAX"]),
          argument: .add(random.number(columns, fails: fails && random.chance(4)), .integer(0)), filter: filter,
          type: .int64)
      }
    }
  }

  private mutating func addGroups() {
    let keys = keys()
    let next = random.below(4)
    let calls = calls(fails: next != 0)
    add(
      "AGGREGATE \(calls.map(\.sql).joined(separator: ", "))"
        + (keys.isEmpty ? "" : " GROUP BY \(keys.joined(separator: ", "))"))
    relation = relation.aggregated(calls, by: keys)
    switch next {
    case 0:
      let count = NaiveCall(name: "groups", function: "COUNT", argument: nil, filter: nil, type: .int64)
      let key = relation.columns[random.below(relation.columns.count)].name
      if relation.columns.contains(where: { $0.name == key && $0.type == .float64 }) { return }
      add("AGGREGATE COUNT(*) AS groups GROUP BY \(key)")
      relation = relation.aggregated([count], by: [key])
    case 1: addFilter(fails: false)
    default: break
    }
  }

  private mutating func addWindow() {
    let unit: Int64 = 1_000_000
    let kind = ["TUMBLE", "HOP", "CUMULATE"][random.below(3)]
    let step = [2, 5, 5, 10, 20][random.below(5)] * unit
    let size = kind == "CUMULATE" ? step * Int64(1 + random.below(4)) : [5, 10, 10, 15, 20][random.below(5)] * unit
    let window = NaiveWindow(
      cumulates: kind == "CUMULATE", size: size, step: kind == "TUMBLE" ? size : step,
      offset: random.chance(3) ? Int64(random.below(5)) * unit : 0,
      grace: random.chance(2) ? 0 : Int64(random.below(12)) * unit)
    let keys = keys()
    let next = random.below(4)
    let calls = calls(fails: next != 0)
    var text = "\(kind)(ts, SIZE \(size / unit) SECONDS"
    if kind == "HOP" { text += ", EVERY \(step / unit) SECONDS" }
    if kind == "CUMULATE" { text += ", STEP \(step / unit) SECONDS" }
    if window.offset > 0 { text += ", OFFSET \(window.offset / unit) SECONDS" }
    add("WINDOW \(text))" + (window.grace > 0 ? " GRACE \(window.grace / unit) SECONDS" : ""))
    add("AGGREGATE \(calls.map(\.sql).joined(separator: ", ")) GROUP BY \((["WINDOW"] + keys).joined(separator: ", "))")
    let changes = random.chance(3)
    if changes { add("EMIT CHANGES") }
    relation = relation.windowed(window, calls, by: keys)
    switch next {
    case 0 where !changes:
      let again = [
        NaiveCall(name: "n", function: "COUNT", argument: nil, filter: nil, type: .int64),
        NaiveCall(
          name: "most", function: "MAX", argument: .column(NaiveColumn(name: calls[0].name, type: calls[0].type)),
          filter: nil, type: calls[0].type),
      ]
      add("AGGREGATE \(again.map(\.sql).joined(separator: ", ")) GROUP BY WINDOW")
      relation = relation.aggregated(again, by: NaiveRelation.bounds.map(\.name))
    case 1: addFilter(fails: !changes)
    default: break
    }
  }

  private mutating func addSessions() {
    let unit: Int64 = 1_000_000
    let gap = [1, 2, 5, 10][random.below(4)] * unit
    let maximum = random.chance(2) ? nil : [5, 8, 20][random.below(3)] * unit
    let grace = random.chance(2) ? 0 : Int64(random.below(12)) * unit
    var keys = keys()
    if keys.isEmpty {
      guard let key = relation.columns.first(where: { $0.type == .text || $0.name == "j" }) else { return addWindow() }
      keys = [key.name]
    }
    let calls = calls(fails: true)
    var text = "SESSION(ts, GAP \(gap / unit) SECONDS"
    if let maximum { text += ", MAX \(maximum / unit) SECONDS" }
    add("WINDOW \(text)) PER \(keys.joined(separator: ", "))" + (grace > 0 ? " GRACE \(grace / unit) SECONDS" : ""))
    let between = random.chance(4)
    if between { add("WHERE TRUE") }
    add("AGGREGATE \(calls.map(\.sql).joined(separator: ", ")) GROUP BY \((["WINDOW"] + keys).joined(separator: ", "))")
    if !between, random.chance(3) { add("EMIT CHANGES") }
    relation = relation.sessions(gap: gap, maximum: maximum, grace: grace, calls, by: keys)
  }

  /// The order of partitions of one stream; of two streams no order is promised for ties.
  private mutating func addSort() {
    let columns = relation.columns.filter { $0.type == .int64 || $0.type == .text }
    guard !columns.isEmpty, streams.count == 1 else { return }
    let column = random.pick(columns).name
    let descending = random.chance(2)
    let limit = random.chance(2) ? nil : random.below(20)
    add("ORDER BY \(column)" + (descending ? " DESC" : ""))
    if let limit { add("LIMIT \(limit)") }
    isOrdered = true
    let sorted = relation.rows.enumerated().sorted { left, right in
      let order = NaiveOrder.compare(left.element.values[column] ?? .null, right.element.values[column] ?? .null)
      return order == 0 ? left.offset < right.offset : descending ? order > 0 : order < 0
    }.map(\.element)
    relation.rows = Array(sorted.prefix(limit ?? Int.max))
  }

  private mutating func addLimit() {
    guard streams.count == 1 else { return }
    let limit = random.below(20)
    let offset = random.chance(2) ? 0 : random.below(5)
    add("LIMIT \(limit)" + (offset > 0 ? " OFFSET \(offset)" : ""))
    relation.rows = Array(relation.rows.dropFirst(offset).prefix(limit))
    isOrdered = true
  }
}
