// UNION, INTERSECT and EXCEPT in both surfaces, by position or by name, with one or several right operands. In: resolved
// operands. Out: unions and set operations over relations of the same columns, under the left one's names.

import Plan
import Syntax
import Values

extension Resolver {
  /// `|> UNION ALL (query), (query)`.
  func pipeSetOperation(
    _ input: ResolvedQuery, _ op: SetOperator, _ queries: [Query], _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    let operands = try collecting(queries) { (query) throws(CompileError) -> (query: ResolvedQuery, span: SourceSpan) in
      let relation = try self.resolveSubquery(query, environment)
      return (ResolvedQuery(relation: relation, scope: Scope(relation, alias: nil, producer: query.span)), query.span)
    }
    return try combine(input, with: operands, op, environment)
  }

  /// The operands from left to right under one operator.
  func combine(
    _ left: ResolvedQuery, with operands: [(query: ResolvedQuery, span: SourceSpan)], _ op: SetOperator,
    _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    guard let quantifier = op.quantifier else {
      throw failure(
        Codes.misplaced, "say \(op.kind.rawValue) ALL, or \(op.kind.rawValue) DISTINCT to keep one of equal rows",
        at: op.span
      ) { $0.fix("keep all rows", inserting: " ALL", after: op.span, .maybeIncorrect) }
    }
    if ([left] + operands.map(\.query)).contains(where: { !$0.correlations.isEmpty }) {
      throw notSupported("\(op.kind.rawValue) in a subquery with a condition on the outer row", at: op.span)
    }
    var relations = [left.finished]
    for (query, span) in operands {
      let right = query.finished
      relations.append(op.isByName ? try arranged(right, like: relations[0].schema, op.kind, at: span) : right)
    }
    relations = try aligned(relations, op.kind, spans: [op.span] + operands.map(\.span))
    switch op.kind {
    case .union:
      let union = Relation(.union(relations), owner: environment.owner, range: range(op.span, environment))
      let result = ResolvedQuery(relation: union, scope: Scope(union, alias: nil, producer: op.span))
      if quantifier == .all { return result }
      return try distinct(result, state: nil, name: "UNION DISTINCT", at: op.span, environment)
    case .intersect: return try compared(relations, .intersect, quantifier, at: op.span, environment)
    case .except: return try compared(relations, .except, quantifier, at: op.span, environment)
    }
  }

  /// INTERSECT and EXCEPT take two operands each: several are taken from left to right.
  private func compared(
    _ relations: [Relation], _ kind: SetOperation.Kind, _ quantifier: SetOperator.Quantifier, at span: SourceSpan,
    _ environment: Environment
  ) throws(CompileError) -> ResolvedQuery {
    for field in relations[0].schema.fields where field.type.isFloating {
      report(
        Diagnostic(
          Codes.floatingKey, "rows are compared by `\(field.name)`, which is \(field.type): nearly equal rows differ",
          at: span
        ).help("round it, or CAST it to DECIMAL"))
    }
    var result = relations[0]
    for right in relations.dropFirst() {
      result = Relation(
        .setOperation(result, right, SetOperation(kind, all: quantifier == .all)), owner: environment.owner,
        range: range(span, environment))
    }
    if !result.isBounded, StateRules.growsWithoutBound(result) {
      report(
        Diagnostic(
          Codes.unboundedState, "the state of this operator grows for as long as the pipeline runs", at: span,
          label: result.stateBound.reason
        ).help("a SEMI JOIN or ANTI JOIN … WITHIN compares rows that lie near in time, and forgets the others"))
    }
    return ResolvedQuery(relation: result, scope: Scope(result, alias: nil, producer: span))
  }

  /// BY NAME: the right side's columns in the order of the left one's.
  private func arranged(
    _ relation: Relation, like schema: Schema, _ kind: SetOperator.Kind, at span: SourceSpan
  ) throws(CompileError) -> Relation {
    let columns = Scope(relation, alias: nil, producer: nil).columns
    var items: [NamedExpression] = []
    for field in schema.fields {
      let matches = Scope.matches(field.name, in: columns)
      guard let match = matches.first else {
        throw failure(
          Codes.unknownColumn, "\(kind.rawValue) BY NAME: this side has no column `\(field.name)`", at: span
        ) { $0.note("its columns are \(self.listing(columns.map(\.name)))") }
      }
      guard matches.count == 1 else {
        throw failure(
          Codes.ambiguousColumn, "\(kind.rawValue) BY NAME: this side has \(matches.count) columns `\(field.name)`",
          at: span)
      }
      items.append(NamedExpression(field.name, .column(match.index, relation.schema[match.index])))
    }
    guard items.count == relation.schema.count else {
      throw failure(
        Codes.columnCount,
        "\(kind.rawValue) BY NAME: one side has \(items.count) columns, the other \(relation.schema.count)", at: span
      ) { $0.note("left: \(schema)").note("right: \(relation.schema)") }
    }
    return relation.isIdentity(items) ? relation : relation.projected(items)
  }

  /// Each relation with its columns converted to the common types, under the first one's names.
  private func aligned(
    _ relations: [Relation], _ kind: SetOperator.Kind, spans: [SourceSpan]
  ) throws(CompileError) -> [Relation] {
    let width = relations[0].schema.count
    for (relation, span) in zip(relations, spans) where relation.schema.count != width {
      throw failure(
        Codes.columnCount, "\(kind.rawValue): one side has \(width) columns, the other \(relation.schema.count)",
        at: span
      ) { $0.note("left: \(relations[0].schema)").note("right: \(relation.schema)") }
    }
    var types: [DataType] = []
    for column in 0..<width {
      guard let type = ImplicitConversion.commonType(relations.map { $0.schema[column].type }) else {
        let names = relations.map { "\($0.schema[column].type)" }.joined(separator: " and ")
        throw failure(
          Codes.noCommonType,
          "\(kind.rawValue): column \(column + 1), `\(relations[0].schema[column].name)`, is \(names)",
          at: spans.last ?? spans[0])
      }
      types.append(type)
    }
    return relations.map { relation in
      let items = relation.schema.fields.enumerated().map { position, field in
        NamedExpression(
          relations[0].schema[position].name, TypedExpression.column(position, field).widened(to: types[position]))
      }
      return relation.isIdentity(items) ? relation : relation.projected(items)
    }
  }
}
