// Diagnostics: the examples of every code, and how they are shown.

import Foundation
import Testing

@testable import Syntax

struct DiagnosticTests {
  private static func diagnostics(_ text: String) -> [Diagnostic] {
    Parser.parseScript(SourceText(name: "test.pipe", text: text)).1
  }

  private static func rendered(_ text: String, name: String = "test.pipe") -> String {
    let source = SourceText(name: name, text: text)
    return DiagnosticRenderer(source).render(Parser.parseScript(source).1)
  }

  // MARK: The catalog

  @Test(arguments: SyntaxDiagnostics.all)
  func everyExampleYieldsItsCodeAndItsCorrectionParses(_ description: DiagnosticDescription) {
    var bytes = Array(description.example.utf8)
    // A Swift string holds no invalid bytes: the example names one instead.
    if let mark = description.example.range(of: "<byte FF>") {
      let start = description.example.utf8.distance(from: description.example.startIndex, to: mark.lowerBound)
      bytes.replaceSubrange(start..<(start + 9), with: [0xFF])
    }
    let found = Parser.parseScript(SourceText(name: "example.pipe", bytes: bytes)).1
    #expect(found.contains { $0.code == description.code && $0.group == description.group })
    #expect(Self.diagnostics(description.correction).isEmpty)
  }

  @Test func codesAreUniqueAndSayTheirSeverity() {
    let codes = SyntaxDiagnostics.all.map(\.code)
    #expect(Set(codes).count == codes.count)
    #expect(SyntaxDiagnostics.all.allSatisfy { $0.code.hasPrefix($0.severity == .error ? "E" : "W") })
    let catalog = DiagnosticCatalog(SyntaxDiagnostics.all)
    #expect(catalog.description(of: "e0104")?.group == "unknown-operator")
    #expect(catalog.nearestCode(to: "E0140") == "E0104")
  }

  /// An edit that tools may apply unasked must give a text that parses.
  @Test(arguments: SyntaxDiagnostics.all)
  func machineApplicableFixesLeadToATextThatParses(_ description: DiagnosticDescription) {
    let source = SourceText(name: "example.pipe", text: description.example)
    for diagnostic in Parser.parseScript(source).1 {
      for fix in diagnostic.fixes where fix.applicability == .machineApplicable {
        var bytes = source.bytes
        for edit in fix.edits.sorted(by: { $0.span.start > $1.span.start }) {
          bytes.replaceSubrange(edit.span.start..<edit.span.end, with: Array(edit.replacement.utf8))
        }
        let fixed = SourceText(name: "fixed.pipe", bytes: bytes)
        #expect(Parser.parseScript(fixed).1.isEmpty, "\(fixed.text(of: fixed.span))")
      }
    }
  }

  // MARK: Several at once

  @Test func eachMistakenOperatorIsReportedAndTheOthersStay() {
    let text = "FROM a\n|> WHERE price >\n|> SELEKT x\n|> LIMIT 5\n|> TOP 3 PER k;\nFROM b |> WHERE;"
    let (script, diagnostics) = Parser.parseScript(SourceText(name: "test.pipe", text: text))
    #expect(diagnostics.map(\.code) == ["E0101", "E0104", "E0101", "E0101"])
    guard case .query(let query) = script.statements.first?.kind else {
      Issue.record("the first statement is a query")
      return
    }
    let good = query.operators.map { $0.kind != .error }
    #expect(good == [false, false, true, false])
    #expect(script.statements.count == 2)
  }

  @Test func aMistakeInsideParenthesesEndsWithItsOperator() {
    #expect(Self.diagnostics("FROM a |> WHERE f(g(b + ), c) |> TOP;").map(\.code) == ["E0101", "E0101"])
    #expect(Self.diagnostics("SELECT f(a + ) FROM t WHERE (b + ) GROUP BY c;").map(\.code) == ["E0101", "E0101"])
    #expect(Self.diagnostics("FROM a |> FORK ( |> WHERE f(x + ) |> LIMIT 1 ), ( |> TOP );").count == 2)
  }

