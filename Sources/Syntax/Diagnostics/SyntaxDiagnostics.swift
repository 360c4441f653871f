// The codes of this target: E00xx for what is no token, E01xx for what is no sentence. Every example is run by a test:
// it yields its code, and the correction parses.

package enum SyntaxDiagnostics {
  package static let all: [DiagnosticDescription] = lexical + syntactic

  static let lexical = [
    invalidUTF8, unterminatedString, unterminatedName, unterminatedComment, unexpectedCharacter, malformedNumber,
    doubleQuotedString, emptyName,
  ]

  package static let invalidUTF8 = DiagnosticDescription(
    "E0001", group: "encoding", title: "the text is not UTF-8",
    rule: """
      Source texts are UTF-8. Bytes that are not a UTF-8 sequence are refused wherever they stand, also in \
      strings and names.
      """,
    // The only example that a Swift string cannot hold; the test puts the byte 0xFF for the mark.
    example: "FROM bid |> WHERE url = '<byte FF>';", correction: "FROM bid |> WHERE url = 'ÿ';")

  package static let unterminatedString = DiagnosticDescription(
    "E0002", group: "unterminated", title: "a string without a closing quote",
    rule: "A string runs from one single quote to the next. A quote inside a string is written twice.",
    example: "FROM bid |> WHERE channel = 'apple;", correction: "FROM bid |> WHERE channel = 'apple';")

  package static let unterminatedName = DiagnosticDescription(
    "E0003", group: "unterminated", title: "a quoted name without a closing backquote",
    rule: "A quoted name runs from one backquote to the next.",
    example: "FROM bid |> SELECT `order;", correction: "FROM bid |> SELECT `order`;")

  package static let unterminatedComment = DiagnosticDescription(
    "E0004", group: "unterminated", title: "a comment without an end",
    rule: """
      A comment that begins with /* ends with */. Comments do not nest. A comment to the end of the line begins \
      with --.
      """,
    example: "FROM bid; /* the rest", correction: "FROM bid; /* the rest */")

  package static let unexpectedCharacter = DiagnosticDescription(
    "E0005", group: "unexpected-character", title: "a character that means nothing here",
    rule:
      "Outside strings, quoted names and comments a text consists of words, numbers and the symbols of the grammar.",
    example: "FROM bid # all of them\n;", correction: "FROM bid -- all of them\n;")

  package static let malformedNumber = DiagnosticDescription(
    "E0006", group: "malformed-number", title: "a number that runs into a word",
    rule: "A number ends before a space or a symbol. Digits are not grouped, and a unit stands apart: 10 SECONDS.",
    example: "FROM bid |> WINDOW TUMBLE(ts, SIZE 10SECONDS);",
    correction: "FROM bid |> WINDOW TUMBLE(ts, SIZE 10 SECONDS);")

  package static let doubleQuotedString = DiagnosticDescription(
    "E0007", group: "quotes", title: "double quotes",
    rule: """
      Strings are written in single quotes and quoted names in backquotes. Systems disagree on what double \
      quotes mean, so they mean nothing here.
      """,
    example: "FROM bid |> WHERE channel = \"apple\";", correction: "FROM bid |> WHERE channel = 'apple';")

  package static let emptyName = DiagnosticDescription(
    "E0008", group: "empty-name", title: "an empty name", rule: "A quoted name holds at least one character.",
    example: "FROM bid |> SELECT price AS ``;", correction: "FROM bid |> SELECT price AS `p`;")
}
