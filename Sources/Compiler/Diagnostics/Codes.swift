// The codes of this target: one constant each, so that a diagnostic cannot be made without its rule and examples. The
// descriptions stand in files by stage: names, types, queries, streams.

import Syntax

enum Codes {
  /// Every code with its description, in the order of the codes.
  static let all: [DiagnosticDescription] = [
    unknownRelation, unknownFunction, unknownType, unknownColumn, ambiguousColumn, duplicateName, wrongKind,
    unknownOption, recursion, invalidDeclaration, schemaMismatch, wrongTypes, wrongArgumentCount, invalidLiteral,
    notBoolean, noCommonType, invalidCast, columnCount, misplacedAggregate, notGrouped, misplaced, invalidWindow,
    noWindow, notSupported, unboundedState, noWatermark, windowIgnored, needsAppend, unboundedOrder, sinkKey,
    noCompleteness, temporalKey, nestedWindow, lossyAssignment, floatingKey, oddStep, clockInPredicate, oldValue,
    duplicateExtend,
    orderOfColumns, routeDrops, nullInSet,
  ]

  /// The declaration that the examples read.
  static let bids = """
    CREATE STREAM bids (auction BIGINT NOT NULL, price BIGINT, name STRING, ts TIMESTAMP NOT NULL,
      WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) FROM TOPIC 'bids' FORMAT JSON;

    """

  static let notSupported = DiagnosticDescription(
    "E1900", group: "not-supported", title: "a construct that this version does not run",
    rule: """
      The construct belongs to the language and is parsed, but no operator runs it yet. It is refused, never ignored, \
      so that a query means the same in every version that accepts it.
      """,
    example: bids + "FROM bids |> LOG;",
    correction: bids + "FROM bids;")
}
