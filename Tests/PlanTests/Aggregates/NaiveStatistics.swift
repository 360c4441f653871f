// What the functions of sorted values, of pairs and of moments should give, by their textbook definitions over a list of
// rows. In: rows as values. Out: a value; nil where the function is not one of these.

import Values

@testable import Plan

enum NaiveStatistics {
  /// A result, which may be an error.
  struct Outcome {
    var value: Value?
  }

  static func result(_ name: String, _ rows: [[Value]], of type: DataType) -> Outcome? {
    let whole = rows.filter { !$0.contains(.null) }.sorted { NaiveAggregates.compare(.row($0), .row($1)) < 0 }
    if let result = ordered(name, whole) { return result }
    let numbers = whole.map { $0.map(double) }
    if name.hasPrefix("REGR") || name.hasPrefix("CO") { return pairs(name, numbers).map { Outcome(value: $0) } }
    return single(name, numbers.map { $0.first ?? 0 }, whole, type)
  }

  static func double(_ value: Value) -> Double {
    switch value {
    case .double(let value): value
    case .int(let value): Double(value)
    default: 0
    }
  }

  private static func ordered(_ name: String, _ rows: [[Value]]) -> Outcome? {
    let values = rows.map { $0.first ?? .null }
    switch name {
    case "COUNT_DISTINCT", "APPROX_COUNT_DISTINCT": return Outcome(value: .int(Int64(Set(values).count)))
    case "ARRAY_AGG": return Outcome(value: values.isEmpty ? .null : .array(values))
    case "STRING_AGG":
      guard let last = rows.last else { return Outcome(value: .null) }
      let texts = values.map { if case .bytes(let bytes) = $0 { String(decoding: bytes, as: UTF8.self) } else { "" } }
      var separator = ","
      if last.count > 1, case .bytes(let bytes) = last[1] { separator = String(decoding: bytes, as: UTF8.self) }
      return Outcome(value: .string(texts.joined(separator: separator)))
    case "HISTOGRAM":
      let counts = Dictionary(grouping: values) { $0 }.mapValues(\.count)
      let keys = counts.keys.sorted { NaiveAggregates.compare($0, $1) < 0 }
      return Outcome(value: values.isEmpty ? .null : .array(keys.map { .row([$0, .int(Int64(counts[$0] ?? 0))]) }))
    case "APPROX_TOP_COUNT", "APPROX_QUANTILES": return distribution(name, rows)
    case "PRODUCT":
      return Outcome(value: values.isEmpty ? .null : .double(values.reduce(1) { $0 * double($1) }))
    case "MODE":
      let counts = Dictionary(grouping: values) { $0 }.mapValues(\.count)
      let most = counts.values.max()
      return Outcome(value: values.first { counts[$0] == most } ?? .null)
    case "ENTROPY":
      if values.isEmpty { return Outcome(value: .null) }
      let counts = Dictionary(grouping: values) { $0 }.values.map { Double($0.count) / Double(values.count) }
      return Outcome(value: .double(counts.reduce(0) { $0 - $1 * Real.log2($1) }))
    case "MEDIAN", "PERCENTILE_CONT", "PERCENTILE_DISC": return percentile(name, rows)
    default: return nil
    }
  }

  private static func distribution(_ name: String, _ rows: [[Value]]) -> Outcome {
    guard let last = rows.last else { return Outcome(value: .null) }
    guard case .int(let size) = last[1], size >= 1, size <= 100_000 else { return Outcome(value: nil) }
    if name == "APPROX_QUANTILES" {
      let places = (0...size).map { Int((Double(rows.count - 1) * (Double($0) / Double(size))).rounded(.down)) }
      return Outcome(value: .array(places.map { rows[$0][0] }))
    }
    // One value with two sizes counts as two: the size should be the same in all rows.
    let counts = Dictionary(grouping: rows) { $0 }.mapValues(\.count)
    let entries = counts.keys.sorted { a, b in
      let (x, y) = (counts[a] ?? 0, counts[b] ?? 0)
      return x != y ? x > y : NaiveAggregates.compare(.row(a), .row(b)) < 0
    }
    return Outcome(value: .array(entries.prefix(Int(size)).map { .row([$0[0], .int(Int64(counts[$0] ?? 0))]) }))
  }

