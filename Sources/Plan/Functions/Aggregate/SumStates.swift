// SUM and AVG, and their states for integers and decimals: exact in 192 bits, so that neither the order in which partitions
// and workers deliver rows nor a sum that is too large for a while changes the result (promise 1; Docs/decisions/0003).

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
  /// How often each sum has left 128 bits upwards, less how often downwards: the sum is `sums + carries * 2^128`.
  private let carries = StateVector<Int64>(empty: 0)
  private let counts = StateVector<Int64>(empty: 0)
  private let average: Bool
  private let result: DataType
  /// What a mean of decimals is multiplied by to reach the result's scale.
  private let rescale: UInt128

  init(argument: DataType, result: DataType, average: Bool) {
    self.average = average
    self.result = result
    var factor: UInt128 = 1
    if case .decimal(_, let from) = argument, case .decimal(_, let to) = result {
      for _ in 0..<max(0, to - from) { factor *= 10 }
    }
    rescale = factor
  }

  var byteCount: Int { sums.byteCount + counts.byteCount + carries.byteCount }

  func resize(to groups: Int) {
    sums.resize(to: groups)
    counts.resize(to: groups)
    carries.resize(to: groups)
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    let sums = self.sums.base
    let counts = self.counts.base
    let carries = self.carries.base
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
        let x = weight < 0 ? 0 &- values.base[row] : values.base[row]
        let (sum, overflow) = sums[group].addingReportingOverflow(x)
        sums[group] = sum
        if overflow { carries[group] &+= x < 0 ? -1 : 1 }
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
      let x = other.sums.base[source]
      let (sum, overflow) = sums.base[target].addingReportingOverflow(x)
      sums.base[target] = sum
      carries.base[target] &+= other.carries.base[source] &+ (overflow ? (x < 0 ? -1 : 1) : 0)
      counts.base[target] &+= other.counts.base[source]
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    var errors = RowErrors()
    let data: ColumnData
    switch result.storage {
    case .int: data = .int(exact(groups, &errors) { group in Int64(exactly: sums.base[group]) })
    case .double:
      let values = Vector<Double>(uninitialized: groups.count)
      for row in 0..<groups.count {
        let group = Int(groups.base[row])
        values.base[row] = Double(sums.base[group]) / Double(max(counts.base[group], 1))
      }
      data = .double(values)
    case .decimal: data = .decimal(exact(groups, &errors) { group in decimalResult(group) })
    case .bool, .bytes, .array, .row: wrongStorage("SUM")
    }
    let validity = Vector<Bool>(uninitialized: groups.count)
    var anyNull = false
    for row in 0..<groups.count {
      validity.base[row] = counts.base[Int(groups.base[row])] != 0
      anyNull = anyNull || !validity.base[row]
    }
    return (Column(data, validity: anyNull ? validity : nil), errors)
  }

  /// The result of each group; what does not fit is an error of its row.
  private func exact<T: FixedWidthInteger & BitwiseCopyable>(
    _ groups: Vector<Int32>, _ errors: inout RowErrors, _ result: (Int) -> T?
  ) -> Vector<T> {
    let values = Vector<T>(uninitialized: groups.count)
    for row in 0..<groups.count {
      let value = result(Int(groups.base[row]))
      values.base[row] = value ?? 0
      if value == nil { errors.list.append(RowError(row: Int32(row), code: .overflow, range: nil)) }
    }
    return values
  }

  /// The sum, or the mean rounded half away from zero; nil when it has more than 38 digits.
  private func decimalResult(_ group: Int) -> Int128? {
    let sum = sums.base[group]
    let carry = carries.base[group]
    if !average { return carry == 0 && sum.magnitude < Self.limit ? sum : nil }
    // The sum's magnitude as 256 bits.
    var low = UInt128(bitPattern: sum)
    var high = Int128(carry) - (sum < 0 ? 1 : 0)
    let isNegative = high < 0
    if isNegative {
      low = ~low &+ 1
      high = ~high &+ (low == 0 ? 1 : 0)
    }
    let (upper, lower) = low.multipliedFullWidth(by: rescale)
    let (scaled, overflow) = high.magnitude.multipliedReportingOverflow(by: rescale)
    let (top, carried) = scaled.addingReportingOverflow(upper)
    let divisor = UInt128(max(counts.base[group], 1))
    guard !overflow, !carried, top < divisor else { return nil }
    var (quotient, remainder) = divisor.dividingFullWidth((top, lower))
    if remainder >= divisor - remainder { quotient += 1 }
    guard quotient < Self.limit else { return nil }
    return isNegative ? 0 - Int128(quotient) : Int128(quotient)
  }

  /// The least number of 39 digits.
  private static let limit: UInt128 = 100_000_000_000_000_000_000_000_000_000_000_000_000

  func clear(_ groups: Vector<Int32>) {
    sums.clear(groups)
    counts.clear(groups)
    carries.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    writer.writeState(sums)
    writer.writeState(counts)
    writer.writeState(carries)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    try reader.readState(into: sums)
    try reader.readState(into: counts)
    try reader.readState(into: carries)
  }
}
