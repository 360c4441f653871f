// The layout of pipe operators. Continuation lines stand under the operator's keyword, three columns in.

extension Formatter {
  func pipeOperator(_ pipeOperator: PipeOperator) -> Layout {
    let hint = pipeOperator.hint.map { Self.spelling($0) + " " } ?? ""
    return [.text("|> " + hint), .group(.nested(3, kind(pipeOperator.kind)))]
  }

  func subpipeline(_ subpipeline: Subpipeline) -> Layout {
    var parts: [Layout] = []
    for (index, pipeOperator) in subpipeline.operators.enumerated() {
      parts += [breakBefore(pipeOperator.span, index == 0 ? .nothing : .hardLine), self.pipeOperator(pipeOperator)]
    }
    let comments = commentsBefore(subpipeline.span.end)
    if parts.isEmpty {
      if case .sequence(let none) = comments, none.isEmpty { return "()" }
      return ["(", .nested(2, comments), .hardLine, ")"]
    }
    return .group(["(", .nested(2, [.line, .sequence(parts), comments]), .line, ")"])
  }

  /// Subpipelines close under the operator that holds them.
  private func subpipelines(_ items: [Subpipeline]) -> Layout {
    var parts: [Layout] = []
    for (index, item) in items.enumerated() {
      parts += [.text(index == 0 ? "" : ", "), breakBefore(item.span, .nothing), subpipeline(item)]
    }
    return .sequence(parts)
  }

  private func kind(_ kind: PipeOperator.Kind) -> Layout {
    switch kind {
    case .where(let condition): filter("WHERE ", condition)
    case .select(let select):
      items(
        select.isDistinct ? "SELECT DISTINCT " : "SELECT ", select.items, select.windows, select.state)
    case .extend(let extend): items("EXTEND ", extend.items, extend.windows, extend.state)
    case .set(let items): ["SET ", hanging(items, at: \.span, setItem)]
    case .drop(let columns): ["DROP ", hanging(columns, at: \.span) { .text(Self.spelling($0)) }]
    case .rename(let items):
      ["RENAME ", hanging(items, at: \.span) { [.text(Self.spelling($0.from)), Self.alias($0.to)] }]
    case .alias(let name): .text("AS " + Self.spelling(name))
    case .aggregate(let aggregate): self.aggregate(aggregate)
    case .distinct(let state): ["DISTINCT", self.state(state)]
    case .join(let join): self.join(join, indent: 0)
    case .call(let call, let alias): ["CALL ", tableFunction(call), Self.alias(alias)]
    case .orderBy(let items): orderBy(items)
    case .limit(let limit): self.limit(limit)
    case .setOperation(let setOperator, let queries):
      [
        .text(Self.spelling(setOperator) + " "),
        .group(list(queries, at: \.span) { parenthesized($0) }),
      ]
    case .recursive(let recursive): self.recursive(recursive)
    case .sample(let sample): self.sample(sample)
    case .with(let with): self.with(with)
    case .pivot(let pivot, let alias): [self.pivot(pivot), Self.alias(alias)]
    case .unpivot(let unpivot, let alias): [self.unpivot(unpivot), Self.alias(alias)]
    case .matchRecognize(let match): matchRecognize(match)
    case .assert(let condition, let payload): ["ASSERT ", hanging([condition] + payload, at: \.span, expression)]
    case .describe: "DESCRIBE"
    case .log(let body): ["LOG", body.map { [" ", subpipeline($0)] } ?? .nothing]
    case .conditional(let conditional): self.conditional(conditional)
    case .fork(let bodies): ["FORK ", subpipelines(bodies)]
    case .tee(let bodies): bodies.isEmpty ? "TEE" : ["TEE ", subpipelines(bodies)]
    case .finish: "FINISH"
    case .insert(let insert): self.insert(insert)
    case .create(let create): self.create(create)
    case .window(let window): self.window(window)
    case .watermark(let watermark): self.watermark(watermark)
    case .emit(let emit): self.emit(emit)
    case .deduplicate(let deduplicate): self.deduplicate(deduplicate)
    case .top(let top): self.top(top)
    case .throttle(let throttle): self.throttle(throttle)
    case .validate(let validate): self.validate(validate)
    case .attempt(let body, let target): ["TRY ", subpipeline(body), .text(" ON ERROR " + Self.spelling(target))]
    case .route(let route): self.route(route)
    case .error: "<error>"
    }
  }

  private func items(
    _ keyword: String, _ items: [SelectItem], _ windows: [NamedWindow], _ state: StateClause?
  ) -> Layout {
    var parts: [Layout] = [.text(keyword), hanging(items, at: \.span, selectItem)]
    if let first = windows.first { parts += [breakBefore(first.span, .line), self.windows(windows)] }
    return .sequence(parts + [self.state(state)])
  }

  private func setItem(_ item: SetItem) -> Layout {
    [.text(Self.spelling(item.column) + " = "), expression(item.value)]
  }

  private func aggregate(_ aggregate: PipeAggregate) -> Layout {
    var parts: [Layout] = ["AGGREGATE"]
    if !aggregate.items.isEmpty { parts += [" ", hanging(aggregate.items, at: \.span, aggregateItem)] }
    if let groupBy = aggregate.groupBy { parts += [breakBefore(groupBy.span, .line), self.groupBy(groupBy)] }
    return .sequence(parts + [state(aggregate.state)])
  }

  private func recursive(_ recursive: PipeRecursive) -> Layout {
    let step =
      switch recursive.step {
      case .subpipeline(let body): subpipeline(body)
      case .query(let query): parenthesized(query)
      }
    return [.text("RECURSIVE \(Self.spelling(recursive.operator)) "), step, Self.alias(recursive.alias)]
  }

  private func conditional(_ conditional: PipeIf) -> Layout {
    var parts: [Layout] = []
    for (index, branch) in conditional.branches.enumerated() {
      parts += [
        .text(index == 0 ? "IF " : " ELSEIF "), expression(branch.condition), " THEN ", subpipeline(branch.body),
      ]
    }
    if let otherwise = conditional.otherwise { parts += [" ELSE ", subpipeline(otherwise)] }
    return .sequence(parts)
  }

  private func insert(_ insert: PipeInsert) -> Layout {
    let columns: Layout = insert.columns.isEmpty ? .nothing : [" ", parenthesized(insert.columns)]
    return [.text("INSERT INTO " + Self.spelling(insert.target)), columns, Self.onConflict(insert.onConflict)]
  }

  static func onConflict(_ action: ConflictAction?) -> Layout {
    action.map { [.line, .text("ON CONFLICT DO " + $0.rawValue)] } ?? .nothing
  }

  private func create(_ create: PipeCreate) -> Layout {
    let head = "CREATE \(create.orReplace ? "OR REPLACE " : "")\(create.kind.rawValue) \(Self.spelling(create.name))"
    return [.text(head), elements(create.elements), options(create.options)]
  }

  private func route(_ route: PipeRoute) -> Layout {
    var parts: [Layout] = ["ROUTE"]
    var branches: [Layout] = []
    for branch in route.branches {
      branches += [
        breakBefore(branch.span, .line), "WHEN ", expression(branch.condition), " THEN ", target(branch.target),
      ]
    }
    if let otherwise = route.otherwise { branches += [.line, "ELSE ", target(otherwise)] }
    parts.append(.nested(2, .sequence(branches)))
    return .sequence(parts)
  }

  private func target(_ target: RouteTarget) -> Layout {
    switch target {
    case .subpipeline(let body): subpipeline(body)
    case .into(let name): .text("INTO " + Self.spelling(name))
    }
  }
}
