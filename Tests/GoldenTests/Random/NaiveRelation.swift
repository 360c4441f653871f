// Whole relations evaluated at once, operator by operator, with no steps and no state: the reference for random queries.
// In: all rows of all partitions, each with the watermark before it. Out: rows.

import Values

/// A row and where it came from. Rows of one `place` are in their order.
struct NaiveRow {
  var values: [String: Value]
  /// (stream, partition), and the number of the row in it.
  var place: [Int]
  var offset: Int
  /// The watermark of its partition just before it.
  var watermark = Int64.min
}

struct NaiveRelation {
  var columns: [NaiveColumn]
  var rows: [NaiveRow]
  /// Rows that failed, and rows that were late, so far.
  var failed = 0
  var late = 0

  /// The rows as lists of values.
  var lists: [[Value]] { rows.map { row in columns.map { row.values[$0.name] ?? .null } } }

  /// The rows for which `keep` says TRUE; those on which it fails are counted.
  func filtered(_ condition: NaiveExpression) -> NaiveRelation {
    var result = self
    result.rows = []
    for row in rows {
      do throws(NaiveFailure) {
        if try condition.value(row.values) == .bool(true) { result.rows.append(row) }
      } catch {
        result.failed += 1
      }
    }
    return result
  }

  /// With a column added at the end, or replaced.
  func setting(_ column: NaiveColumn, _ expression: NaiveExpression) -> NaiveRelation {
    var result = self
    result.rows = []
    if !columns.contains(where: { $0.name == column.name }) { result.columns.append(column) }
    for var row in rows {
      do throws(NaiveFailure) {
        row.values[column.name] = try expression.value(row.values)
        result.rows.append(row)
      } catch {
        result.failed += 1
      }
    }
    return result
  }

  func selecting(_ names: [String]) -> NaiveRelation {
    var result = self
    result.columns = names.compactMap { name in columns.first { $0.name == name } }
    return result
  }

  /// With the watermark of each row computed anew over the rows that are left, in the order of each partition.
  func watermarked(delay: Int64) -> NaiveRelation {
    var result = self
    var greatest: [[Int]: Int64] = [:]
    for index in result.rows.indices {
      let place = result.rows[index].place
      result.rows[index].watermark = greatest[place] ?? .min
      if case .int(let time) = result.rows[index].values["ts"] {
        greatest[place] = max(greatest[place] ?? .min, time - delay)
      }
    }
    return result
  }

  func distinct() -> NaiveRelation {
    var result = self
    var seen: Set<[Value]> = []
    result.rows = zip(rows, lists).filter { seen.insert($0.1).inserted }.map(\.0)
    return result
  }

  // MARK: Groups

  func aggregated(_ calls: [NaiveCall], by keys: [String]) -> NaiveRelation {
    var result = self
    result.columns =
      keys.compactMap { name in columns.first { $0.name == name } }
      + calls.map { NaiveColumn(name: $0.name, type: $0.type) }
    result.rows = []
    var groups: [[Value]: [NaiveRow]] = [:]
    if keys.isEmpty { groups[[]] = [] }
    for row in rows {
      do throws(NaiveFailure) {
        for call in calls { try call.check(row.values) }
        groups[keys.map { row.values[$0] ?? .null }, default: []].append(row)
      } catch {
        result.failed += 1
      }
    }
    for (key, rows) in groups {
      var values = Dictionary(uniqueKeysWithValues: zip(keys, key))
      for call in calls { values[call.name] = call.result(rows.map(\.values)) }
      result.rows.append(NaiveRow(values: values, place: [], offset: 0))
    }
    return result
  }

  /// GROUP BY WINDOW, keys: each row in every window that holds its time and does not come too late for it.
  func windowed(_ window: NaiveWindow, _ calls: [NaiveCall], by keys: [String]) -> NaiveRelation {
    var assigned = self
    assigned.rows = []
    var failures = 0
    for row in rows {
      guard case .int(let time) = row.values["ts"] else { continue }
      let windows = window.windows(of: time)
      if windows.isEmpty { continue }
      let open = windows.filter { $0.end + window.grace > row.watermark }
      if open.isEmpty {
        assigned.late += 1
        continue
      }
      // A row on which an aggregate fails is one dead letter, however many windows it lies in.
      if (try? calls.forEach { try $0.check(row.values) }) == nil {
        failures += 1
        continue
      }
      for (start, end) in open {
        var copy = row
        copy.values["window_start"] = .int(start)
        copy.values["window_end"] = .int(end)
        copy.values["window_time"] = .int(end - 1)
        assigned.rows.append(copy)
      }
    }
    assigned.columns = Self.bounds + columns
    assigned.failed += failures
    let result = assigned.aggregated(calls, by: Self.bounds.map(\.name) + keys)
    return result
  }

