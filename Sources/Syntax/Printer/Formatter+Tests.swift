// The layout of TEST statements: one step a line.

extension Formatter {
  func test(_ test: TestStatement) -> Layout {
    let subject = test.subject.map { " FOR " + Self.spelling($0) } ?? ""
    var parts: [Layout] = [.text("TEST \(Self.quoted(test.title.value))\(subject)"), options(test.options)]
    for step in test.steps {
      parts.append(.nested(2, [breakBefore(step.span, .hardLine), self.step(step)]))
    }
    return .sequence(parts)
  }

  private func step(_ step: TestStep) -> Layout {
    switch step.kind {
    case .given(let rows): return ["GIVEN ", self.rows(rows)]
    case .advance(let clock, let advance): return self.advance(clock, advance)
    case .expectRows(let rows, let inOrder):
      return ["EXPECT ", self.rows(rows), .text(inOrder ? " IN ORDER" : "")]
    case .expectEmpty(let name, let columns):
      let list: Layout = columns.isEmpty ? .nothing : [" ", parenthesized(columns)]
      return [.text("EXPECT " + Self.spelling(name)), list, " EMPTY"]
    case .expectChanges(let rows): return ["EXPECT CHANGES ", self.rows(rows)]
    case .expectStateEmpty: return "EXPECT STATE EMPTY"
    case .expectStateRows(let comparison, let count):
      return .text("EXPECT STATE ROWS \(comparison.rawValue) \(count.digits)")
    case .expectError(let code): return .text("EXPECT ERROR " + Self.quoted(code.value))
    }
  }

  private func rows(_ rows: TestRows) -> Layout {
    let columns: Layout = rows.columns.isEmpty ? .nothing : [" ", parenthesized(rows.columns)]
    return [.text(Self.spelling(rows.relation)), columns, " ", values(rows.rows)]
  }

  private func advance(_ clock: TestStep.Clock, _ advance: TestStep.Advance) -> Layout {
    let name =
      switch clock {
      case .processingTime: "TIME"
      case .watermark(let name): Self.spelling(name)
      }
    switch advance {
    case .to(let value): return [.text("ADVANCE \(name) TO "), expression(value)]
    case .by(let duration): return .text("ADVANCE \(name) BY \(Self.spelling(duration))")
    }
  }
}
