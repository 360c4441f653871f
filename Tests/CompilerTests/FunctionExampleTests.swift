// Every example of the function library is a sentence of the grammar and, typed by the compiler and folded to a constant,
// has the value it claims.

import Compiler
import Plan
import Syntax
import Testing
import Values

@Suite struct FunctionExampleTests {
  static let examples = FunctionLibrary.scalar.allExamples

  static func parses(_ text: String) -> Bool {
    Parser.parseScript(SourceText(name: "example", text: text)).1.isEmpty
  }

  @Test func everyExampleIsASentence() {
    for example in Self.examples { #expect(Self.parses("SELECT \(example.expression) AS x"), "\(example.expression)") }
  }

  @Test(arguments: examples.map(\.expression))
  func exampleHasItsValue(expression: String) throws {
    let example = try #require(Self.examples.first { $0.expression == expression })
    let text = "SELECT \(expression) AS x"
    let result = compile(text)
    #expect(!result.hasErrors, "\(rendered(result.diagnostics, text))")
    let items = (result.dataflow?.nodes ?? []).compactMap { node -> NamedExpression? in
      if case .project(let items) = node.operation { items.first } else { nil }
    }
    let item = try #require(items.first)
    guard case .literal(let value) = item.expression.kind else {
      // Only what reads the clock is no constant.
      #expect(!Self.isDeterministic(item.expression), "\(expression)")
      return
    }
    if item.expression.type.isFloating, case .double(let number) = value, let wanted = Double(example.result) {
      #expect(number == wanted || abs(number - wanted) < 1e-9)
      return
    }
    var writer = TextWriter()
    let shown = value.isNull ? "NULL" : writer.text(value, type: item.expression.type)
    if item.expression.type.isDecimal, let number = Double(shown), let wanted = Double(example.result) {
      #expect(number == wanted)
    } else {
      #expect(shown == example.result)
    }
  }

  static func isDeterministic(_ expression: Plan.Expression) -> Bool {
    if case .call(let reference, _) = expression.kind,
      FunctionLibrary.scalar.function(reference.name)?.isDeterministic == false
    {
      return false
    }
    return expression.children.allSatisfy(isDeterministic)
  }
}
