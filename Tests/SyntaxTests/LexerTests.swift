// Tokens, comments and positions.

import Testing

@testable import Syntax

struct LexerTests {
  private static func tokens(_ text: String) -> [Token] {
    Lexer.tokenize(SourceText(name: "test.pipe", text: text)).tokens.dropLast()
  }

  @Test(arguments: [
    ("1", Token.Kind.integer), ("1.5", .decimal), (".5", .decimal), ("1e3", .decimal), ("1.", .decimal),
    ("2.5E-7", .decimal), ("'a'", .string), ("`a`", .quotedName), ("a_1", .word), ("Größe", .word),
    ("/*+ h */", .hint), ("|>", .symbol(.pipe)), ("{-", .symbol(.leftExclusion)), ("<>", .symbol(.notEqual)),
  ])
  func oneTokenOfEachKind(text: String, kind: Token.Kind) {
    #expect(Self.tokens(text).map(\.kind) == [kind])
  }

  @Test func aPointAfterANameSelectsAField() {
    #expect(Self.tokens("t.1e5").map(\.text) == ["t", ".", "1e5"])
    #expect(Self.tokens("f(x).5 .5").map(\.text) == ["f", "(", "x", ")", ".", "5", ".5"])
  }

  @Test func closingAnglesAreSingleTokens() {
    #expect(Self.tokens("ARRAY<ARRAY<INT>>").map(\.text) == ["ARRAY", "<", "ARRAY", "<", "INT", ">", ">"])
  }

  @Test func doubledQuotesStandForOne() {
    #expect(Self.tokens("'it''s' `a``b`").map(\.text) == ["it's", "a`b"])
  }

  @Test func reservedWordsAreNoNamesAndContextualOnesAre() {
    #expect(Self.tokens("select Aggregate `select`").map(\.isName) == [false, true, true])
  }

  @Test func anUnterminatedStringEndsWithItsLine() {
    let stream = Lexer.tokenize(SourceText(name: "test.pipe", text: "a 'b\nc"))
    #expect(stream.diagnostics.map(\.code) == ["E0002"])
    #expect(stream.tokens.map(\.text) == ["a", "b", "c", ""])
  }

  @Test func commentsKnowWhetherTheyStandAlone() {
    let comments = Lexer.tokenize(SourceText(name: "test.pipe", text: "-- a\nx -- b\r\n/* c */ y")).comments
    #expect(comments.map(\.text) == ["-- a", "-- b", "/* c */"])
    #expect(comments.map(\.isOnOwnLine) == [true, false, true])
  }

  @Test func tokensCoverTheTextInOrder() {
    let source = SourceText(name: "test.pipe", text: "FROM `a b` |> WHERE x >= 'ü' -- c\n;")
    let tokens = Lexer.tokenize(source).tokens
    for (token, next) in zip(tokens, tokens.dropFirst()) { #expect(token.span.end <= next.span.start) }
    #expect(tokens.last?.span == SourceSpan(start: source.bytes.count, end: source.bytes.count))
  }

  @Test func positionsCountCodePoints() {
    let source = SourceText(name: "test.pipe", text: "a\r\nüb\n")
    #expect(source.position(of: 0) == SourcePosition(line: 1, column: 1))
    #expect(source.position(of: 5) == SourcePosition(line: 2, column: 2))
    #expect(source.position(of: 99) == SourcePosition(line: 3, column: 1))
    #expect(source.lineRange(0) == 0..<1)
    #expect(source.lineCount == 3)
  }

  @Test(
    arguments: [
      [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80], [0xF5, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
  func bytesThatAreNotUTF8AreRefused(bytes: [UInt8]) {
    #expect(UTF8Decoding.decode(bytes, at: 0).scalar == nil)
    let stream = Lexer.tokenize(SourceText(name: "test.pipe", bytes: bytes))
    #expect(stream.diagnostics.map(\.code) == ["E0001"])
  }
}
