// Three values, and whose errors count: truth tables of AND and OR, and failing operands behind deciding ones.

import Testing
import Values

@testable import Plan

@Suite("Logic")
struct LogicTests {
  static let truths: [Bool?] = [true, false, nil]

  static func and(_ operands: Expression...) -> Expression {
    Expression(.and(operands), type: .boolean, nullable: true)
  }

  static func or(_ operands: Expression...) -> Expression {
    Expression(.or(operands), type: .boolean, nullable: true)
  }

  static func value(_ truth: Bool?) -> Outcome { .value(truth.map { .bool($0) } ?? .null) }

  @Test("AND and OR have three values, for columns and constants alike")
  func tables() {
    for a in Self.truths {
      for b in Self.truths {
        let conjunction: Bool? = a == false || b == false ? false : a == nil || b == nil ? nil : true
        let disjunction: Bool? = a == true || b == true ? true : a == nil || b == nil ? nil : false
        let cells = [a, b].map { Column([$0.map { Value.bool($0) } ?? .null], type: .boolean) }
        for (left, right) in [
          (bool(a), bool(b)), (column(0, .boolean), bool(b)), (bool(a), column(1, .boolean)),
          (column(0, .boolean), column(1, .boolean)),
        ] {
          #expect(outcomes(Self.and(left, right), cells, count: 1) == [Self.value(conjunction)], "\(left) AND \(right)")
          #expect(outcomes(Self.or(left, right), cells, count: 1) == [Self.value(disjunction)], "\(left) OR \(right)")
        }
      }
    }
  }

  @Test("NOT, IS TRUE, IS DISTINCT FROM")
  func unary() {
    for a in Self.truths {
      #expect(outcome(call("NOT", bool(a))) == Self.value(a.map { !$0 }))
      #expect(outcome(call("IS_TRUE", bool(a))) == .value(.bool(a == true)))
      #expect(outcome(call("IS_FALSE", bool(a))) == .value(.bool(a == false)))
      for b in Self.truths {
        #expect(outcome(call("IS_DISTINCT_FROM", bool(a), bool(b))) == .value(.bool(a != b)))
      }
    }
  }

  /// TRUE where column 1 is not 0 and the quotient positive; fails where column 1 is 0.
  static let fails = call(">", call("DIV", int(10), column(1, .int64)), int(0))

  @Test("an error counts only where the operands before it leave the result open")
  func maskedErrors() {
    let conditions = Column([.bool(true), .bool(false), .null, .bool(true)], type: .boolean)
    let divisors = Column([.int(0), .int(0), .int(0), .int(5)], type: .int64)
    let columns = [conditions, divisors]
    let error = Outcome.failure(.divisionByZero)
    #expect(
      outcomes(Self.and(column(0, .boolean), Self.fails), columns, count: 4)
        == [error, .value(.bool(false)), error, .value(.bool(true))])
    #expect(
      outcomes(Self.or(column(0, .boolean), Self.fails), columns, count: 4)
        == [.value(.bool(true)), error, error, .value(.bool(true))])
    #expect(
      outcomes(Self.and(Self.fails, column(0, .boolean)), columns, count: 4)
        == [error, error, error, .value(.bool(true))])
    #expect(
      outcomes(Self.and(bool(false), Self.fails), columns, count: 4) == Array(repeating: .value(.bool(false)), count: 4)
    )
  }

  @Test("an error counts only in the branch that a row takes")
  func branches() {
    let conditions = Column([.bool(true), .bool(false), .null], type: .boolean)
    let columns = [conditions, Column([.int(0), .int(0), .int(0)], type: .int64)]
    let branch = ConditionalBranch(condition: column(0, .boolean), result: call("DIV", int(1), column(1, .int64)))
    let conditional = Expression(.conditional([branch], otherwise: int(9)), type: .int64, nullable: true)
    #expect(
      outcomes(conditional, columns, count: 3) == [.failure(.divisionByZero), .value(.int(9)), .value(.int(9))])
    let first = Column([.int(4), .null, .int(5)], type: .int64)
    let coalesce = Expression(
      .coalesce([column(0, .int64), call("DIV", int(1), column(1, .int64))]), type: .int64, nullable: true)
    #expect(
      outcomes(coalesce, [first, columns[1]], count: 3) == [
        .value(.int(4)), .failure(.divisionByZero), .value(.int(5)),
      ])
  }

  @Test("a predicate passes neither NULL nor what fails")
  func predicate() {
    let program = ExpressionProgram(Self.fails)
    let columns = [Column([.null, .null, .null], type: .int64), Column([.int(0), .null, .int(3)], type: .int64)]
    let (mask, errors) = program.evaluatePredicate(columns: columns, count: 3, context: EvaluationContext(now: 0))
    #expect(mask.array == [false, false, true])
    #expect(errors.list.map(\.row) == [0])
    #expect(errors.list.first?.range == TextRange(start: 0, end: 1))
  }

  @Test("IN is three-valued over every storage")
  func membership() {
    let values: [Value] = [.int(3), .int(7), .int(11), .int(12), .int(13), .int(14), .int(15), .int(16), .int(17)]
    for list in [Array(values.prefix(2)), values] {
      let member = Expression(.inList(column(0, .int64), list, containsNull: false), type: .boolean, nullable: true)
      let unknown = Expression(.inList(column(0, .int64), list, containsNull: true), type: .boolean, nullable: true)
      let cells = [Column([.int(7), .int(4), .null], type: .int64)]
      #expect(outcomes(member, cells, count: 3) == [.value(.bool(true)), .value(.bool(false)), .value(.null)])
      #expect(outcomes(unknown, cells, count: 3) == [.value(.bool(true)), .value(.null), .value(.null)])
    }
    let words = Expression(
      .inList(column(0, .text), [.string("a"), .string("größe"), .string("")], containsNull: false), type: .boolean,
      nullable: true)
    let cells = [Column([.string("größe"), .string("b"), .string(""), .null], type: .text)]
    #expect(
      outcomes(words, cells, count: 4) == [
        .value(.bool(true)), .value(.bool(false)), .value(.bool(true)), .value(.null),
      ])
  }

  @Test("equal parts are one node, and constants fold unless they fail")
  func sharing() {
    let sum = call("+", column(0, .int64), int(1))
    let program = ExpressionProgram([call("*", sum, sum), sum])
    #expect(program.nodes.count == 4)
    let folded = ConstantFolder.fold(call("+", int(1), call("*", int(2), int(3))))
    #expect(folded.constant == .int(7))
    #expect(ConstantFolder.fold(call("DIV", int(1), int(0))).constant == nil)
    #expect(ConstantFolder.fold(call("CURRENT_TIMESTAMP")).constant == nil)
  }
}
