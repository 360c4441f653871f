// Functions made of another one: SUMIF and its like, which fold in the rows for which a condition is TRUE; SUM0, which is 0
// for no row; the geometric and harmonic means, which are means of something else. One line for each further function.

import Values

extension AggregateLibrary {
  static let derivedFunctions: [AggregateFunction] =
    [
      conditional("SUMIF", ["SUM_IF"], of: "SUM", "Adds up the values where the condition is TRUE.", "2"),
      conditional("AVGIF", ["AVG_IF"], of: "AVG", "The mean of the values where the condition is TRUE.", "2.0"),
      conditional("MINIF", ["MIN_IF"], of: "MIN", "The least value where the condition is TRUE.", "2"),
      conditional("MAXIF", ["MAX_IF"], of: "MAX", "The greatest value where the condition is TRUE.", "2"),
      mean(
        "GEOMETRIC_MEAN", [], "The n-th root of the product of n values; NaN when one is below zero.",
        "1.414213562373095",
        { Real.log($0) }, { Real.exp($0) }),
      mean(
        "HARMONIC_MEAN", [], "The inverse of the mean of the inverses, as for speeds over equal distances.",
        "1.3333333333333333", { 1 / $0 }, { 1 / $0 }),
      mean(
        "QUADRATIC_MEAN", ["RMS"], "The square root of the mean of the squares.", "1.5811388300841898", { $0 * $0 },
        { $0.squareRoot() }),
    ] + (function(of: "SUM").map { [zeroSum($0)] } ?? [])

  private static func function(of name: String) -> AggregateFunction? {
    (sumFunctions + extremumFunctions).first { $0.name == name }
  }

  private static func conditional(
    _ name: String, _ aliases: [String], of inner: String, _ summary: String, _ result: String
  ) -> AggregateFunction {
    let inner = function(of: inner)
    var retracting: (@Sendable ([DataType], DataType) -> any AccumulatorState)?
    if let make = inner?.makeRetractingStates {
      retracting = { types, result in ConditionalStates(of: make([types[0]], result)) }
    }
    return AggregateFunction(
      name, aliases: aliases, parameters: "x, condition", summary,
      example: AggregateExample("\(name)(x, x > 1)", result), supportsRetraction: inner?.supportsRetraction ?? false,
      resolve: { types in
        guard types.count == 2, types[1] == .boolean || types[1] == .null, let inner,
          let resolution = inner.resolve([types[0]])
        else { return nil }
        return AggregateResolution(resolution.parameterTypes + [.boolean], resolution.type)
      },
      makeStates: { types, result in
        guard let inner else { wrongStorage(name) }
        return ConditionalStates(of: inner.makeStates([types[0]], result))
      },
      retracting: retracting)
  }

  private static func mean(
    _ name: String, _ aliases: [String], _ summary: String, _ result: String,
    _ forward: @escaping @Sendable (Double) -> Double, _ backward: @escaping @Sendable (Double) -> Double
  ) -> AggregateFunction {
    AggregateFunction(
      name, aliases: aliases, parameters: "x", summary, example: AggregateExample("\(name)(x)", result),
      supportsRetraction: true, resolve: oneNumber,
      makeStates: { _, _ in
        MappedStates(of: DoubleSumStates(average: true), forward: forward, backward: backward)
      })
  }

  private static func zeroSum(_ sum: AggregateFunction) -> AggregateFunction {
    AggregateFunction(
      "SUM0", parameters: "x", "Adds up the values; 0 when there is none.", example: AggregateExample("SUM0(x)", "3"),
      supportsRetraction: sum.supportsRetraction,
      resolve: { types in
        sum.resolve(types).map { AggregateResolution($0.parameterTypes, $0.type, nullableWhenEmpty: false) }
      },
      makeStates: { types, result in MappedStates(of: sum.makeStates(types, result), nullAsZero: true) })
  }
}

/// Folds in the rows for which the last argument is TRUE.
final class ConditionalStates: AccumulatorState {
  private let inner: any AccumulatorState

  init(of inner: any AccumulatorState) { self.inner = inner }

  var byteCount: Int { inner.byteCount }

  func resize(to groups: Int) { inner.resize(to: groups) }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    guard let condition = arguments.last, case .bool(let truth) = condition.data else { wrongStorage("a condition") }
    let counted = RowMask.and(RowMask.and(mask, truth), condition.validity)
    inner.accumulate(groups: groups, arguments: arguments.dropLast(), mask: counted, weights: weights)
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? ConditionalStates else { wrongStorage("a condition") }
    inner.merge(other.inner, sources: sources, targets: targets)
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) { inner.results(of: groups) }

  func clear(_ groups: Vector<Int32>) { inner.clear(groups) }

  func write(to writer: ColumnWriter) { inner.write(to: writer) }

  func read(from reader: ColumnReader) throws(StateFormatError) { try inner.read(from: reader) }
}

/// Folds in a function of the values, and gives another one of the result.
final class MappedStates: AccumulatorState {
  private let inner: any AccumulatorState
  private let forward: (@Sendable (Double) -> Double)?
  private let backward: (@Sendable (Double) -> Double)?
  private let nullAsZero: Bool

  init(
    of inner: any AccumulatorState, forward: (@Sendable (Double) -> Double)? = nil,
    backward: (@Sendable (Double) -> Double)? = nil, nullAsZero: Bool = false
  ) {
    self.inner = inner
    self.forward = forward
    self.backward = backward
    self.nullAsZero = nullAsZero
  }

  var byteCount: Int { inner.byteCount }

  func resize(to groups: Int) { inner.resize(to: groups) }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    inner.accumulate(groups: groups, arguments: arguments.map { map($0, forward) }, mask: mask, weights: weights)
  }

  private func map(_ column: Column, _ function: (@Sendable (Double) -> Double)?) -> Column {
    guard let function, case .double(let values) = column.data else { return column }
    let result = Vector<Double>(uninitialized: values.count)
    for row in 0..<values.count { result.base[row] = function(values.base[row]) }
    return withExtendedLifetime(values) { Column(.double(result), validity: column.validity) }
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? MappedStates else { wrongStorage("a derived aggregate") }
    inner.merge(other.inner, sources: sources, targets: targets)
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    var (column, errors) = inner.results(of: groups)
    // States of sums are zero where no row was folded in.
    if nullAsZero { column.validity = nil }
    return (map(column, backward), errors)
  }

  func clear(_ groups: Vector<Int32>) { inner.clear(groups) }

  func write(to writer: ColumnWriter) { inner.write(to: writer) }

  func read(from reader: ColumnReader) throws(StateFormatError) { try inner.read(from: reader) }
}
