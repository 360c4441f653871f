// Literals as typed constants: numbers checked for size, times read in the query's zone, intervals as microseconds or
// months. In: the user's digits. Out: a literal, or a diagnostic with a caret at what does not read.

import Plan
import Syntax
import Values

extension Resolver {
  /// The zone of literals without an offset, and of calendar functions.
  var zone: TimeZoneRules { options.zone }

  func literal(_ literal: Literal, _ context: ExpressionContext) throws(CompileError) -> TypedExpression {
    let range = range(literal.span, context.environment)
    switch literal.kind {
    case .integer(let digits): return try integer(digits, at: literal.span, context)
    case .decimal(let digits): return try number(digits, at: literal.span, context)
    case .string(let text): return .literal(.string(text), .text, range: range)
    case .boolean(let value): return .literal(.bool(value), .boolean, range: range)
    case .null: return .literal(.null, .null, range: range)
    case .timestamp(let text):
      return try temporal(
        text, .timestamp, "a TIMESTAMP is written like '2026-01-31 10:00:00' or '2026-01-31T10:00:00Z'",
        at: literal.span, context)
    case .date(let text):
      return try temporal(text, .date, "a DATE is written like '2026-01-31'", at: literal.span, context)
    case .time(let text):
      return try temporal(text, .time, "a TIME is written like '10:00:00' or '10:00:00.5'", at: literal.span, context)
    }
  }

  private func temporal(
    _ text: String, _ type: DataType, _ form: String, at span: SourceSpan, _ context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let range = range(span, context.environment)
    let cast = TypedExpression(
      .cast(.literal(.string(text), .text), safe: false), type: type, nullable: false, range: range)
    guard case .literal(let value) = cast.folded(timeZone: zone).kind, !value.isNull else {
      throw failure(Codes.invalidLiteral, "`\(text)` is not \(article(type))", at: span) { $0.help(form) }
    }
    return .literal(value, type, range: range)
  }

  func integer(
    _ digits: String, at span: SourceSpan, _ context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let range = range(span, context.environment)
    if let value = Int64(digits) {
      let type: DataType = Int32(exactly: value) != nil ? .int32 : .int64
      return .literal(.int(value), type, range: range)
    }
    let count = digits.filter(\.isNumber).count
    guard count <= 38, let value = Int128(digits) else {
      throw failure(Codes.invalidLiteral, "`\(digits)` has more digits than a number can hold (38)", at: span)
    }
    return .literal(.decimal(value), .decimal(precision: count, scale: 0), range: range)
  }

  /// With an exponent it is a DOUBLE, otherwise an exact DECIMAL of the digits written.
  private func number(
    _ digits: String, at span: SourceSpan, _ context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let range = range(span, context.environment)
    if digits.contains(where: { $0 == "e" || $0 == "E" }) {
      guard let value = Double(digits), value.isFinite else {
        throw failure(Codes.invalidLiteral, "`\(digits)` does not fit a DOUBLE", at: span)
      }
      return .literal(.double(value), .float64, range: range)
    }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    let whole = parts.first.map { String($0.drop { $0 == "0" }) } ?? ""
    let precision = max(whole.count + fraction.count, 1)
    guard precision <= 38, let value = Int128(whole + fraction == "" ? "0" : whole + fraction) else {
      throw failure(Codes.invalidLiteral, "`\(digits)` has more digits than a DECIMAL can hold (38)", at: span)
    }
    return .literal(.decimal(value), .decimal(precision: precision, scale: fraction.count), range: range)
  }

  func interval(_ interval: IntervalLiteral, _ context: ExpressionContext) throws(CompileError) -> TypedExpression {
    let (value, type) = try intervalValue(interval)
    return .literal(.int(value), type, range: range(interval.span, context.environment))
  }

