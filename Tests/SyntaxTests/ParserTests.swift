// Rules of the parser that no round trip shows: which tree a text gives, spans, and when a statement is whole.

import Testing

@testable import Syntax

struct ParserTests {
  private static func expression(_ text: String) -> String {
    let (expression, diagnostics) = Parser.parseExpression(SourceText(name: "test.pipe", text: text))
    #expect(diagnostics.isEmpty, "\(text)")
    return expression.map { TreePrinter.dump($0) } ?? ""
  }

  private static func script(_ text: String) -> Script {
    let (script, diagnostics) = Parser.parseScript(SourceText(name: "test.pipe", text: text))
    #expect(diagnostics.isEmpty, "\(text)")
    return script
  }

  /// The second text has the parentheses that precedence puts into the first.
  @Test(arguments: [
    ("a OR b AND c", "a OR (b AND c)"), ("NOT a = b", "NOT (a = b)"), ("NOT a AND b", "(NOT a) AND b"),
    ("a - b - c", "(a - b) - c"), ("a + b * c", "a + (b * c)"), ("-a * b", "(-a) * b"),
    ("a = b + c", "a = (b + c)"), ("a BETWEEN b + 1 AND c AND d", "(a BETWEEN (b + 1) AND c) AND d"),
    ("a || b = c", "(a || b) = c"), ("a IS NULL OR b", "(a IS NULL) OR b"), ("a IN (1) AND b", "(a IN (1)) AND b"),
    ("-a.b[1]", "-((a.b)[1])"), ("a NOT LIKE b || c", "a NOT LIKE (b || c)"), ("a % b / c", "(a % b) / c"),
  ])
  func precedence(text: String, explicit: String) {
    #expect(Self.expression(text) == Self.withoutParentheses(explicit))
  }

  /// The outline without the parenthesis nodes.
  private static func withoutParentheses(_ text: String) -> String {
    let (expression, _) = Parser.parseExpression(SourceText(name: "test.pipe", text: text))
    guard let expression else { return "" }
    return TreePrinter.dump(strip(expression))
  }

  private static func strip(_ expression: Expression) -> Expression {
    var copy = expression
    switch expression.kind {
    case .parenthesized(let inner): return strip(inner)
    case .unary(let sign, let operand): copy.kind = .unary(sign, strip(operand))
    case .binary(let binary, let left, let right, let span):
      copy.kind = .binary(binary, strip(left), strip(right), operatorSpan: span)
    case .between(let value, let low, let high, let negated):
      copy.kind = .between(strip(value), low: strip(low), high: strip(high), negated: negated)
    case .like(let value, let pattern, let negated):
      copy.kind = .like(strip(value), pattern: strip(pattern), negated: negated)
    case .isTest(let value, let test, let negated): copy.kind = .isTest(strip(value), test, negated: negated)
    case .membership(let value, let set, let negated): copy.kind = .membership(strip(value), set, negated: negated)
    case .element(let value, let index): copy.kind = .element(strip(value), index: strip(index))
    default: break
    }
    return copy
  }

  @Test func intersectBindsTighterThanUnion() {
    let outline = TreePrinter.dump(Self.script("SELECT 1 UNION ALL SELECT 2 INTERSECT DISTINCT SELECT 3"))
    let words = outline.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
    let operators = words.filter { $0 == "kind: .union" || $0 == "kind: .intersect" }
    #expect(operators == ["kind: .union", "kind: .intersect"])
    #expect(outline.contains("operand: .chain"))
  }

  @Test func aParenthesisedQueryBecomesAQueryWhenOneGoesOn() {
    #expect(Self.expression("((SELECT 1) + 2)").contains(".parenthesized"))
    #expect(Self.expression("((SELECT 1) UNION ALL SELECT 2)").contains(".chain"))
    #expect(!Self.expression("((SELECT 1) UNION ALL SELECT 2)").hasPrefix("Expression\n  kind: .parenthesized"))
  }

  @Test func exceptAfterAStarIsASetOperationBeforeAQuery() {
    let names = Self.script("SELECT * EXCEPT (a) FROM t")
    let query = Self.script("SELECT * EXCEPT (SELECT 1)")
    #expect(TreePrinter.dump(names).contains("excluded: [1]"))
    #expect(TreePrinter.dump(query).contains(".except"))
  }

  @Test func contextualKeywordsAreNamesElsewhere() {
    _ = Self.script("FROM state AS emit |> SELECT first, last, time, log, top, max(range) AS window_size, date AS per")
    _ = Self.script("CREATE STREAM s (key INT, watermark INT, check STRING, type STRING, state STRING)")
    _ = Self.script("SELECT IF(a, b, c), REPLACE(a, 'x', 'y'), LOG(2), FORMAT('%d', 1), DATE(ts), EXTRACT(a, b)")
  }

  @Test func anOperatorPointsAtItsKeyword() throws {
    let text = "FROM a |> LEFT OUTER JOIN b ON x |> GROUP BY y"
    let source = SourceText(name: "test.pipe", text: text)
    guard case .query(let query) = Parser.parseScript(source).0.statements.first?.kind else {
      Issue.record("a query")
      return
    }
    #expect(query.operators.map { source.text(of: $0.keywordSpan) } == ["LEFT OUTER JOIN", "GROUP"])
    #expect(query.operators.map { source.text(of: $0.span) } == ["|> LEFT OUTER JOIN b ON x", "|> GROUP BY y"])
  }

  @Test func spansOfExpressionsAreTheirText() {
    let source = SourceText(name: "test.pipe", text: " a.b + f(c, (d)) ")
    let (expression, _) = Parser.parseExpression(source)
    guard case .binary(_, let left, let right, let span) = expression?.kind else {
      Issue.record("a sum")
      return
    }
    #expect([left.span, span, right.span].map(source.text(of:)) == ["a.b", "+", "f(c, (d))"])
    #expect(expression.map { source.text(of: $0.span) } == "a.b + f(c, (d))")
  }

  @Test(arguments: [
    ("", Parser.Completeness.complete), ("-- nothing", .complete), ("FROM a;", .complete),
    ("FROM a; -- done", .complete), ("FROM ;", .complete), ("FROM a", .needs("a semicolon")),
    ("FROM a |> WHERE (x", .needs("a closing parenthesis")), ("SELECT 'a;", .needs("a closing quote")),
    ("SELECT `a;", .needs("a closing backquote")), ("FROM a; /* x", .needs("`*/`")),
    ("EXECUTE STATEMENT SET BEGIN INSERT INTO a FROM b;", .needs("`END;`")),
    ("EXECUTE STATEMENT SET BEGIN INSERT INTO a FROM b; END;", .complete),
  ])
  func completeness(text: String, expected: Parser.Completeness) {
    #expect(Parser.isComplete(SourceText(name: "<stdin>", text: text)) == expected)
  }
}
