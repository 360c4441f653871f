// LOGICAL_AND, LOGICAL_OR, BIT_AND, BIT_OR, BIT_XOR: one word for each group, folded by an associative operation.

import Values

extension AggregateLibrary {
  static let logicalFunctions: [AggregateFunction] = [
    logical("LOGICAL_AND", ["BOOL_AND", "EVERY"], "TRUE when every value is TRUE.", "false", .and),
    logical("LOGICAL_OR", ["BOOL_OR"], "TRUE when some value is TRUE.", "true", .or),
  ]

  static let bitFunctions: [AggregateFunction] = [
    bits("BIT_AND", "The bits that are set in every value.", "0", .and),
    bits("BIT_OR", "The bits that are set in some value.", "3", .or),
    bits("BIT_XOR", "The bits that are set in an odd number of values.", "3", .xor),
  ]

  private static func logical(
    _ name: String, _ aliases: [String], _ summary: String, _ result: String, _ operation: BitStates.Operation
  ) -> AggregateFunction {
    AggregateFunction(
      name, aliases: aliases, parameters: "condition", summary,
      example: AggregateExample("\(name)(x > 1)", result),
      resolve: { types in
        types == [.boolean] || types == [.null] ? AggregateResolution([.boolean], .boolean) : nil
      },
      makeStates: { _, _ in BitStates(operation, logical: true) },
      retracting: RetractingResults.states(
        operation == .and ? RetractingResults.least : RetractingResults.greatest))
  }

  private static func bits(
    _ name: String, _ summary: String, _ result: String, _ operation: BitStates.Operation
  ) -> AggregateFunction {
    AggregateFunction(
      name, parameters: "x", summary, example: AggregateExample("\(name)(x)", result),
      resolve: { types in
        types.count == 1 && (types[0].isInteger || types[0] == .null) ? AggregateResolution([.int64], .int64) : nil
      },
      makeStates: { _, _ in BitStates(operation, logical: false) },
      retracting: RetractingResults.states(
        RetractingResults.fold(operation == .and ? -1 : 0) { word, value, copies in
          switch operation {
          case .and: word & value
          case .or: word | value
          case .xor: copies % 2 == 0 ? word : word ^ value
          }
        }))
  }
}

final class BitStates: AccumulatorState {
  enum Operation { case and, or, xor }

  private let words = StateVector<Int64>(empty: 0)
  private let present = StateVector<Bool>(empty: false)
  private let operation: Operation
  private let logical: Bool

  init(_ operation: Operation, logical: Bool) {
    self.operation = operation
    self.logical = logical
  }

  var byteCount: Int { words.byteCount + present.byteCount }

  func resize(to groups: Int) {
    words.resize(to: groups)
    present.resize(to: groups)
  }

  @inline(__always)
  private func fold(_ word: Int64, into group: Int) {
    let kept = words.base[group]
    if !present.base[group] {
      words.base[group] = word
      present.base[group] = true
      return
    }
    words.base[group] =
      switch operation {
      case .and: kept & word
      case .or: kept | word
      case .xor: kept ^ word
      }
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    let ids = groups.base
    let validity = arguments[0].validity
    switch arguments[0].data {
    case .bool(let values):
      forEachCountedRow(groups.count, mask: mask, validity: validity, weights: nil) { row, _ in
        fold(values.base[row] ? 1 : 0, into: Int(ids[row]))
      }
    case .int(let values):
      forEachCountedRow(groups.count, mask: mask, validity: validity, weights: nil) { row, _ in
        fold(values.base[row], into: Int(ids[row]))
      }
    case .double, .decimal, .bytes, .array, .row: wrongStorage("a bit aggregate")
    }
    withExtendedLifetime((groups, arguments)) {}
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? BitStates else { wrongStorage("a bit aggregate") }
    for i in 0..<sources.count where other.present.base[Int(sources.base[i])] {
      fold(other.words.base[Int(sources.base[i])], into: Int(targets.base[i]))
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    let validity = present.gather(groups)
    let kept = words.gather(groups)
    guard logical else { return (Column(.int(kept), validity: validity), RowErrors()) }
    let truth = Vector<Bool>(uninitialized: groups.count)
    for row in 0..<groups.count { truth.base[row] = kept.base[row] != 0 }
    return (Column(.bool(truth), validity: validity), RowErrors())
  }

  func clear(_ groups: Vector<Int32>) {
    words.clear(groups)
    present.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    writer.writeState(words)
    writer.writeState(present)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    try reader.readState(into: words)
    try reader.readState(into: present)
  }
}
