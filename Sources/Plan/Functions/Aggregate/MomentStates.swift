// SKEWNESS and KURTOSIS from the count and the exact sums of the first four powers: they merge, take rows back, and do not
// depend on the order of rows. Squares are exact as two doubles, cubes and fourth powers as products of these.

import Values

extension AggregateLibrary {
  static let momentFunctions: [AggregateFunction] = [
    moment(
      "SKEWNESS", [], "How far the values lean to one side of their mean: 0 when they do not. Of the population.",
      "0.0",
      fourth: false),
    moment(
      "KURTOSIS", ["KURTOSIS_POP"],
      "How heavy the tails of the values are, less 3, which is that of the normal distribution. Of the population.",
      "-2.0", fourth: true),
  ]

  private static func moment(
    _ name: String, _ aliases: [String], _ summary: String, _ result: String, fourth: Bool
  ) -> AggregateFunction {
    AggregateFunction(
      name, aliases: aliases, parameters: "x", summary + " NULL when the values do not vary.",
      example: AggregateExample("\(name)(x)", result), supportsRetraction: true, resolve: oneNumber,
      makeStates: { _, _ in MomentStates(fourth: fourth) })
  }
}

final class MomentStates: AccumulatorState {
  /// Of x, x², x³ and x⁴.
  private let sums = (0..<4).map { _ in ExactSums() }
  private let counts = StateVector<Int64>(empty: 0)
  private let products = ExactProducts()
  private let fourth: Bool

  init(fourth: Bool) { self.fourth = fourth }

  var byteCount: Int { sums.reduce(counts.byteCount) { $0 + $1.byteCount } }

  func resize(to groups: Int) {
    for sum in sums { sum.resize(to: groups) }
    counts.resize(to: groups)
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    guard case .double(let values) = arguments[0].data else { wrongStorage("a moment") }
    let (first, second, third, last) = (sums[0], sums[1], sums[2], sums[3])
    let (base1, base2, base3, base4) = (first.base, second.base, third.base, last.base)
    let (numbers, ids, counts) = (values.base, groups.base, self.counts.base)
    forEachCountedRow(groups.count, mask: mask, validity: arguments[0].validity, weights: weights) { row, weight in
      let group = Int(ids[row])
      let x = numbers[row]
      let square = x * x
      let rest = square.isFinite ? (-square).addingProduct(x, x) : 0
      first.add(x, weight: weight, to: group, in: base1)
      second.add(square, weight: weight, to: group, in: base2)
      second.add(rest, weight: weight, to: group, in: base2)
      third.addProduct(square, x, weight: weight, to: group, in: base3)
      third.addProduct(rest, x, weight: weight, to: group, in: base3)
      last.addProduct(square, square, weight: weight, to: group, in: base4)
      last.addProduct(2 * square, rest, weight: weight, to: group, in: base4)
      last.addProduct(rest, rest, weight: weight, to: group, in: base4)
      counts[group] &+= weight
    }
    withExtendedLifetime((groups, values)) {}
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? MomentStates else { wrongStorage("a moment") }
    for i in 0..<sources.count {
      let (source, target) = (Int(sources.base[i]), Int(targets.base[i]))
      for (mine, theirs) in zip(sums, other.sums) { mine.merge(theirs, source: source, target: target) }
      counts.base[target] &+= other.counts.base[source]
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    (Column(optional: (0..<groups.count).map { value(Int(groups.base[$0])) }), RowErrors())
  }

  private func value(_ group: Int) -> Double? {
    guard counts.base[group] > 0 else { return nil }
    let n = [Double(counts.base[group])]
    let s = sums.map { $0.expansion(group) }
    func times(_ factor: Double, _ terms: [Double]...) -> [Double] {
      terms.reduce([factor]) { ExactProducts.product($0, $1) }
    }
    // n² times the second central moment, n³ times the third and n⁴ times the fourth, each rounded once.
    let second = products.sum(times(1, n, s[1]), times(-1, s[0], s[0]))
    if second <= 0 { return nil }
    if !fourth {
      let third = products.sum(times(1, n, n, s[2]), times(-3, n, s[0], s[1]), times(2, s[0], s[0], s[0]))
      return third / second / second.squareRoot()
    }
    let last = products.sum(
      times(1, n, n, n, s[3]), times(-4, n, n, s[0], s[2]), times(6, n, s[0], s[0], s[1]),
      times(-3, s[0], s[0], s[0], s[0]))
    return last / second / second - 3
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
