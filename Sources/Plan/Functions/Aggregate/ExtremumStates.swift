// MIN, MAX, ANY_VALUE, MIN_BY and MAX_BY: one kept value for each group, of any orderable type.

import Values

extension AggregateLibrary {
  static let extremumFunctions: [AggregateFunction] = [
    extremum("MIN", "The least value.", AggregateExample("MIN(x)", "1"), largest: false),
    extremum("MAX", "The greatest value.", AggregateExample("MAX(x)", "2"), largest: true),
    extremum(
      "ANY_VALUE", "A value of the group. Always the least one, so that the same log gives the same answer.",
      AggregateExample("ANY_VALUE(x)", "1"), largest: false),
    extremumBy(
      "MIN_BY", "The value of `x` in the row with the least `y`, NULL or not; of equal ones, the least `x`.",
      largest: false),
    extremumBy(
      "MAX_BY", "The value of `x` in the row with the greatest `y`, NULL or not; of equal ones, the greatest `x`.",
      largest: true),
  ]

  private static func extremum(
    _ name: String, _ summary: String, _ example: AggregateExample, largest: Bool
  ) -> AggregateFunction {
    AggregateFunction(
      name, parameters: "x", summary, example: example,
      resolve: { types in types.count == 1 ? AggregateResolution(types, types[0]) : nil },
      makeStates: { types, _ in
        switch types[0].storage {
        case .int: ScalarExtremumStates(IntExtremum.self, largest: largest)
        case .double: ScalarExtremumStates(DoubleExtremum.self, largest: largest)
        case .decimal: ScalarExtremumStates(DecimalExtremum.self, largest: largest)
        case .bool: ScalarExtremumStates(BoolExtremum.self, largest: largest)
        case .bytes, .array, .row: KeyedExtremumStates(types: types, largest: largest)
        }
      }, retracting: RetractingResults.states(largest ? RetractingResults.greatest : RetractingResults.least))
  }

  private static func extremumBy(_ name: String, _ summary: String, largest: Bool) -> AggregateFunction {
    AggregateFunction(
      name, aliases: name == "MIN_BY" ? ["ARG_MIN"] : ["ARG_MAX"], parameters: "x, y", summary,
      example: AggregateExample("\(name)(x, -x)", largest ? "1" : "2"),
      resolve: { types in types.count == 2 ? AggregateResolution(types, types[0]) : nil },
      makeStates: { types, _ in KeyedExtremumStates(types: [types[1], types[0]], largest: largest) },
      retracting: { types, _ in
        CountedStates(types, by: 1, largest ? RetractingResults.greatest : RetractingResults.least)
      })
  }
}

/// How values of one fixed-width storage are read and compared.
protocol ScalarExtremum {
  associatedtype Element: BitwiseCopyable
  static var zero: Element { get }
  static func vector(_ data: ColumnData) -> Vector<Element>?
  static func column(_ vector: Vector<Element>) -> ColumnData
  static func less(_ left: Element, _ right: Element) -> Bool
  /// A type of this storage, for snapshots.
  static var type: DataType { get }
}

enum IntExtremum: ScalarExtremum {
  static var type: DataType { .int64 }
  static var zero: Int64 { 0 }
  static func vector(_ data: ColumnData) -> Vector<Int64>? { if case .int(let vector) = data { vector } else { nil } }
  static func column(_ vector: Vector<Int64>) -> ColumnData { .int(vector) }
  @inline(__always) static func less(_ left: Int64, _ right: Int64) -> Bool { left < right }
}

enum DecimalExtremum: ScalarExtremum {
  static var type: DataType { .decimal(precision: 38, scale: 0) }
  static var zero: Int128 { 0 }
  static func vector(_ data: ColumnData) -> Vector<Int128>? {
    if case .decimal(let vector) = data { vector } else { nil }
  }
  static func column(_ vector: Vector<Int128>) -> ColumnData { .decimal(vector) }
  @inline(__always) static func less(_ left: Int128, _ right: Int128) -> Bool { left < right }
}

enum DoubleExtremum: ScalarExtremum {
  static var type: DataType { .float64 }
  static var zero: Double { 0 }
  static func vector(_ data: ColumnData) -> Vector<Double>? {
    if case .double(let vector) = data { vector } else { nil }
  }
  static func column(_ vector: Vector<Double>) -> ColumnData { .double(vector) }
  /// NaN is the greatest value, equal to itself. The zeros are told apart, so that the order of rows does not choose.
  @inline(__always) static func less(_ left: Double, _ right: Double) -> Bool {
    if left == right { return left.sign == .minus && right.sign == .plus }
    return left < right || (right.isNaN && !left.isNaN)
  }
}

enum BoolExtremum: ScalarExtremum {
  static var type: DataType { .boolean }
  static var zero: Bool { false }
  static func vector(_ data: ColumnData) -> Vector<Bool>? { if case .bool(let vector) = data { vector } else { nil } }
  static func column(_ vector: Vector<Bool>) -> ColumnData { .bool(vector) }
  @inline(__always) static func less(_ left: Bool, _ right: Bool) -> Bool { !left && right }
}

/// The least or greatest value of a fixed-width storage.
final class ScalarExtremumStates<Kind: ScalarExtremum>: AccumulatorState {
  private let values: StateVector<Kind.Element>
  private let present = StateVector<Bool>(empty: false)
  private let largest: Bool

  init(_ kind: Kind.Type, largest: Bool) {
    values = StateVector(empty: Kind.zero)
    self.largest = largest
  }

  var byteCount: Int { values.byteCount + present.byteCount }

  func resize(to groups: Int) {
    values.resize(to: groups)
    present.resize(to: groups)
  }

  @inline(__always)
  private func beats(_ candidate: Kind.Element, _ kept: Kind.Element) -> Bool {
    largest ? Kind.less(kept, candidate) : Kind.less(candidate, kept)
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    guard let candidates = Kind.vector(arguments[0].data) else { wrongStorage("MIN or MAX") }
    let kept = values.base
    let present = self.present.base
    let ids = groups.base
    forEachCountedRow(groups.count, mask: mask, validity: arguments[0].validity, weights: nil) { row, _ in
      let group = Int(ids[row])
      if !present[group] || beats(candidates.base[row], kept[group]) {
        kept[group] = candidates.base[row]
        present[group] = true
      }
    }
    withExtendedLifetime((groups, candidates)) {}
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? ScalarExtremumStates<Kind> else { wrongStorage("MIN or MAX") }
    for i in 0..<sources.count where other.present.base[Int(sources.base[i])] {
      let candidate = other.values.base[Int(sources.base[i])]
      let target = Int(targets.base[i])
      if !present.base[target] || beats(candidate, values.base[target]) {
        values.base[target] = candidate
        present.base[target] = true
      }
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    let validity = present.gather(groups)
    var allPresent = true
    for row in 0..<groups.count { allPresent = allPresent && validity.base[row] }
    return (Column(Kind.column(values.gather(groups)), validity: allPresent ? nil : validity), RowErrors())
  }

  func clear(_ groups: Vector<Int32>) {
    values.clear(groups)
    present.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    writer.write(Column(Kind.column(values.copy())))
    writer.writeState(present)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    guard let kept = Kind.vector(try reader.column(Kind.type).data) else {
      throw reader.failure("a column of kept values is of another type")
    }
    values.replace(with: kept)
    try reader.readState(into: present)
  }
}