  private static func percentile(_ name: String, _ rows: [[Value]]) -> Outcome {
    guard let last = rows.last else { return Outcome(value: .null) }
    let share = name == "MEDIAN" ? 0.5 : double(last[1])
    guard share >= 0, share <= 1 else { return Outcome(value: nil) }
    if name == "PERCENTILE_DISC" {
      let rank = (1...rows.count).first { Double($0) >= share * Double(rows.count) } ?? rows.count
      return Outcome(value: rows[rank - 1][0])
    }
    let position = share * Double(rows.count - 1)
    let (low, high) = (Int(position.rounded(.down)), Int(position.rounded(.up)))
    let part = position - Double(low)
    return Outcome(value: .double(double(rows[low][0]) * (1 - part) + double(rows[high][0]) * part))
  }

  private static func pairs(_ name: String, _ rows: [[Double]]) -> Value? {
    guard rows.allSatisfy({ $0.count == 2 }) else { return nil }
    let n = Double(rows.count)
    if name == "REGR_COUNT" { return .int(Int64(rows.count)) }
    if rows.isEmpty { return .null }
    let (my, mx) = (rows.reduce(0) { $0 + $1[0] } / n, rows.reduce(0) { $0 + $1[1] } / n)
    let xx = rows.reduce(0) { $0 + ($1[1] - mx) * ($1[1] - mx) }
    let yy = rows.reduce(0) { $0 + ($1[0] - my) * ($1[0] - my) }
    let xy = rows.reduce(0) { $0 + ($1[0] - my) * ($1[1] - mx) }
    let isFlat = Set(rows.map { $0[1] }).count < 2
    let isLevel = Set(rows.map { $0[0] }).count < 2
    switch name {
    case "COVAR_POP": return .double(xy / n)
    case "COVAR_SAMP": return rows.count < 2 ? .null : .double(xy / (n - 1))
    case "CORR": return isFlat || isLevel ? .null : .double(xy / (xx * yy).squareRoot())
    case "REGR_SLOPE": return isFlat ? .null : .double(xy / xx)
    case "REGR_INTERCEPT": return isFlat ? .null : .double(my - xy / xx * mx)
    case "REGR_R2": return isFlat ? .null : .double(isLevel ? 1 : xy * xy / (xx * yy))
    case "REGR_AVGX": return .double(mx)
    case "REGR_AVGY": return .double(my)
    case "REGR_SXX": return .double(xx)
    case "REGR_SYY": return .double(yy)
    case "REGR_SXY": return .double(xy)
    default: return nil
    }
  }

  private static func single(
    _ name: String, _ numbers: [Double], _ rows: [[Value]], _ type: DataType
  ) -> Outcome? {
    let n = Double(numbers.count)
    let mean = numbers.reduce(0, +) / max(n, 1)
    func moment(_ power: Int) -> Double {
      numbers.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * (x - mean) } } / n
    }
    let isFlat = Set(numbers).count < 2
    switch name {
    case "SKEWNESS": return Outcome(value: isFlat ? .null : .double(moment(3) / Real.power(moment(2), 1.5)))
    case "KURTOSIS": return Outcome(value: isFlat ? .null : .double(moment(4) / (moment(2) * moment(2)) - 3))
    case "GEOMETRIC_MEAN": return mapped(numbers, { Real.log($0) }, { Real.exp($0) })
    case "HARMONIC_MEAN": return mapped(numbers, { 1 / $0 }, { 1 / $0 })
    case "QUADRATIC_MEAN": return mapped(numbers, { $0 * $0 }, { $0.squareRoot() })
    case "SUM0":
      if case .double = type.storage { return Outcome(value: .double(numbers.reduce(0, +))) }
      var sum: Int128 = 0
      for row in rows {
        switch row[0] {
        case .int(let value): sum += Int128(value)
        case .decimal(let value): sum += value
        default: break
        }
      }
      if case .decimal = type.storage { return Outcome(value: .decimal(sum)) }
      return Outcome(value: Int64(exactly: sum).map { .int($0) })
    default: return nil
    }
  }

  private static func mapped(
    _ numbers: [Double], _ forward: (Double) -> Double, _ backward: (Double) -> Double
  ) -> Outcome {
    if numbers.isEmpty { return Outcome(value: .null) }
    return Outcome(value: .double(backward(numbers.map(forward).reduce(0, +) / Double(numbers.count))))
  }
}