  private func intervalValue(_ interval: IntervalLiteral) throws(CompileError) -> (Int64, DataType) {
    let text: String
    switch interval.amount {
    case .integer(let digits): text = digits
    case .string(let written): text = written
    }
    var digits = text.filter { !$0.isWhitespace || interval.endUnit != nil }
    var isNegative = interval.isNegative
    if digits.hasPrefix("-") || digits.hasPrefix("+") {
      if digits.hasPrefix("-") { isNegative.toggle() }
      digits.removeFirst()
    }
    let unit = interval.unit.text
    let magnitude: Int64?
    let type: DataType
    if let endUnit = interval.endUnit {
      (magnitude, type) = try compound(digits, from: unit, to: endUnit.text, at: interval.span)
    } else if let size = DurationText.microseconds(perUnit: unit) {
      (magnitude, type) = (DurationText.scaled(digits, by: size), .intervalDaySecond)
    } else if let months = DurationText.months(perUnit: unit) {
      (magnitude, type) = (digits.contains(".") ? nil : DurationText.scaled(digits, by: months), .intervalYearMonth)
    } else {
      throw unknownUnit(interval.unit)
    }
    guard let magnitude else {
      throw failure(Codes.invalidLiteral, "`\(text)` is not a length in \(unit.uppercased())", at: interval.span) {
        $0.help("write INTERVAL '10' SECOND, or INTERVAL '1 02:03:04' DAY TO SECOND")
      }
    }
    return (isNegative ? -magnitude : magnitude, type)
  }

  private func unknownUnit(_ unit: Identifier) -> CompileError {
    let names = DurationText.unitNames + ["MONTH", "QUARTER", "YEAR"]
    return failure(Codes.invalidLiteral, "`\(unit.text)` is no unit of time", at: unit.span) {
      $0.note("the units are \(names.joined(separator: ", "))").suggesting(unit, from: names)
    }
  }

  /// `1 02:03:04.5` of DAY TO SECOND, `02:03` of HOUR TO MINUTE, `1-2` of YEAR TO MONTH.
  private func compound(
    _ text: String, from: String, to: String, at span: SourceSpan
  ) throws(CompileError) -> (Int64?, DataType) {
    let order = ["DAY", "HOUR", "MINUTE", "SECOND"]
    if from.uppercased() == "YEAR", to.uppercased() == "MONTH" {
      let parts = text.split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 2, let years = Int64(parts[0]), let months = Int64(parts[1]), (0..<12).contains(months),
        (0...100_000).contains(years)
      else { return (nil, .intervalYearMonth) }
      return (years * 12 + months, .intervalYearMonth)
    }
    guard let first = order.firstIndex(of: from.uppercased()), let last = order.firstIndex(of: to.uppercased()),
      first < last
    else {
      throw failure(
        Codes.invalidLiteral, "an interval from \(from.uppercased()) to \(to.uppercased()) does not exist", at: span)
    }
    let parts = text.split { $0 == ":" || $0 == " " }
    guard parts.count == last - first + 1 else { return (nil, .intervalDaySecond) }
    var total: Int64 = 0
    for (part, unit) in zip(parts, order[first...last]) {
      guard let size = DurationText.microseconds(perUnit: unit), let value = DurationText.scaled(String(part), by: size)
      else { return (nil, .intervalDaySecond) }
      let sum = total.addingReportingOverflow(value)
      if sum.overflow { return (nil, .intervalDaySecond) }
      total = sum.partialValue
    }
    return (total, .intervalDaySecond)
  }

  /// A length of time in a clause, in microseconds: never negative, never of months.
  func duration(_ duration: DurationLiteral, clause: String) throws(CompileError) -> Int64 {
    let value: Int64
    switch duration.kind {
    case .count(let digits, let unit):
      guard let size = DurationText.microseconds(perUnit: unit.text) else {
        if DurationText.months(perUnit: unit.text) != nil { throw monthsInClause(clause, at: duration.span) }
        throw unknownUnit(unit)
      }
      guard let scaled = DurationText.scaled(digits, by: size) else {
        throw failure(Codes.invalidLiteral, "this length of time does not fit", at: duration.span)
      }
      value = scaled
    case .interval(let interval):
      let (amount, type) = try intervalValue(interval)
      if type == .intervalYearMonth { throw monthsInClause(clause, at: duration.span) }
      value = amount
    }
    guard value >= 0 else {
      throw failure(Codes.invalidLiteral, "\(clause) cannot be negative", at: duration.span)
    }
    return value
  }

  private func monthsInClause(_ clause: String, at span: SourceSpan) -> CompileError {
    failure(Codes.invalidLiteral, "\(clause) cannot be counted in months: they differ in length", at: span) {
      $0.help("use DAYS or a smaller unit")
    }
  }
}
