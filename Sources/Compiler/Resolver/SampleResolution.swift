// TABLESAMPLE: a part of the rows, the same in every run (LANGUAGE §2.4). In: BERNOULLI or SYSTEM with a percentage,
// RESERVOIR with a number of rows. Out: a filter or a sort by the hash of the row's key, or of the whole row where it has
// none. Equal rows are taken all or not at all.

import Plan
import Syntax
import Values

extension Resolver {
  func sample(
    _ input: ResolvedQuery, _ sample: TableSample, _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let method = sample.method.text.uppercased()
    guard ["BERNOULLI", "SYSTEM", "RESERVOIR"].contains(method) else {
      throw failure(
        Codes.misplaced, "there is no way to sample called `\(sample.method.text)`", at: sample.method.span
      ) { $0.note("there are BERNOULLI and SYSTEM with PERCENT, and RESERVOIR with ROWS") }
    }
    guard (method == "RESERVOIR") == (sample.unit == .rows) else {
      let wanted = method == "RESERVOIR" ? "ROWS" : "PERCENT"
      throw failure(Codes.misplaced, "TABLESAMPLE \(method) takes a number of \(wanted)", at: sample.span)
    }
    let hash = try sampleHash(input, at: sample.span, environment)
    let size = try sampleSize(sample, environment)
    var output = input
    output.mayEmit = false
    let range = range(sample.span, environment)
    switch sample.unit {
    case .percent:
      guard size < 100 else { return output }
      // The hash is spread evenly over all integers of 64 bits.
      let limit = Int64(clamping: Int128(Int64.min) + Int128(size / 100 * 18_446_744_073_709_551_616))
      let isBelow = try call(
        "<", [hash, .literal(.int(limit), .int64)], spans: [sample.span, sample.span], at: sample.span,
        in: ExpressionContext(input, environment, clause: "TABLESAMPLE"))
      output.relation = input.relation.filtered(isBelow, owner: environment.owner, range: range)
    case .rows:
      try requireBounded(input.relation, "a sample of so many ROWS", at: sample.span)
      let key = SortKey(hash, descending: false, nullsFirst: true)
      output.relation = Relation(
        .sort(input.relation, [key], limit: Int64(size), offset: 0), owner: environment.owner, range: range)
      output.isOrdered = false
    }
    return output
  }

  private func sampleSize(_ sample: TableSample, _ environment: Environment) throws(CompileError) -> Double {
    let context = ExpressionContext(constantIn: "TABLESAMPLE", environment)
    let value = try typed(sample.size, in: context).widened(to: .float64).folded(timeZone: zone)
    let most = sample.unit == .percent ? 100 : 9e15
    guard case .literal(.double(let size)) = value.kind, size >= 0, size <= most,
      sample.unit == .percent || size == size.rounded()
    else {
      throw failure(
        Codes.invalidLiteral,
        sample.unit == .percent
          ? "a percentage is a constant from 0 to 100" : "a number of rows is whole, and not below 0",
        at: sample.size.span)
    }
    return size
  }

  /// The hash of the columns that identify a row.
  private func sampleHash(
    _ input: ResolvedQuery, at span: SourceSpan, _ environment: Environment
  ) throws(CompileError) -> TypedExpression {
    let schema = input.relation.schema
    let columns = input.relation.properties.keys.first ?? input.scope.columns.map(\.index)
    var text = TypedExpression.literal(.string(""), .text)
    let context = ExpressionContext(input, environment, clause: "TABLESAMPLE")
    for column in columns where CastRules.allows(from: schema[column].type, to: .text) {
      let value = TypedExpression(
        .cast(.column(column, schema[column]), safe: true), type: .text, nullable: true)
      // NULL is not the empty text, and where one column ends the next begins.
      let marked = try call(
        "||", [.literal(.string("\u{1}"), .text), value], spans: [span, span], at: span, in: context)
      let known = TypedExpression(
        .coalesce([marked, .literal(.string("\u{2}"), .text)]), type: .text, nullable: false)
      text = try call("||", [text, known], spans: [span, span], at: span, in: context)
    }
    return try call("HASH64", [text], spans: [span], at: span, in: context)
  }
}
