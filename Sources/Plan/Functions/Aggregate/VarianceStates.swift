// VAR_POP, VAR_SAMP, STDDEV_POP, STDDEV_SAMP from the count, the sum and the sum of squares, both sums exact: they merge,
// take rows back, and do not depend on the order of rows. The textbook formula is safe here, for nothing is rounded before
// its subtraction.

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
  private let sums = ExactSums()
  private let squares = ExactSums()
  private let scratch = StateVector<Int64>(empty: 0)
  private let counts = StateVector<Int64>(empty: 0)
  private let sample: Bool
  private let root: Bool

  init(sample: Bool, root: Bool) {
    self.sample = sample
    self.root = root
    scratch.resize(to: WideSum.stride)
  }

  var byteCount: Int { sums.byteCount + squares.byteCount + counts.byteCount }

  func resize(to groups: Int) {
    sums.resize(to: groups)
    squares.resize(to: groups)
    counts.resize(to: groups)
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    guard case .double(let values) = arguments[0].data else { wrongStorage("a variance") }
    let sums = self.sums
    let squares = self.squares
    let sumBase = sums.base
    let squareBase = squares.base
    let numbers = values.base
    let counts = self.counts.base
    let ids = groups.base
    forEachCountedRow(groups.count, mask: mask, validity: arguments[0].validity, weights: weights) { row, weight in
      let group = Int(ids[row])
      let x = numbers[row]
      let square = x * x
      sums.add(x, weight: weight, to: group, in: sumBase)
      squares.add(square, weight: weight, to: group, in: squareBase)
      if square.isFinite {
        squares.add((-square).addingProduct(x, x), weight: weight, to: group, in: squareBase)
      }
      counts[group] &+= weight
    }
    withExtendedLifetime((groups, arguments, values)) {}
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? VarianceStates else { wrongStorage("a variance") }
    for i in 0..<sources.count {
      let source = Int(sources.base[i])
      let target = Int(targets.base[i])
      sums.merge(other.sums, source: source, target: target)
      squares.merge(other.squares, source: source, target: target)
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
      let variance = deviations(group, count) / Double(max(count, 1)) / Double(max(count - (sample ? 1 : 0), 1))
      values.base[row] = root ? variance.squareRoot() : variance
    }
    return (Column(.double(values), validity: validity), RowErrors())
  }

  /// n times the sum of squares less the square of the sum, rounded once.
  private func deviations(_ group: Int, _ count: Int64) -> Double {
    let sum = sums.leading(group)
    let square = squares.leading(group)
    guard sum.0.isFinite else { return .nan }
    guard square.0.isFinite else { return .infinity }
    let n = Double(count)
    scratch.base.update(repeating: 0, count: WideSum.stride)
    for part in [square.0, square.1, square.2] { addProduct(n, part, weight: 1) }
    for (i, left) in [sum.0, sum.1, sum.2].enumerated() {
      for (j, right) in [sum.0, sum.1, sum.2].enumerated() where j >= i {
        addProduct(i == j ? left : left * 2, right, weight: -1)
      }
    }
    let result = WideSum.value(scratch.base)
    // Squares beyond the range of doubles on both sides.
    return result.isNaN ? .infinity : max(result, 0)
  }

  /// Adds a product as the rounded one and what rounding took.
  private func addProduct(_ x: Double, _ y: Double, weight: Int64) {
    let product = x * y
    guard product != 0 else { return }
    WideSum.add(product, weight: weight, to: scratch.base)
    if product.isFinite { WideSum.add((-product).addingProduct(x, y), weight: weight, to: scratch.base) }
  }

  func clear(_ groups: Vector<Int32>) {
    sums.clear(groups)
    squares.clear(groups)
    counts.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    sums.write(to: writer)
    squares.write(to: writer)
    writer.writeState(counts)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    try sums.read(from: reader)
    try squares.read(from: reader)
    try reader.readState(into: counts)
  }
}
