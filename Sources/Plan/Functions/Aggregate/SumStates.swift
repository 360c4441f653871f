// SUM and AVG. Integers and decimals are summed exactly in 128 bits; doubles in twice their precision, so that the result
// does not depend on the order in which partitions and workers deliver rows (promise 1; Docs/decisions/0003).

import Values

extension AggregateLibrary {
  static let sumFunctions: [AggregateFunction] = [
    AggregateFunction(
      "SUM", parameters: "x", "Adds up the values; NULL when there is none. A sum that does not fit is a row error.",
      example: AggregateExample("SUM(x)", "3"), supportsRetraction: true,
      resolve: { types in numericResolution(types) { sumType(of: $0) } },
      makeStates: { types, result in makeSumStates(types, result: result, average: false) }),
    AggregateFunction(
      "AVG", parameters: "x", "The mean of the values; NULL when there is none. DOUBLE for integers.",
      example: AggregateExample("AVG(x)", "1.5"), supportsRetraction: true,
      resolve: { types in numericResolution(types) { averageType(of: $0) } },
      makeStates: { types, result in makeSumStates(types, result: result, average: true) }),
  ]

  /// One numeric argument, widened to the largest type of its family.
  static func numericResolution(
    _ types: [DataType], _ result: (DataType) -> DataType
  ) -> AggregateResolution? {
    guard types.count == 1 else { return nil }
    let type = types[0]
    if type.isInteger || type == .null { return AggregateResolution([.int64], result(.int64)) }
    if type.isFloating { return AggregateResolution([.float64], result(.float64)) }
    return type.isDecimal ? AggregateResolution([type], result(type)) : nil
  }

  private static func sumType(of type: DataType) -> DataType {
    if case .decimal(_, let scale) = type { .decimal(precision: 38, scale: scale) } else { type }
  }

  private static func averageType(of type: DataType) -> DataType {
    if case .decimal(_, let scale) = type { .decimal(precision: 38, scale: max(scale, 6)) } else { .float64 }
  }

  private static func makeSumStates(_ types: [DataType], result: DataType, average: Bool) -> any AccumulatorState {
    switch types.first?.storage {
    case .double: return DoubleSumStates(average: average)
    case .decimal, .int: return ExactSumStates(argument: types[0], result: result, average: average)
    case .bool, .bytes, .array, .row, nil: wrongStorage("SUM")
    }
  }
}

/// Sums of integers and decimals.
final class ExactSumStates: AccumulatorState {
  private let sums = StateVector<Int128>(empty: 0)
  private let counts = StateVector<Int64>(empty: 0)
  /// Groups whose sum has left 128 bits: nothing can be said of them any more.
  private let overflowed = StateVector<Bool>(empty: false)
  private let average: Bool
  private let result: DataType
  /// What a mean of decimals is multiplied by to reach the result's scale.
  private let rescale: Int128

  init(argument: DataType, result: DataType, average: Bool) {
    self.average = average
    self.result = result
    var factor: Int128 = 1
    if case .decimal(_, let from) = argument, case .decimal(_, let to) = result {
      for _ in 0..<max(0, to - from) { factor *= 10 }
    }
    rescale = factor
  }

  var byteCount: Int { sums.byteCount + counts.byteCount + overflowed.byteCount }