  @Test(arguments: [
    ("FROM a |> WHERE x\nCREATE VIEW v AS FROM b;", ["E0115"]), ("FROM a\nINSERT INTO b;", ["E0106"]),
    ("FROM a |> WHERE x\nINSERT INTO s.t SELECT 1;", ["E0115"]), ("SELECT a FROM t LIMIT 5 GROUP BY b;", ["E0110"]),
    ("SELECT a FROM t HAVING b WHERE c |> TOP;", ["E0110", "E0101"]), ("FROM a GROUP BY b |> LIMIT 1;", ["E0105"]),
    ("SELECT FROM t;", ["E0101"]), ("FROM a |> EXTEND SUM(x) OVER (PARTITION y) AS z;", ["E0101"]),
    ("FROM a\nAGGREGATE COUNT(*) AS n\n|> LIMIT 1;", ["E0106"]), ("FROM a |> SELECT b c d;", ["E0109"]),
    ("FROM a |> LIMIT 1);", ["E0113"]), ("FROM a |> FROM b;", ["E0104"]), ("|> LIMIT 1;", ["E0103"]),
  ])
  func whatPeopleWriteOutOfHabitGetsItsAdvice(text: String, codes: [String]) {
    #expect(Self.diagnostics(text).map(\.code) == codes)
  }

  @Test func aFailingClauseDoesNotHideTheNext() {
    let found = Self.diagnostics("SELECT a + FROM t WHERE b + GROUP BY c;")
    #expect(found.map(\.primary.span.start) == [11, 28])
  }

