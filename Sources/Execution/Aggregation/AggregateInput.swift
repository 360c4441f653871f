// From an input batch to what aggregates fold in: key columns, arguments and filter masks. Rows on which an expression
// fails are handed to the error stream here and fold into nothing.

import Plan
import Values

/// The evaluated expressions of an aggregation over one batch, failing rows removed.
struct AggregateRows {
  /// The rows that count, with origin and weights.
  var batch: Batch
  var keys: [Column]
  /// For each call its arguments.
  var arguments: [[Column]]
  /// For each call the rows that its FILTER lets through; nil for all.
  var filters: [Vector<Bool>?]
}

/// Evaluates the expressions of an aggregation, all in one program so that what they share is computed once.
final class AggregateInput {
  private let aggregation: Aggregation
  private let program: ExpressionProgram

  /// `conditions` are evaluated with the aggregates: each counts as the argument of one more call.
  init(_ aggregation: Aggregation, timeZone: TimeZoneRules, conditions: [Expression] = []) {
    var aggregation = aggregation
    for condition in conditions {
      aggregation.calls.append(
        AggregateCall(
          function: FunctionReference(name: "COUNTIF", signature: 0), arguments: [condition],
          result: Field("condition", .int64)))
    }
    self.aggregation = aggregation
    var expressions = aggregation.keys.map(\.expression)
    for call in aggregation.calls { expressions += call.arguments.map { Self.guarded($0, by: call.filter) } }
    for call in aggregation.calls { if let filter = call.filter { expressions.append(filter) } }
    program = ExpressionProgram(expressions, timeZone: timeZone)
  }

  /// An argument that is computed only where the call's FILTER holds: `SUM(1 / x) FILTER (WHERE x <> 0)` never fails.
  private static func guarded(_ argument: Expression, by filter: Expression?) -> Expression {
    guard let filter else { return argument }
    switch argument.kind {
    case .column, .literal: return argument
    case .call, .cast, .and, .or, .conditional, .coalesce, .isNull, .inList, .field, .makeRow, .makeArray, .safe:
      return Expression(
        .conditional(
          [ConditionalBranch(condition: filter, result: argument)], otherwise: .literal(.null, argument.type)),
        type: argument.type, nullable: true, range: argument.range)
    }
  }

  func rows(of batch: Batch, step: StepContext, output: any OperatorOutput) -> AggregateRows {
    var batch = batch
    var (columns, errors) = program.rows(of: batch, now: step.now)
    if !errors.isEmpty {
      output.fail(errors.list.map { FailedRow($0) }, of: batch)
      let good = errors.goodRows(of: batch.count)
      columns = columns.map { $0.gather(good) }
      batch = batch.gather(good)
    }
    return distribute(columns, over: batch)
  }

  private func distribute(_ columns: [Column], over batch: Batch) -> AggregateRows {
    var next = aggregation.keys.count
    let keys = Array(columns.prefix(next))
    let arguments = aggregation.calls.map { call in
      defer { next += call.arguments.count }
      return Array(columns[next..<next + call.arguments.count])
    }
    let filters: [Vector<Bool>?] = aggregation.calls.map { call in
      guard call.filter != nil else { return nil }
      defer { next += 1 }
      return columns[next].truth
    }
    return AggregateRows(batch: batch, keys: keys, arguments: arguments, filters: filters)
  }
}

extension AggregateRows {
  /// The rows at `selection` of all parts.
  func gather(_ selection: Vector<Int32>) -> AggregateRows {
    AggregateRows(
      batch: Batch(columns: [], count: selection.count, weights: batch.weights?.gather(selection)),
      keys: keys.map { $0.gather(selection) },
      arguments: arguments.map { $0.map { $0.gather(selection) } },
      filters: filters.map { $0?.gather(selection) })
  }
}

extension Column {
  /// The rows of a Boolean column that are TRUE.
  var truth: Vector<Bool> {
    guard case .bool(let values) = data else {
      preconditionFailure("a condition must be evaluated to a Boolean column")
    }
    guard let validity else { return values }
    let result = Vector<Bool>(uninitialized: values.count)
    for row in 0..<values.count { result.base[row] = values.base[row] && validity.base[row] }
    return result
  }
}
