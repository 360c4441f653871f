// The layout of tables, table functions and joins.

extension Formatter {
  func fromItem(_ item: FromItem) -> Layout {
    var parts: [Layout] = [table(item.table)]
    for join in item.joins { parts += [breakBefore(join.span, .line), self.join(join)] }
    return .group(.sequence(parts))
  }

  /// `indent` is how far the join's conditions stand under it when they break.
  func join(_ join: JoinClause, indent: Int = 3) -> Layout {
    var parts: [Layout] = [.text((join.isNatural ? "NATURAL " : "") + join.kind.rawValue + " "), table(join.table)]
    if let condition = join.matchCondition {
      parts += [.line, "MATCH_CONDITION ", bracketed(expression(condition))]
    }
    switch join.condition {
    case .on(let condition): parts += [.line, filter("ON ", condition)]
    case .using(let columns): parts += [.line, "USING ", parenthesized(columns)]
    case nil: break
    }
    if let time = join.time { parts += [.line, .text(Self.spelling(time))] }
    if let state = join.state { parts += [.line, .text(Self.spelling(state))] }
    return .group(.nested(indent, .sequence(parts)))
  }

  private static func spelling(_ time: JoinTime) -> String {
    switch time.kind {
    case .within(let duration): "WITHIN " + spelling(duration)
    case .before(let duration): "WITHIN \(spelling(duration)) BEFORE"
    case .after(let duration): "WITHIN \(spelling(duration)) AFTER"
    case .beforeAndAfter(let before, let after): "WITHIN \(spelling(before)) BEFORE AND \(spelling(after)) AFTER"
    case .perWindow: "PER WINDOW"
    }
  }

  func table(_ table: TableReference) -> Layout {
    var parts: [Layout] = [primary(table.primary, alias: table.alias)]
    if let hint = table.hint { parts.append(.text(" " + Self.spelling(hint))) }
    var hasPrintedAlias = false
    if case .unnest(_, .offset) = table.primary.kind { hasPrintedAlias = true }
    if let time = table.systemTime { parts += [" FOR SYSTEM_TIME AS OF ", expression(time)] }
    if let alias = table.alias, !hasPrintedAlias { parts.append(self.alias(alias)) }
    switch table.suffix {
    case .matchRecognize(let match): parts += [" ", matchRecognize(match)]
    case .pivot(let pivot): parts += [" ", self.pivot(pivot)]
    case .unpivot(let unpivot): parts += [" ", self.unpivot(unpivot)]
    case .sample(let sample): parts += [" ", self.sample(sample)]
    case nil: break
    }
    if let alias = table.suffixAlias { parts.append(self.alias(alias)) }
    return .sequence(parts)
  }

  private func alias(_ alias: TableAlias) -> Layout {
    let columns = alias.columns.isEmpty ? Layout.nothing : [" ", parenthesized(alias.columns)]
    return [.text(" AS " + Self.spelling(alias.name)), columns]
  }

  private func primary(_ primary: TablePrimary, alias: TableAlias?) -> Layout {
    switch primary.kind {
    case .name(let name): return .text(Self.spelling(name))
    case .file(let file): return .text(Self.quoted(file.value))
    case .subquery(let query, let isLateral): return [.text(isLateral ? "LATERAL " : ""), parenthesized(query)]
    case .function(let call, let isWrapped, let isLateral):
      let lateral = isLateral ? "LATERAL " : ""
      return [.text(lateral), isWrapped ? ["TABLE", bracketed(tableFunction(call))] : tableFunction(call)]
    case .unnest(let array, let position):
      let base: Layout = ["UNNEST", bracketed(expression(array))]
      switch position {
      case .offset(let name):
        return [base, alias.map { self.alias($0) } ?? .nothing, " WITH OFFSET", Self.alias(name)]
      case .ordinality: return [base, " WITH ORDINALITY"]
      case nil: return base
      }
    case .error: return "<error>"
    }
  }

  func tableFunction(_ call: TableFunctionCall) -> Layout {
    let name = Layout.text(Self.spelling(call.name))
    if call.arguments.isEmpty { return [name, "()"] }
    return [name, bracketed(list(call.arguments, at: \.span, tableArgument))]
  }

  private func tableArgument(_ argument: TableArgument) -> Layout {
    let name = Layout.text(argument.name.map { Self.spelling($0) + " => " } ?? "")
    switch argument.kind {
    case .inputTable: return [name, "INPUT TABLE"]
    case .descriptor(let columns): return [name, "DESCRIPTOR", parenthesized(columns)]
    case .expression(let value): return [name, expression(value)]
    case .table(let table, let partitionBy):
      let keys = partitionBy.count == 1 ? expression(partitionBy[0]) : bracketed(expressions(partitionBy))
      let partition: Layout = partitionBy.isEmpty ? .nothing : [" PARTITION BY ", keys]
      return [name, .text("TABLE " + Self.spelling(table)), partition]
    }
  }

  // MARK: Suffixes

  func sample(_ sample: TableSample) -> Layout {
    [
      .text("TABLESAMPLE \(Self.spelling(sample.method)) ("), expression(sample.size),
      .text(" \(sample.unit.rawValue))"),
    ]
  }

  func pivot(_ pivot: Pivot) -> Layout {
    let aggregates = list(pivot.aggregates, at: \.span, aggregateItem)
    let values = list(pivot.values, at: \.span) { [expression($0.value), Self.alias($0.alias)] }
    let content: Layout = [
      .aligned(aggregates), .line, .text("FOR \(Self.spelling(pivot.column)) IN "), bracketed(values),
    ]
    return ["PIVOT ", bracketed(content)]
  }

  func unpivot(_ unpivot: Unpivot) -> Layout {
    let columns = list(unpivot.columns, at: \.span) { column in
      .text(Self.spelling(column.column) + (column.label.map { " AS " + Self.quoted($0.value) } ?? ""))
    }
    let names = "\(Self.spelling(unpivot.valueColumn)) FOR \(Self.spelling(unpivot.nameColumn)) IN "
    return ["UNPIVOT ", bracketed([.text(names), bracketed(columns)])]
  }

  func aggregateItem(_ item: AggregateItem) -> Layout {
    [expression(item.value), Self.alias(item.alias), Self.ordering(item.order)]
  }
}
