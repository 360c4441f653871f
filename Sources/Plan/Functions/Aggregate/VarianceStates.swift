// VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP from the count, the sum and the sum of squares, both sums in twice the
// precision of a double: they merge, take rows back, and do not depend on the order of rows. The cancellation that makes
// the textbook formula unsafe in single precision costs at most half of the 106 bits kept.

import Values

extension AggregateLibrary {
  static let varianceFunctions: [AggregateFunction] = [
    variance("VAR_POP", [], "The population variance.", "0.25", sample: false, root: false),
    variance(
      "VAR_SAMP", ["VARIANCE"], "The sample variance; NULL for fewer than two values.", "0.5", sample: true, root: false
    ),
    variance("STDDEV_POP", [], "The population standard deviation.", "0.5", sample: false, root: true),
    variance(
      "STDDEV_SAMP", ["STDDEV"], "The sample standard deviation; NULL for fewer than two values.",
      "0.7071067811865476", sample: true, root: true),
  ]

  private static func variance(
    _ name: String, _ aliases: [String], _ summary: String, _ result: String, sample: Bool, root: Bool
  ) -> AggregateFunction {
    AggregateFunction(
      name, aliases: aliases, parameters: "x", summary, example: AggregateExample("\(name)(x)", result),
      supportsRetraction: true,
      resolve: { types in
        types.count == 1 && (types[0].isNumeric || types[0] == .null) ? AggregateResolution([.float64], .float64) : nil
      },
      makeStates: { _, _ in VarianceStates(sample: sample, root: root) })
  }
}

final class VarianceStates: AccumulatorState {
  private let sums = StateVector<DoubleDouble>(empty: DoubleDouble())
  private let squares = StateVector<DoubleDouble>(empty: DoubleDouble())
  private let counts = StateVector<Int64>(empty: 0)
  private let sample: Bool
  private let root: Bool

  init(sample: Bool, root: Bool) {
    self.sample = sample
    self.root = root
  }

  var byteCount: Int { sums.byteCount + squares.byteCount + counts.byteCount }

  func resize(to groups: Int) {
    sums.resize(to: groups)
    squares.resize(to: groups)
    counts.resize(to: groups)
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    guard case .double(let values) = arguments[0].data else { wrongStorage("a variance") }
    let sums = self.sums.base
    let squares = self.squares.base
    let counts = self.counts.base
    let ids = groups.base
    forEachCountedRow(groups.count, mask: mask, validity: arguments[0].validity, weights: weights) { row, weight in
      let group = Int(ids[row])
      let x = values.base[row]
      let square = x * x
      let error = (-square).addingProduct(x, x)
      let sign = Double(weight)
      sums[group].add(x * sign)
      squares[group].add(square * sign)
      squares[group].add(error * sign)
      counts[group] &+= weight
    }
    withExtendedLifetime((groups, arguments)) {}
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? VarianceStates else { wrongStorage("a variance") }
    for i in 0..<sources.count {
      let source = Int(sources.base[i])
      let target = Int(targets.base[i])
      sums.base[target].add(other.sums.base[source])
      squares.base[target].add(other.squares.base[source])
      counts.base[target] &+= other.counts.base[source]
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    let values = Vector<Double>(uninitialized: groups.count)
    let validity = Vector<Bool>(uninitialized: groups.count)
    let least: Int64 = sample ? 2 : 1
    for row in 0..<groups.count {
      let group = Int(groups.base[row])
      let count = counts.base[group]
      validity.base[row] = count >= least
      let variance = squaredDeviations(group, count) / Double(max(count - (sample ? 1 : 0), 1))
      values.base[row] = root ? variance.squareRoot() : variance
    }
    return (Column(.double(values), validity: validity), RowErrors())
  }

  /// The sum of squares less the square of the sum over the count, in doubled precision; never below zero.
  private func squaredDeviations(_ group: Int, _ count: Int64) -> Double {
    guard count > 0 else { return 0 }
    let sum = sums.base[group]
    let n = Double(count)
    let mean = sum.value / n
    // sum * mean, exactly enough: the product of the doubles with its rounding error, and the cross terms.
    let product = sum.value * mean
    let productError = (-product).addingProduct(sum.value, mean)
    let meanError = (sum.high - n * mean) + sum.low
    var rest = squares.base[group]
    rest.add(-product)
    rest.add(-productError)
    rest.add(-(sum.value * (meanError / n)))
    return max(rest.value, rest.value.isNaN ? rest.value : 0)
  }

  func clear(_ groups: Vector<Int32>) {
    sums.clear(groups)
    squares.clear(groups)
    counts.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    writer.writeState(sums)
    writer.writeState(squares)
    writer.writeState(counts)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    try reader.readState(into: sums)
    try reader.readState(into: squares)
    try reader.readState(into: counts)
  }
}
