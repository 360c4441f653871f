// COUNT(*), COUNT(x) and COUNTIF: one integer for each group.

import Values

extension AggregateLibrary {
  static let countFunctions: [AggregateFunction] = [
    AggregateFunction(
      "COUNT", parameters: "[* | x]", "Counts rows, or the rows in which `x` is not NULL.",
      example: AggregateExample("COUNT(x)", "2"), supportsRetraction: true,
      resolve: { types in
        types.count <= 1 ? AggregateResolution(types, .int64, nullableWhenEmpty: false) : nil
      },
      makeStates: { _, _ in CountStates(onlyTrue: false) }),
    AggregateFunction(
      "COUNTIF", aliases: ["COUNT_IF"], parameters: "condition", "Counts the rows for which the condition is TRUE.",
      example: AggregateExample("COUNTIF(x > 1)", "1"), supportsRetraction: true,
      resolve: { types in
        types == [.boolean] || types == [.null]
          ? AggregateResolution([.boolean], .int64, nullableWhenEmpty: false) : nil
      },
      makeStates: { _, _ in CountStates(onlyTrue: true) }),
  ]
}

final class CountStates: AccumulatorState {
  private let counts = StateVector<Int64>(empty: 0)
  private let onlyTrue: Bool

  init(onlyTrue: Bool) { self.onlyTrue = onlyTrue }

  var byteCount: Int { counts.byteCount }

  func resize(to groups: Int) { counts.resize(to: groups) }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    let counts = self.counts.base
    let ids = groups.base
    let argument = arguments.first
    if onlyTrue {
      guard let argument, case .bool(let truth) = argument.data else { wrongStorage("COUNTIF") }
      forEachCountedRow(groups.count, mask: mask, validity: argument.validity, weights: weights) { row, weight in
        if truth.base[row] { counts[Int(ids[row])] &+= weight }
      }
    } else {
      forEachCountedRow(groups.count, mask: mask, validity: argument?.validity, weights: weights) { row, weight in
        counts[Int(ids[row])] &+= weight
      }
    }
    withExtendedLifetime((groups, arguments)) {}
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? CountStates else { wrongStorage("COUNT") }
    for i in 0..<sources.count { counts.base[Int(targets.base[i])] &+= other.counts.base[Int(sources.base[i])] }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) { (Column(.int(counts.gather(groups))), RowErrors()) }

  func clear(_ groups: Vector<Int32>) { counts.clear(groups) }

  func write(to writer: ColumnWriter) { writer.writeState(counts) }

  func read(from reader: ColumnReader) throws(StateFormatError) { try reader.readState(into: counts) }
}