  /// GROUP BY WINDOW, keys over sessions of the keys: times in order, cut by cut.
  func sessions(gap: Int64, maximum: Int64?, grace: Int64, _ calls: [NaiveCall], by keys: [String]) -> NaiveRelation {
    var assigned = self
    assigned.rows = []
    assigned.columns = Self.bounds + columns
    var groups: [[Value]: [(time: Int64, row: NaiveRow)]] = [:]
    for row in rows {
      guard case .int(let time) = row.values["ts"] else { continue }
      if row.watermark > .min, time <= row.watermark - grace {
        assigned.late += 1
      } else if (try? calls.forEach { try $0.check(row.values) }) == nil {
        assigned.failed += 1
      } else {
        groups[keys.map { row.values[$0] ?? .null }, default: []].append((time, row))
      }
    }
    for group in groups.values {
      var session: [(time: Int64, row: NaiveRow)] = []
      func close() {
        guard let first = session.first?.time, let last = session.last?.time else { return }
        let end = min(last + gap, maximum.map { first + $0 } ?? .max)
        for (_, row) in session {
          var copy = row
          copy.values["window_start"] = .int(first)
          copy.values["window_end"] = .int(end)
          copy.values["window_time"] = .int(end - 1)
          assigned.rows.append(copy)
        }
        session = []
      }
      for entry in group.sorted(by: { $0.time < $1.time }) {
        if let first = session.first, let last = session.last,
          entry.time - last.time > gap || (maximum.map { entry.time - first.time >= $0 } ?? false)
        {
          close()
        }
        session.append(entry)
      }
      close()
    }
    return assigned.aggregated(calls, by: Self.bounds.map(\.name) + keys)
  }

  static let bounds = ["window_start", "window_end", "window_time"].map { NaiveColumn(name: $0, type: .timestamp) }
}

struct NaiveWindow {
  var cumulates = false
  var size: Int64
  var step: Int64
  var offset: Int64
  var grace: Int64

  /// The windows that hold a time.
  func windows(of time: Int64) -> [(start: Int64, end: Int64)] {
    let distance = cumulates ? size : step
    let nearest = (time - offset) / distance * distance + offset
    let lengths = cumulates ? Array(stride(from: step, through: size, by: Int(step))) : [size]
    var result: [(start: Int64, end: Int64)] = []
    for number in -(size / distance + 2)...2 {
      let start = nearest + number * distance
      for length in lengths where start <= time && time < start + length { result.append((start, start + length)) }
    }
    return result
  }
}

/// An aggregate by its definition.
struct NaiveCall {
  var name: String
  var function: String
  var argument: NaiveExpression?
  var filter: NaiveExpression?
  var type: DataType

  var sql: String {
    let inside = argument?.sql ?? "*"
    let head = function == "COUNT DISTINCT" ? "COUNT(DISTINCT \(inside))" : "\(function)(\(inside))"
    return head + (filter.map { " FILTER (WHERE \($0.sql))" } ?? "") + " AS \(name)"
  }

  /// Fails where the call fails on a row.
  func check(_ row: [String: Value]) throws(NaiveFailure) {
    if let filter, try filter.value(row) != .bool(true) { return }
    if let argument { _ = try argument.value(row) }
  }

  func result(_ rows: [[String: Value]]) -> Value {
    let counted = rows.filter { row in filter.map { (try? $0.value(row)) == .bool(true) } ?? true }
    guard let argument else { return .int(Int64(counted.count)) }
    let values = counted.compactMap { try? argument.value($0) }.filter { !$0.isNull }
    switch function {
    case "COUNT": return .int(Int64(values.count))
    case "COUNT DISTINCT": return .int(Int64(Set(values).count))
    case "MIN": return values.min { NaiveOrder.compare($0, $1) < 0 } ?? .null
    case "MAX": return values.max { NaiveOrder.compare($0, $1) < 0 } ?? .null
    default: return sum(values)
    }
  }

  private func sum(_ values: [Value]) -> Value {
    if values.isEmpty { return .null }
    var integers: Int64 = 0
    var doubles = 0.0
    for value in values {
      if case .int(let number) = value { integers += number }
      if case .double(let number) = value { doubles += number }
    }
    if type == .int64 { return .int(integers) }
    if function == "AVG" { return .double(Double(integers) / Double(values.count)) }
    return .double(doubles)
  }
}
