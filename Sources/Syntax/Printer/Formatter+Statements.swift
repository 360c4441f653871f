// The layout of statements, definitions and tests.

extension Formatter {
  func statement(_ statement: Statement) -> Layout {
    switch statement.kind {
    case .createType(let create): [.text("CREATE TYPE \(Self.spelling(create.name)) AS "), type(create.type)]
    case .createTopic(let create): createTopic(create)
    case .createRelation(let create): createRelation(create)
    case .createView(let create):
      [
        .text(
          "CREATE \(Self.orReplace(create.orReplace))\(create.isMaterialized ? "MATERIALIZED " : "")VIEW "
            + Self.spelling(create.name)),
        create.columns.isEmpty ? .nothing : [" ", parenthesized(create.columns)], asQuery(create.query),
      ]
    case .createSink(let create): createSink(create)
    case .createFunction(let create): createFunction(create)
    case .createTableFunction(let create):
      [
        .text("CREATE \(Self.orReplace(create.orReplace))TABLE FUNCTION \(Self.spelling(create.name))"),
        parameters(create.parameters), " AS ", parenthesized(create.body),
      ]
    case .createPipeline(let create):
      [
        .text("CREATE \(Self.orReplace(create.orReplace))PIPELINE \(Self.spelling(create.name))"),
        options(create.options), asQuery(create.query),
      ]
    case .insert(let insert): self.insert(insert)
    case .statementSet(let set): statementSet(set)
    case .explain(let explain): self.explain(explain)
    case .describe(let name): .text("DESCRIBE " + Self.spelling(name))
    case .show(let show):
      .text("SHOW " + Self.spelling(show.what) + (show.pattern.map { " LIKE " + Self.quoted($0.value) } ?? ""))
    case .drop(let drop): self.drop(drop)
    case .set(let set): .text("SET \(Self.spelling(set.key)) = \(Self.spelling(set.value))")
    case .test(let test): self.test(test)
    case .query(let query): self.query(query, breaks: .hardLine)
    case .error: "<error>"
    }
  }

  private static func orReplace(_ value: Bool) -> String { value ? "OR REPLACE " : "" }

  private func asQuery(_ query: Query) -> Layout {
    [" AS", breakBefore(query.span, .hardLine), self.query(query, breaks: .hardLine)]
  }

  // MARK: Definitions

  private func createTopic(_ create: CreateTopic) -> Layout {
    var text = "CREATE TOPIC " + Self.quoted(create.topic.value)
    if let partitions = create.partitions { text += " PARTITIONS " + partitions.digits }
    if let retention = create.retention { text += " RETENTION " + Self.spelling(retention) }
    return [.text(text), options(create.options)]
  }

  private func createRelation(_ create: CreateRelation) -> Layout {
    let head = "CREATE \(Self.orReplace(create.orReplace))\(create.kind.rawValue) \(Self.spelling(create.name))"
    var parts: [Layout] = [.text(head), elements(create.elements)]
    if let source = create.source {
      let location = "FROM \(source.kind.rawValue) \(Self.quoted(source.location.value))"
      parts.append(clause(source.span, [.text(location), key(source.key), Self.format(source.format)]))
    }
    if let target = create.onError { parts.append(clause(nil, .text("ON ERROR " + Self.spelling(target)))) }
    parts.append(options(create.options))
    if let query = create.query { parts.append(asQuery(query)) }
    return .sequence(parts)
  }

  private func createSink(_ create: CreateSink) -> Layout {
    let head = "CREATE \(Self.orReplace(create.orReplace))SINK \(Self.spelling(create.name))"
    let target =
      switch create.target {
      case .topic(let topic): "TO TOPIC " + Self.quoted(topic.value)
      case .file(let file): "TO FILE " + Self.quoted(file.value)
      case .standardOutput: "TO STDOUT"
      }
    return [
      .text(head), elements(create.elements),
      clause(nil, [.text(target), key(create.key), Self.format(create.format)]), options(create.options),
    ]
  }

  private func createFunction(_ create: CreateFunction) -> Layout {
    let kind = create.isAggregate ? "AGGREGATE FUNCTION" : "FUNCTION"
    let head = "CREATE \(Self.orReplace(create.orReplace))\(kind) \(Self.spelling(create.name))"
    let determinism = create.isDeterministic.map { $0 ? " DETERMINISTIC" : " NOT DETERMINISTIC" } ?? ""
    return [
      .text(head), parameters(create.parameters), clause(nil, ["RETURNS ", type(create.returns), .text(determinism)]),
      clause(nil, ["AS ", bracketed(expression(create.body))]),
    ]
  }

  private func parameters(_ parameters: [Parameter]) -> Layout {
    if parameters.isEmpty { return "()" }
    return bracketed(
      list(parameters, at: \.span) { parameter in
        let name = Layout.text(Self.spelling(parameter.name) + " ")
        switch parameter.kind {
        case .scalar(let type): return [name, self.type(type)]
        case .table(let fields): return [name, "TABLE", fields.isEmpty ? .nothing : self.fields(fields)]
        }
      })
  }