  @Test func oneMistakeOfDepthGivesOneMessage() {
    let deep = String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000)
    #expect(Self.diagnostics("SELECT \(deep);").map(\.code) == ["E0111"])
    let types = String(repeating: "ARRAY<", count: 500) + "INT" + String(repeating: ">", count: 500)
    #expect(Self.diagnostics("CREATE TYPE t AS \(types);").map(\.code) == ["E0111"])
    let long = Array(repeating: "1", count: 3000).joined(separator: " + ")
    #expect(Self.diagnostics("SELECT \(long);").map(\.code) == ["E0111"])
    #expect(Self.diagnostics("SELECT \(String(repeating: "NOT ", count: 3000))1;").map(\.code) == ["E0111"])
  }

  @Test func withinTheLimitsNothingIsReported() {
    let long = Array(repeating: "a = 1", count: 900).joined(separator: " OR ")
    #expect(Self.diagnostics("SELECT \(long);").isEmpty)
    let deep = String(repeating: "(", count: 100) + "1" + String(repeating: ")", count: 100)
    #expect(Self.diagnostics("SELECT \(deep);").isEmpty)
    let union = Array(repeating: "SELECT 1", count: 5000).joined(separator: " UNION ALL ")
    #expect(Self.diagnostics(union).isEmpty)
  }

  // MARK: Rendering

  @Test func rendersAnUnknownOperatorWithItsFix() {
    #expect(
      Self.rendered("FROM bid\n|> AGREGATE COUNT(*) AS n;") == """
        error[E0104]: there is no pipe operator `AGREGATE`  [unknown-operator]
          --> test.pipe:2:4
           |
         2 | |> AGREGATE COUNT(*) AS n;
           |    ^^^^^^^^
           |
        help: did you mean `AGGREGATE`?                                     (maybe-incorrect)
           |
         2 | |> AGGREGATE COUNT(*) AS n;
           |    ~~~~~~~~~

        """)
  }

  @Test func rendersAnInsertionUnderPlusSigns() {
    #expect(
      Self.rendered("FROM bid WHERE price > 10;") == """
        error[E0106]: `WHERE` after a whole query needs `|>` before it  [missing-pipe]
          --> test.pipe:1:10
           |
         1 | FROM bid WHERE price > 10;
           |          ^^^^^
           |
        help: write it as a pipe operator                                   (machine-applicable)
           |
         1 | FROM bid |> WHERE price > 10;
           |          +++

        """)
  }

  @Test func rendersTwoPlacesOnDistantLines() {
    #expect(
      Self.rendered("FROM bid\n|> WHERE (a\n  -- 1\n  -- 2\n|> LIMIT 1;") == """
        error[E0113]: expected `)`, found `|>`  [brackets]
          --> test.pipe:5:1
           |
         2 | |> WHERE (a
           |          - this `(` is still open
        ...
         5 | |> LIMIT 1;
           | ^^ expected `)`

        """)
  }

  @Test func marksAreUnderTheTextWithTabsWideCharactersAndMarks() {
    #expect(
      Self.rendered("FROM bid\n|>\tWHERE `漢字` = 'e\u{301}' == 1;") == """
        error[E0112]: comparisons do not chain: `==` follows another comparison  [operators]
          --> test.pipe:2:22
           |
         2 | |>  WHERE `漢字` = 'e\u{301}' ==\u{20}1;
           |                        ^^
           |
        help: write `a < b AND b < c`, or parentheses around one of them

        """)
  }

  @Test func controlCharactersOfASourceNeverReachTheTerminal() {
    let text = Self.rendered("FROM bid \u{1B}[2J;", name: "a\u{7}b.pipe")
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
  }

  @Test func severalLabelsHangBelowTheLine() {
    let source = SourceText(name: "fraud.pipe", text: "|> WINDOW\n|> AGGREGATE COUNT(*) AS n GROUP BY card_id\n")
    let description = DiagnosticDescription(
      "E2003", group: "window-grouping", title: "", rule: "", example: "", correction: "")
    let diagnostic = Diagnostic(
      description, "aggregate ignores the window", at: SourceSpan(start: 13, end: 22), label: "this one"
    ).labelled(SourceSpan(start: 46, end: 53), "groups by card_id only")
      .labelled(SourceSpan(start: 3, end: 9), "assigned here")
      .fix(
        "group by the window as well", inserting: "WINDOW, ", before: SourceSpan(start: 46, end: 46), .machineApplicable
      )
      .note("to count over all time on purpose, add `STATE UNBOUNDED`")
    #expect(
      DiagnosticRenderer(source).render(diagnostic) == """
        error[E2003]: aggregate ignores the window  [window-grouping]
          --> fraud.pipe:2:4
           |
         1 | |> WINDOW
           |    ------ assigned here
         2 | |> AGGREGATE COUNT(*) AS n GROUP BY card_id
           |    ^^^^^^^^^                        ------- groups by card_id only
           |    |
           |    this one
           |
        help: group by the window as well                                   (machine-applicable)
           |
         2 | |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW, card_id
           |                                     ++++++++
        note: to count over all time on purpose, add `STATE UNBOUNDED`
              run `millrace explain E2003` for the rule

        """)
  }

  @Test func coloursChangeNoCharacter() {
    let source = SourceText(name: "test.pipe", text: "FROM bid WHERE price == 10;")
    let diagnostics = Parser.parseScript(source).1
    let plain = DiagnosticRenderer(source).render(diagnostics)
    let coloured = DiagnosticRenderer(source, usesColour: true).render(diagnostics)
    #expect(coloured != plain)
    #expect(coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
  }

  @Test func jsonNamesPlacesAndEdits() {
    let source = SourceText(name: "a \"b\".pipe", text: "FROM bid WHERE x;")
    let json = DiagnosticJSON([source]).render(Parser.parseScript(source).1)
    #expect(json.hasPrefix("[\n{\"code\":\"E0106\",\"group\":\"missing-pipe\",\"severity\":\"error\","))
    #expect(json.contains("\"file\":\"a \\\"b\\\".pipe\",\"start\":9,\"end\":14,\"line\":1,\"column\":10,"))
    #expect(json.contains("\"applicability\":\"machine-applicable\",\"edits\":[{\"file\":"))
    #expect(json.contains("\"replacement\":\"|> \"}"))
  }

  // MARK: Suggestions

  @Test func theNearestNameWithinAThirdOfItsLengthIsSuggested() {
    let names = ["account_id", "amount", "a"]
    #expect(NameSuggestion.nearest(to: "acount_id", in: names) == "account_id")
    #expect(NameSuggestion.nearest(to: "AMUONT", in: names) == "amount")
    #expect(NameSuggestion.nearest(to: "price", in: names) == nil)
    #expect(NameSuggestion.nearest(to: "b", in: names) == nil)
    #expect(NameSuggestion.distance(Array("ca".unicodeScalars), Array("ac".unicodeScalars)) == 1)
    #expect(NameSuggestion.distance(Array("".unicodeScalars), Array("abc".unicodeScalars)) == 3)
  }
}
