// Covariance, correlation and linear regression of pairs, from the count and five exact sums: they merge, take rows back,
// and do not depend on the order of rows. A pair with a NULL does not count. As in SQL:2003, y is the first argument.

import Values

extension AggregateLibrary {
  static let regressionFunctions: [AggregateFunction] = [
    pairs("COVAR_POP", "The population covariance of pairs.", "0.25", .covariancePopulation),
    pairs("COVAR_SAMP", "The sample covariance; NULL for fewer than two pairs.", "0.5", .covarianceSample),
    pairs("CORR", "Pearson's coefficient of correlation; NULL when x or y does not vary.", "1.0", .correlation),
    pairs("REGR_SLOPE", "The slope of the line through the points (x, y) by least squares.", "1.0", .slope),
    pairs("REGR_INTERCEPT", "Where the line of least squares meets x = 0.", "0.0", .intercept),
    pairs("REGR_R2", "The share of the variance of y that the line of least squares explains.", "1.0", .fit),
    pairs("REGR_AVGX", "The mean of x over the pairs without a NULL.", "1.5", .meanX),
    pairs("REGR_AVGY", "The mean of y over the pairs without a NULL.", "1.5", .meanY),
    pairs("REGR_SXX", "The sum of the squares of x about their mean.", "0.5", .squaresX),
    pairs("REGR_SYY", "The sum of the squares of y about their mean.", "0.5", .squaresY),
    pairs("REGR_SXY", "The sum of the products of x and y about their means.", "0.5", .products),
    AggregateFunction(
      "REGR_COUNT", parameters: "y, x", "Counts the pairs without a NULL.",
      example: AggregateExample("REGR_COUNT(x, x)", "2"), supportsRetraction: true,
      resolve: { types in
        twoNumbers(types) ? AggregateResolution([.float64, .float64], .int64, nullableWhenEmpty: false) : nil
      },
      makeStates: { _, _ in RegressionStates(nil) }),
  ]

  private static func twoNumbers(_ types: [DataType]) -> Bool { types.count == 2 && types.allSatisfy(isNumber) }

  private static func pairs(
    _ name: String, _ summary: String, _ result: String, _ measure: RegressionMeasure
  ) -> AggregateFunction {
    AggregateFunction(
      name, parameters: "y, x", summary, example: AggregateExample("\(name)(x, x)", result), supportsRetraction: true,
      resolve: { types in twoNumbers(types) ? AggregateResolution([.float64, .float64], .float64) : nil },
      makeStates: { _, _ in RegressionStates(measure) })
  }
}

enum RegressionMeasure {
  case covariancePopulation, covarianceSample, correlation, slope, intercept, fit, meanX, meanY, squaresX, squaresY
  case products
}

/// Sums over the pairs of one group, those about the mean times the count.
private struct PairSums {
  var count: Double
  var x: Double
  var y: Double
  var xx: Double
  var yy: Double
  var xy: Double

  /// The measure; nil where it is not defined.
  func value(_ measure: RegressionMeasure) -> Double? {
    guard count > 0 else { return nil }
    switch measure {
    case .covariancePopulation: return xy / count / count
    case .covarianceSample: return count < 2 ? nil : xy / count / (count - 1)
    case .correlation: return xx == 0 || yy == 0 ? nil : bounded(xy / xx.squareRoot() / yy.squareRoot())
    case .slope: return xx == 0 ? nil : xy / xx
    case .intercept: return xx == 0 ? nil : (y - xy / xx * x) / count
    case .fit: return xx == 0 ? nil : yy == 0 ? 1 : min((xy / xx) * (xy / yy), 1)
    case .meanX: return x / count
    case .meanY: return y / count
    case .squaresX: return xx / count
    case .squaresY: return yy / count
    case .products: return xy / count
    }
  }

  private func bounded(_ value: Double) -> Double { value.isNaN ? value : min(max(value, -1), 1) }
}

final class RegressionStates: AccumulatorState {
  /// Of y, x, y², x² and xy.
  private let sums = (0..<5).map { _ in ExactSums() }
  private let counts = StateVector<Int64>(empty: 0)
  private let products = ExactProducts()
  /// nil counts the pairs.
  private let measure: RegressionMeasure?

  init(_ measure: RegressionMeasure?) { self.measure = measure }

  var byteCount: Int { sums.reduce(counts.byteCount) { $0 + $1.byteCount } }

  func resize(to groups: Int) {
    for sum in sums { sum.resize(to: groups) }
    counts.resize(to: groups)
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    guard case .double(let first) = arguments[0].data, case .double(let second) = arguments[1].data else {
      wrongStorage("a regression")
    }
    let validity = RowMask.and(arguments[0].validity, arguments[1].validity)
    let (sumY, sumX, sumYY, sumXX, sumXY) = (sums[0], sums[1], sums[2], sums[3], sums[4])
    let (ys, xs, ids, counts) = (first.base, second.base, groups.base, self.counts.base)
    let (baseY, baseX, baseYY, baseXX, baseXY) = (sumY.base, sumX.base, sumYY.base, sumXX.base, sumXY.base)
    forEachCountedRow(groups.count, mask: mask, validity: validity, weights: weights) { row, weight in
      let group = Int(ids[row])
      let (y, x) = (ys[row], xs[row])
      sumY.add(y, weight: weight, to: group, in: baseY)
      sumX.add(x, weight: weight, to: group, in: baseX)
      sumYY.addProduct(y, y, weight: weight, to: group, in: baseYY)
      sumXX.addProduct(x, x, weight: weight, to: group, in: baseXX)
      sumXY.addProduct(x, y, weight: weight, to: group, in: baseXY)
      counts[group] &+= weight
    }
    withExtendedLifetime((groups, first, second)) {}
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? RegressionStates else { wrongStorage("a regression") }
    for i in 0..<sources.count {
      let (source, target) = (Int(sources.base[i]), Int(targets.base[i]))
      for (mine, theirs) in zip(sums, other.sums) { mine.merge(theirs, source: source, target: target) }
      counts.base[target] &+= other.counts.base[source]
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    guard let measure else { return (Column(.int(counts.gather(groups))), RowErrors()) }
    let values = (0..<groups.count).map { row in pairSums(Int(groups.base[row])).value(measure) }
    return (Column(optional: values), RowErrors())
  }

  private func pairSums(_ group: Int) -> PairSums {
    let count = Double(counts.base[group])
    let parts = sums.map { $0.expansion(group) }
    // n Σab − Σa Σb, rounded once.
    func centred(_ both: Int, _ a: Int, _ b: Int) -> Double {
      products.sum(
        ExactProducts.product([count], parts[both]), ExactProducts.product(parts[a].map { -$0 }, parts[b]))
    }
    // Of sums with more than 159 significant bits only those count: a sum of squares could come out below zero.
    func square(_ both: Int, _ a: Int) -> Double {
      let sum = centred(both, a, a)
      return sum < 0 ? 0 : sum
    }
    return PairSums(
      count: count, x: sums[1].value(group), y: sums[0].value(group), xx: square(3, 1), yy: square(2, 0),
      xy: centred(4, 1, 0))
  }

  func clear(_ groups: Vector<Int32>) {
    for sum in sums { sum.clear(groups) }
    counts.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    for sum in sums { sum.write(to: writer) }
    writer.writeState(counts)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    for sum in sums { try sum.read(from: reader) }
    try reader.readState(into: counts)
  }
}
