// Conversions: the explicit CAST forms and the assignment of a value to a declared column. Only what may lose nothing
// happens unasked (DESIGN §8); everything else is written by the user or refused.

import Plan
import Syntax
import Values

extension Resolver {
  func cast(
    _ operand: TypedExpression, to name: TypeName, safe: Bool, at span: SourceSpan, in context: ExpressionContext
  ) throws(CompileError) -> TypedExpression {
    let target = try type(name)
    let range = range(span, context.environment)
    guard CastRules.allows(from: operand.type, to: target) else {
      throw failure(
        Codes.invalidCast, "\(article(operand.type)) cannot be converted to \(target)", at: span,
        label: "no conversion from \(operand.type) to \(target)")
    }
    if operand.type == .null { return .literal(.null, target, range: range) }
    if operand.type == target { return operand }
    return TypedExpression(
      .cast(operand, safe: safe), type: target, nullable: operand.nullable || safe, range: range)
  }

  /// The value as the content of a column of this type: widened if need be.
  ///
  /// - Parameter verb: the clause in the user's words, `SET` or `INSERT INTO alerts`.
  func assigned(
    _ value: TypedExpression, to field: Field, verb: String, at span: SourceSpan
  ) throws(CompileError) -> TypedExpression {
    guard ImplicitConversion.cost(from: value.type, to: field.type) != nil || isShorterText(value, than: field.type)
    else {
      let castable = CastRules.allows(from: value.type, to: field.type)
      throw failure(
        Codes.lossyAssignment,
        "\(verb): `\(field.name)` is \(field.type), and \(article(value.type)) does not fit it without loss", at: span,
        label: "\(value.type)"
      ) { diagnostic in
        castable ? diagnostic.help("write CAST(… AS \(field.type)); what does not fit is then a row error") : diagnostic
      }
    }
    if !field.nullable, value.nullable {
      throw failure(
        Codes.lossyAssignment, "\(verb): `\(field.name)` is NOT NULL, and this value may be NULL", at: span,
        label: "may be NULL"
      ) { $0.help("filter with `|> WHERE \(field.name) IS NOT NULL` before, or give a value with COALESCE(…)") }
    }
    return converted(value, to: field.type)
  }

  /// STRING into VARCHAR(n) is checked for length at run time only when the literal is not short enough already.
  private func isShorterText(_ value: TypedExpression, than type: DataType) -> Bool {
    switch (value.type, type) {
    case (.string, .string(let limit?)):
      guard case .literal(let constant) = value.kind, let text = constant.text else { return false }
      return text.unicodeScalars.count <= limit
    default: return false
    }
  }

  private func converted(_ value: TypedExpression, to type: DataType) -> TypedExpression {
    // A literal takes its new type at once: `0` in a BIGINT column is the BIGINT 0.
    if case .literal = value.kind {
      let folded = value.widened(to: type).folded(timeZone: zone)
      if case .literal = folded.kind { return folded }
    }
    return value.widened(to: type)
  }
}

/// Which explicit conversions exist.
enum CastRules {
  static func allows(from: DataType, to: DataType) -> Bool {
    if from == .null || from == to || ImplicitConversion.cost(from: from, to: to) != nil { return true }
    switch (from, to) {
    case (_, .string): return isPrintable(from)
    case (.string, _): return isReadable(to)
    case (.boolean, _): return to.isInteger
    case (_, .boolean): return from.isInteger
    case (_, _) where from.isNumeric && to.isNumeric: return true
    case (.bytes, .bytes), (.bytes, .uuid), (.uuid, .bytes): return true
    case (_, .json): return isPrintable(from)
    case (.json, _): return Conversion.isAllowed(from: from, to: to)
    case (.map, .map): return Conversion.isAllowed(from: from, to: to)
    case (.timestamp, .date), (.timestamp, .time), (.date, .timestamp), (.timestamp, .int64), (.int64, .timestamp):
      return true
    case (.array(let a, _), .array(let b, _)): return allows(from: a, to: b)
    case (.row(let a), .row(let b)):
      return a.count == b.count && zip(a, b).allSatisfy { allows(from: $0.type, to: $1.type) }
    default: return false
    }
  }

  private static func isPrintable(_ type: DataType) -> Bool {
    switch type {
    case .array(let element, _): isPrintable(element)
    case .row(let fields): fields.allSatisfy { isPrintable($0.type) }
    case .map(let key, let value, _): isPrintable(key) && isPrintable(value)
    default: true
    }
  }

  private static func isReadable(_ type: DataType) -> Bool {
    switch type {
    case .array, .row, .map, .null: false
    case .boolean, .int8, .int16, .int32, .int64, .decimal, .float32, .float64, .string, .bytes, .timestamp, .date,
      .time, .intervalYearMonth, .intervalDaySecond, .json, .uuid:
      true
    }
  }
}