  func resize(to groups: Int) {
    sums.resize(to: groups)
    counts.resize(to: groups)
    overflowed.resize(to: groups)
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    let sums = self.sums.base
    let counts = self.counts.base
    let overflowed = self.overflowed.base
    let ids = groups.base
    let validity = arguments[0].validity
    switch arguments[0].data {
    case .int(let values):
      // 2^64 additions of 64-bit integers do not leave 128 bits.
      forEachCountedRow(groups.count, mask: mask, validity: validity, weights: weights) { row, weight in
        let group = Int(ids[row])
        sums[group] &+= Int128(values.base[row]) &* Int128(weight)
        counts[group] &+= weight
      }
    case .decimal(let values):
      forEachCountedRow(groups.count, mask: mask, validity: validity, weights: weights) { row, weight in
        let group = Int(ids[row])
        let (sum, overflow) = sums[group].addingReportingOverflow(weight < 0 ? 0 &- values.base[row] : values.base[row])
        sums[group] = sum
        overflowed[group] = overflowed[group] || overflow
        counts[group] &+= weight
      }
    case .bool, .double, .bytes, .array, .row: wrongStorage("SUM")
    }
    withExtendedLifetime((groups, arguments)) {}
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? ExactSumStates else { wrongStorage("SUM") }
    for i in 0..<sources.count {
      let source = Int(sources.base[i])
      let target = Int(targets.base[i])
      let (sum, overflow) = sums.base[target].addingReportingOverflow(other.sums.base[source])
      sums.base[target] = sum
      overflowed.base[target] = overflowed.base[target] || overflow || other.overflowed.base[source]
      counts.base[target] &+= other.counts.base[source]
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    let validity = Vector<Bool>(uninitialized: groups.count)
    var errors = RowErrors()
    var anyNull = false
    func fail(_ row: Int) { errors.list.append(RowError(row: Int32(row), code: .overflow, range: nil)) }
    for row in 0..<groups.count {
      let group = Int(groups.base[row])
      validity.base[row] = counts.base[group] != 0
      anyNull = anyNull || counts.base[group] == 0
      if overflowed.base[group] { fail(row) }
    }
    let data: ColumnData
    switch result.storage {
    case .int:
      let values = Vector<Int64>(uninitialized: groups.count)
      for row in 0..<groups.count {
        let sum = sums.base[Int(groups.base[row])]
        values.base[row] = Int64(truncatingIfNeeded: sum)
        if Int128(values.base[row]) != sum { fail(row) }
      }
      data = .int(values)
    case .double:
      let values = Vector<Double>(uninitialized: groups.count)
      for row in 0..<groups.count {
        let group = Int(groups.base[row])
        values.base[row] = Double(sums.base[group]) / Double(max(counts.base[group], 1))
      }
      data = .double(values)
    case .decimal:
      let values = Vector<Int128>(uninitialized: groups.count)
      for row in 0..<groups.count {
        let group = Int(groups.base[row])
        guard let value = decimalResult(sums.base[group], counts.base[group]) else {
          values.base[row] = 0
          if !overflowed.base[group] { fail(row) }
          continue
        }
        values.base[row] = value
      }
      data = .decimal(values)
    case .bool, .bytes, .array, .row: wrongStorage("SUM")
    }
    return (Column(data, validity: anyNull ? validity : nil), errors)
  }

  /// The sum, or the mean rounded half away from zero; nil when it has more than 38 digits.
  private func decimalResult(_ sum: Int128, _ count: Int64) -> Int128? {
    let limit: Int128 = 100_000_000_000_000_000_000_000_000_000_000_000_000
    guard average else { return sum.magnitude < limit.magnitude ? sum : nil }
    let divisor = Int128(max(count, 1))
    let (scaled, overflow) = sum.multipliedReportingOverflow(by: rescale)
    guard !overflow else { return nil }
    let (quotient, remainder) = scaled.quotientAndRemainder(dividingBy: divisor)
    let roundsAway = remainder.magnitude >= (divisor.magnitude + 1) / 2
    return roundsAway ? quotient + (scaled < 0 ? -1 : 1) : quotient
  }

  func clear(_ groups: Vector<Int32>) {
    sums.clear(groups)
    counts.clear(groups)
    overflowed.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    writer.writeState(sums)
    writer.writeState(counts)
    writer.writeState(overflowed)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    try reader.readState(into: sums)
    try reader.readState(into: counts)
    try reader.readState(into: overflowed)
  }
}

/// Sums of doubles as unevaluated pairs of doubles (Dekker 1971; Knuth's two-sum).
final class DoubleSumStates: AccumulatorState {
  private let sums = StateVector<DoubleDouble>(empty: DoubleDouble())
  private let counts = StateVector<Int64>(empty: 0)
  private let average: Bool

  init(average: Bool) { self.average = average }

  var byteCount: Int { sums.byteCount + counts.byteCount }

  func resize(to groups: Int) {
    sums.resize(to: groups)
    counts.resize(to: groups)
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    guard case .double(let values) = arguments[0].data else { wrongStorage("SUM") }
    let sums = self.sums.base
    let counts = self.counts.base
    let ids = groups.base
    forEachCountedRow(groups.count, mask: mask, validity: arguments[0].validity, weights: weights) { row, weight in
      let group = Int(ids[row])
      sums[group].add(weight < 0 ? -values.base[row] : values.base[row])
      counts[group] &+= weight
    }
    withExtendedLifetime((groups, arguments)) {}
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? DoubleSumStates else { wrongStorage("SUM") }
    for i in 0..<sources.count {
      sums.base[Int(targets.base[i])].add(other.sums.base[Int(sources.base[i])])
      counts.base[Int(targets.base[i])] &+= other.counts.base[Int(sources.base[i])]
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    let values = Vector<Double>(uninitialized: groups.count)
    let validity = Vector<Bool>(uninitialized: groups.count)
    var anyNull = false
    for row in 0..<groups.count {
      let group = Int(groups.base[row])
      let count = counts.base[group]
      validity.base[row] = count != 0
      anyNull = anyNull || count == 0
      let sum = sums.base[group].value
      values.base[row] = average ? sum / Double(max(count, 1)) : sum
    }
    return (Column(.double(values), validity: anyNull ? validity : nil), RowErrors())
  }

  func clear(_ groups: Vector<Int32>) {
    sums.clear(groups)
    counts.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    writer.writeState(sums)
    writer.writeState(counts)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    try reader.readState(into: sums)
    try reader.readState(into: counts)
  }
}

/// A sum of doubles kept as a double and the rounding error beside it: about 106 bits.
struct DoubleDouble: BitwiseCopyable {
  var high = 0.0
  var low = 0.0

  /// The nearest double. Infinities and NaN lie in `high` alone.
  var value: Double { high.isFinite ? high + low : high }

  @inline(__always)
  mutating func add(_ x: Double) {
    let sum = high + x
    let part = sum - high
    let error = (high - (sum - part)) + (x - part)
    // An infinite or NaN sum makes the error NaN; it must not come back through `low`.
    low += error.isNaN ? 0 : error
    high = sum
    guard sum.isFinite else { return }
    let renormalised = high + low
    low = low - (renormalised - high)
    high = renormalised
  }

  mutating func add(_ other: DoubleDouble) {
    add(other.high)
    add(other.low)
  }
}