  /// A clause on the same line if it fits, else on its own.
  private func clause(_ span: SourceSpan?, _ layout: Layout) -> Layout {
    .group(.nested(2, [span.map { breakBefore($0, .line) } ?? .line, layout]))
  }

  private func key(_ columns: [Identifier]) -> Layout {
    columns.isEmpty ? .nothing : [" KEY ", parenthesized(columns)]
  }

  private static func format(_ format: FormatClause?) -> Layout {
    guard let format else { return .nothing }
    return .text(" FORMAT " + spelling(format.name) + (format.payload.map { " " + spelling($0) } ?? ""))
  }

  func options(_ options: [Option]) -> Layout {
    if options.isEmpty { return .nothing }
    let items = list(options, at: \.span) { .text("\(Self.spelling($0.key)) = \(Self.spelling($0.value))") }
    return clause(nil, ["WITH ", bracketed(items)])
  }

  static func spelling(_ key: OptionKey) -> String {
    switch key {
    case .string(let literal): quoted(literal.value)
    case .name(let name): spelling(name)
    }
  }

  /// Columns stand one on a line; constraints alone may share one.
  func elements(_ elements: [TableElement]) -> Layout {
    guard let last = elements.last else { return .nothing }
    let hasColumns = elements.contains {
      if case .column = $0.kind { return true } else { return false }
    }
    if !hasColumns { return [" ", bracketed(list(elements, at: \.span, element))] }
    let items = list(elements, at: \.span, separator: .hardLine, element)
    // The comment after the last column stands before the parenthesis.
    let trailing = trailingComments(after: last.span)
    return [" (", .nested(2, [.hardLine, items, trailing]), .hardLine, ")"]
  }

  private func element(_ element: TableElement) -> Layout {
    switch element.kind {
    case .column(let column): return self.column(column)
    case .computedColumn(let name, let value): return [.text(Self.spelling(name) + " AS "), expression(value)]
    case .watermark(let watermark): return self.watermark(watermark)
    case .primaryKey(let columns, let isEnforced):
      return ["PRIMARY KEY ", parenthesized(columns), .text(isEnforced ? "" : " NOT ENFORCED")]
    case .check(let check):
      let name = check.name.map { "CONSTRAINT \(Self.spelling($0)) " } ?? ""
      return [
        .text(name + "CHECK "), bracketed(expression(check.condition)),
        .text(check.isEnforced ? "" : " NOT ENFORCED"),
      ]
    }
  }

  private func column(_ column: ColumnDefinition) -> Layout {
    var tail = column.isNotNull ? " NOT NULL" : ""
    if let metadata = column.metadata {
      tail += " METADATA" + (metadata.key.map { " FROM " + Self.quoted($0.value) } ?? "")
      tail += metadata.isVirtual ? " VIRTUAL" : ""
    }
    if let comment = column.comment { tail += " COMMENT " + Self.quoted(comment.value) }
    return [.text(Self.spelling(column.name) + " "), type(column.type), .text(tail)]
  }

  // MARK: Commands

  private func insert(_ insert: InsertStatement) -> Layout {
    let columns: Layout = insert.columns.isEmpty ? .nothing : [" ", parenthesized(insert.columns)]
    let conflict: Layout =
      insert.onConflict.map { [.hardLine, .text("ON CONFLICT DO " + $0.rawValue)] } ?? .nothing
    return [
      .text("INSERT INTO " + Self.spelling(insert.target)), columns, breakBefore(insert.query.span, .hardLine),
      query(insert.query, breaks: .hardLine), conflict,
    ]
  }

  private func statementSet(_ set: StatementSet) -> Layout {
    var parts: [Layout] = ["EXECUTE STATEMENT SET BEGIN"]
    for insert in set.inserts {
      parts.append(.nested(2, [breakBefore(insert.span, .hardLine), self.insert(insert), ";"]))
    }
    return .sequence(parts + [.hardLine, "END"])
  }

  private func explain(_ explain: ExplainStatement) -> Layout {
    let head = Layout.text("EXPLAIN " + (explain.kind.map { $0.rawValue + " " } ?? ""))
    switch explain.subject {
    case .query(let query): return [head, breakBefore(query.span, .hardLine), self.query(query, breaks: .hardLine)]
    case .insert(let insert): return [head, breakBefore(insert.span, .hardLine), self.insert(insert)]
    case .name(let name): return [head, .text(Self.spelling(name))]
    }
  }

  private func drop(_ drop: DropStatement) -> Layout {
    let target =
      switch drop.target {
      case .name(let name): Self.spelling(name)
      case .string(let text): Self.quoted(text.value)
      }
    return .text("DROP \(drop.kind.rawValue) \(drop.ifExists ? "IF EXISTS " : "")\(target)")
  }
}
