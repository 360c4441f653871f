// PIVOT: values of a column become columns (GoogleSQL). In: aggregates, a column and constants. Out: one aggregate whose calls
// count only the rows of their value (FILTER), grouped by every column that PIVOT does not name.

import Plan
import Syntax
import Values

extension Resolver {
  func pivot(
    _ input: ResolvedQuery, _ pivot: Pivot, alias: Identifier?, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let column = try self.column(pivot.column, in: ExpressionContext(input, environment, clause: "PIVOT"))
    let collector = AggregateCollector()
    let items = try pivotItems(pivot, ExpressionContext(input, environment, clause: "PIVOT", aggregates: collector))
    let values = try pivotValues(pivot, column, environment)
    var used = column.columnsRead
    for call in collector.calls {
      for expression in call.arguments + (call.filter.map { [$0] } ?? []) { used.formUnion(expression.columnsRead) }
    }
    var grouping = Grouping(input: input, span: pivot.span)
    grouping.keys = input.scope.columns.filter { !used.contains($0.index) }.map { column in
      let key = NamedExpression(column.name, .column(column.index, input.relation.schema[column.index]))
      return GroupKey(item: key, span: pivot.span)
    }
    try groupByWindowColumns(&grouping)
    let total = AggregateCollector()
    var outputs: [NamedExpression] = []
    for value in values {
      let condition = try isValue(value.constant, of: column, at: value.span, environment)
      for item in items {
        let name = item.name.isEmpty ? value.name : "\(item.name)_\(value.name)"
        outputs.append(NamedExpression(name, filtered(item.expression, by: condition, collector, into: total)))
      }
    }
    try checkPivotNames(grouping.keys.map(\.item.name) + outputs.map(\.name), at: pivot.span)
    var output = try self.output(
      of: grouping, outputs, total, SubqueryCollector(), state: nil, at: span, keyword: pivot.span, by: "PIVOT",
      keepsKeys: true, environment
    )
    if let alias { output.scope.variables = [RangeVariable(name: alias.text, columns: output.scope.columns)] }
    return output
  }

  private func pivotItems(_ pivot: Pivot, _ context: ExpressionContext) throws(CompileError) -> [NamedExpression] {
    try collecting(pivot.aggregates) { (item) throws(CompileError) -> NamedExpression in
      if let order = item.order { throw self.notSupported("an order within PIVOT", at: order.span) }
      let value = try self.typed(item.value, in: context)
      guard self.readsCall(value), !Grouping.isCall(value) else {
        throw self.failure(
          Codes.notGrouped, "PIVOT needs aggregates such as SUM(…): several rows may have one value", at: item.span)
      }
      guard item.alias != nil || pivot.aggregates.count == 1 else {
        throw self.failure(
          Codes.misplaced, "each of several aggregates of PIVOT needs a name, which its columns begin with",
          at: item.span
        ) { $0.fix("give it a name", inserting: " AS name", after: item.span, .maybeIncorrect) }
      }
      return NamedExpression(item.alias?.text ?? "", value)
    }
  }

  /// The constants, with the names that their columns end in.
  private func pivotValues(
    _ pivot: Pivot, _ column: TypedExpression, _ environment: Environment
  ) throws(CompileError) -> [(name: String, constant: TypedExpression, span: SourceSpan)] {
    let context = ExpressionContext(constantIn: "PIVOT … IN", environment)
    return try collecting(pivot.values) { (value) throws(CompileError) in
      let constant = try self.typed(value.value, in: context).folded(timeZone: self.zone)
      guard case .literal(let literal) = constant.kind else {
        throw self.failure(
          Codes.invalidLiteral, "a value of PIVOT is a constant: the columns are known before any row is",
          at: value.span)
      }
      if let alias = value.alias { return (alias.text, constant, value.span) }
      if literal.isNull { return ("NULL", constant, value.span) }
      let text = TypedExpression(.cast(constant, safe: false), type: .text, nullable: false)
      guard case .literal(let name) = text.folded(timeZone: self.zone).kind, let name = name.text else {
        throw self.failure(Codes.misplaced, "this value of PIVOT needs a name", at: value.span) {
          $0.fix("give it a name", inserting: " AS name", after: value.span, .maybeIncorrect)
        }
      }
      return (name, constant, value.span)
    }
  }

  private func isValue(
    _ constant: TypedExpression, of column: TypedExpression, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> TypedExpression {
    if case .literal(.null) = constant.kind { return TypedExpression(.isNull(column), type: .boolean, nullable: false) }
    let context = ExpressionContext(constantIn: "PIVOT … IN", environment)
    return try call("=", [column, constant], spans: [span, span], at: span, in: context)
  }

  /// The item with its calls over the rows of one value.
  private func filtered(
    _ item: TypedExpression, by condition: TypedExpression, _ calls: AggregateCollector, into total: AggregateCollector
  ) -> TypedExpression {
    item.substituting { index, reference in
      guard index >= AggregateCollector.firstPosition else { return reference }
      let position = index - AggregateCollector.firstPosition
      var call = calls.calls[position].filtered(by: condition)
      call.result.name = "$\(total.calls.count + 1)"
      return total.reference(to: call, at: calls.spans[position], range: reference.range)
    }
  }

  private func checkPivotNames(_ names: [String], at span: SourceSpan) throws(CompileError) {
    var seen: Set<String> = []
    for name in names where !seen.insert(Scope.folded(name)).inserted {
      throw failure(Codes.duplicateName, "PIVOT gives two columns `\(name)`", at: span) {
        $0.help("name the value or the aggregate otherwise with AS")
      }
    }
  }
}

extension AggregateCall {
  /// The call over those rows only for which a condition holds too. They may be none.
  func filtered(by condition: TypedExpression) -> AggregateCall {
    var copy = self
    if let filter {
      let nullable = filter.nullable || condition.nullable
      copy.filter = TypedExpression(.and([condition, filter]), type: .boolean, nullable: nullable)
    } else {
      copy.filter = condition
    }
    if AggregateLibrary.function(named: function.name)?.resolve(arguments.map(\.type))?.nullableWhenEmpty != false {
      copy.result.nullable = true
    }
    return copy
  }
}
