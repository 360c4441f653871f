// Functions of text over characters of several bytes, empty text and NULL; positions and lengths count characters.

import Testing
import Values

@testable import Plan

@Suite("Text functions")
struct TextFunctionTests {
  static let cases: [(Expression, String)] = [
    (call("LENGTH", text("größe€😀")), "7"), (call("BYTE_LENGTH", text("€")), "3"), (call("LENGTH", text("")), "0"),
    (call("SUBSTR", text("größe"), int(3), int(2)), "öß"), (call("SUBSTR", text("größe"), int(-2)), "ße"),
    (call("SUBSTR", text("abc"), int(0), int(2)), "ab"), (call("SUBSTR", text("abc"), int(9)), ""),
    (call("SUBSTR", text("abc"), int(.min), int(.max)), "abc"), (call("SUBSTR", text("é"), int(.max), int(.max)), ""),
    (call("SUBSTR", text("abc"), int(1), int(-1)), "invalidArgument"),
    (call("LEFT", text("größe"), int(3)), "grö"), (call("RIGHT", text("größe"), int(3)), "öße"),
    (call("UPPER", text("größe")), "GRÖSSE"), (call("LOWER", text("ÄB")), "äb"),
    (call("UPPER", text("az{`@[")), "AZ{`@["),
    (call("INITCAP", text("hELLO wörld-x1y")), "Hello Wörld-X1y"),
    (call("TRIM", text("  a b\t")), "a b"), (call("TRIM", text("öaö"), text("ö")), "a"),
    (call("LTRIM", text("xxa"), text("x")), "a"), (call("RTRIM", text("   ")), ""),
    (call("LPAD", text("7"), int(3), text("0")), "007"), (call("RPAD", text("ö"), int(4), text("€-")), "ö€-€"),
    (call("LPAD", text("größe"), int(2)), "gr"), (call("LPAD", text("a"), int(-1)), "invalidArgument"),
    (call("LPAD", text("a"), int(1 << 40)), "stringTooLong"), (call("REPEAT", text("ab"), int(0)), ""),
    (call("REPEAT", text("ab"), int(.max)), "stringTooLong"), (call("REPEAT", text(""), int(.max)), ""),
    (call("REVERSE", text("für")), "rüf"), (call("REPLACE", text("aXbX"), text("X"), text("€")), "a€b€"),
    (call("REPLACE", text("abc"), text(""), text("x")), "abc"),
    (call("TRANSLATE", text("abcö"), text("aö"), text("x")), "xbc"),
    (call("CONCAT", text("n="), int(1), bool(true)), "n=1true"), (call("CONCAT", text("a"), null(.text)), "NULL"),
    (call("CONCAT_WS", text("-"), text("a"), null(.text), text("b")), "a-b"),
    (call("CONCAT_WS", null(.text), text("a")), "NULL"),
    (call("SPLIT_INDEX", text("https://x/y/z"), text("/"), int(3)), "y"),
    (call("SPLIT_INDEX", text("a/b"), text("/"), int(2)), "NULL"),
    (call("SPLIT_INDEX", text(""), text("/"), int(0)), ""),
    (call("SPLIT_INDEX", text("aöböc"), text("ö"), int(2)), "c"),
    (call("SPLIT_INDEX", text("a/b"), text("/"), int(-1)), "NULL"),
    (call("SPLIT_PART", text("a/b/c"), text("/"), int(-1)), "c"),
    (call("SPLIT_PART", text("a"), text("/"), int(9)), ""),
    (call("SPLIT_PART", text("a"), text("/"), int(0)), "invalidArgument"),
    (call("STRPOS", text("öab"), text("b")), "3"), (call("STRPOS", text("a"), text("")), "1"),
    (call("STARTS_WITH", text("abc"), text("ab")), "true"), (call("ENDS_WITH", text("abc"), text("abcd")), "false"),
    (call("CONTAINS_SUBSTR", text("Größe"), text("ÖSS")), "false"),
    (call("CONTAINS_SUBSTR", text("Größe"), text("RÖ")), "true"),
    (call("ASCII", text("")), "0"), (call("CHR", int(8364)), "€"), (call("CHR", int(-1)), "invalidArgument"),
    (call("SOUNDEX", text("Robert")), "R163"), (call("EDIT_DISTANCE", text("kitten"), text("sitting")), "3"),
    (call("TO_HEX", text("€")), "e282ac"), (call("TO_BASE64", text("abc")), "YWJj"),
    (call("FROM_HEX", text("4z")), "invalidArgument"),
    (call("TO_HEX", call("MD5", text(""))), "d41d8cd98f00b204e9800998ecf8427e"),
    (call("TO_HEX", call("MD5", text("abc"))), "900150983cd24fb0d6963f7d28e17f72"),
    (call("TO_HEX", call("SHA1", text("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d"),
    (
      call("TO_HEX", call("SHA256", text("abc"))),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    ),
    (
      call("FORMAT", text("%05d|%-4s|%.2f|%t|%%"), int(-42), text("ö"), double(2.345), bool(true)),
      "-0042|ö   |2.35|true|%"
    ),
    (call("JSON_VALUE", text("{\"a\": {\"b\": [1, \"x\\u00e9\"]}}"), text("$.a.b[1]")), "xé"),
    (call("JSON_QUERY", text("{\"a\": [1, {}]}"), text("$.a")), "[1, {}]"),
    (call("JSON_VALUE", text("{"), text("$.a")), "NULL"),
  ]

  @Test("each gives its text", arguments: 0..<cases.count)
  func givesText(number: Int) {
    let (expression, expected) = Self.cases[number]
    #expect(show(expression) == expected, "\(expression.kind)")
  }

  @Test("a part of a column is a view of its bytes")
  func views() throws {
    let strings = BytesVector([Array("  abc  ".utf8), Array("x".utf8)])
    let program = ExpressionProgram(call("TRIM", column(0, .text)))
    let (result, _) = program.evaluate(columns: [Column(.bytes(strings))], count: 2, context: EvaluationContext(now: 0))
    guard case .bytes(let trimmed) = result.data else { throw Failure.notText }
    #expect(trimmed.blob === strings.blob)
    #expect(trimmed.bytes(0) == Array("abc".utf8))
  }

  enum Failure: Error { case notText }

  @Test("bytes that are no UTF-8 go through every function of text without a trap")
  func brokenText() {
    var draws = Draws(seed: 5)
    let bytes: [Value] = (0..<200).map { _ in .bytes((0..<draws.below(9)).map { _ in UInt8(draws.below(256)) }) }
    let cells = [Column(bytes, type: .text)]
    for function in FunctionLibrary.scalar.functions {
      for (index, signature) in function.signatures.enumerated() {
        let count = max(signature.parameters.count, 1)
        guard let patterns = signature.patterns(count: count) ?? signature.patterns(count: 0) else { continue }
        let arguments: [Expression] = patterns.map { pattern in
          switch pattern {
          case .type(.int64): int(Int64(draws.below(5)) - 1)
          case .type(.float64): double(1.5)
          case .part: text("DAY")
          case .type(let type) where type.storage != .bytes: null(type)
          default: column(0, .text)
          }
        }
        guard case .success(let call) = FunctionLibrary.scalar.makeCall(function.name, arguments) else { continue }
        #expect(outcomes(call, cells, count: 200).count == 200, "\(function.name) \(index)")
      }
    }
  }
}
