// The states of all calls of one aggregation. In: rows by group, with the arguments and mask of each call. Out: one column
// for each call. DISTINCT calls with the same arguments share their table of different values.

import Values

package final class AggregateStates {
  /// States and the calls that they are of, in the order of the calls' first.
  private enum Part {
    case plain(Int, any AccumulatorState)
    case distinct([Int], DistinctValues)
  }

  private let parts: [Part]
  private let callCount: Int

  package init(_ calls: [AggregateCall]) {
    var parts: [Part] = []
    var placed = Set<Int>()
    for (index, call) in calls.enumerated() where !placed.contains(index) {
      guard call.distinct, !call.arguments.isEmpty else {
        parts.append(.plain(index, AggregateLibrary.makeStates(for: call)))
        continue
      }
      let alike = calls.indices.filter { calls[$0].sharesValues(with: call) && !placed.contains($0) }
      let together = Array(alike.prefix(DistinctValues.maximumCalls))
      placed.formUnion(together)
      parts.append(.distinct(together, DistinctValues(together.map { calls[$0] })))
    }
    self.parts = parts
    callCount = calls.count
  }

  package var byteCount: Int {
    parts.reduce(0) { sum, part in
      switch part {
      case .plain(_, let states): sum + states.byteCount
      case .distinct(_, let values): sum + values.byteCount
      }
    }
  }

  package func resize(to groups: Int) {
    for part in parts {
      switch part {
      case .plain(_, let states): states.resize(to: groups)
      case .distinct(_, let values): values.resize(to: groups)
      }
    }
  }

  /// Folds in rows: `arguments` and `masks` by call.
  package func accumulate(
    groups: Vector<Int32>, arguments: [[Column]], masks: [Vector<Bool>?], weights: Vector<Int64>?
  ) {
    for part in parts {
      switch part {
      case .plain(let call, let states):
        states.accumulate(groups: groups, arguments: arguments[call], mask: masks[call], weights: weights)
      case .distinct(let calls, let values):
        values.accumulate(
          groups: groups, arguments: arguments[calls[0]], masks: calls.map { masks[$0] }, weights: weights)
      }
    }
  }

  package func merge(_ other: AggregateStates, sources: Vector<Int32>, targets: Vector<Int32>) {
    for (part, theirs) in zip(parts, other.parts) {
      switch (part, theirs) {
      case (.plain(_, let states), .plain(_, let others)):
        states.merge(others, sources: sources, targets: targets)
      case (.distinct(_, let values), .distinct(_, let others)):
        values.merge(others, sources: sources, targets: targets)
      case (.plain, .distinct), (.distinct, .plain): wrongStorage("an aggregation")
      }
    }
  }

  /// The results of the given groups, by call, and the groups whose result fails.
  package func results(of groups: Vector<Int32>) -> (columns: [Column], errors: [RowError]) {
    var columns = [Column?](repeating: nil, count: callCount)
    var failures = [[RowError]](repeating: [], count: callCount)
    for part in parts {
      switch part {
      case .plain(let call, let states):
        let (column, errors) = states.results(of: groups)
        columns[call] = column
        failures[call] = errors.list
      case .distinct(let calls, let values):
        for (place, call) in calls.enumerated() {
          let (column, errors) = values.results(of: groups, call: place)
          columns[call] = column
          failures[call] = errors.list
        }
      }
    }
    return (columns.compactMap(\.self), failures.flatMap(\.self))
  }

  package func clear(_ groups: Vector<Int32>) {
    for part in parts {
      switch part {
      case .plain(_, let states): states.clear(groups)
      case .distinct(_, let values): values.clear(groups)
      }
    }
  }

  package func write(to writer: ColumnWriter) {
    for part in parts {
      switch part {
      case .plain(_, let states): states.write(to: writer)
      case .distinct(_, let values): values.write(to: writer)
      }
    }
  }

  package func read(from reader: ColumnReader) throws(StateFormatError) {
    for part in parts {
      switch part {
      case .plain(_, let states): try states.read(from: reader)
      case .distinct(_, let values): try values.read(from: reader)
      }
    }
  }
}

extension AggregateCall {
  /// Whether both are DISTINCT over the same values, so that one table of them serves both.
  fileprivate func sharesValues(with other: AggregateCall) -> Bool {
    func plain(_ expression: Expression) -> Expression {
      var copy = expression.mapChildren(plain)
      copy.range = nil
      return copy
    }
    return distinct && other.distinct && takesRowsBack == other.takesRowsBack && keepsNulls == other.keepsNulls
      && arguments.map(plain) == other.arguments.map(plain)
  }
}
