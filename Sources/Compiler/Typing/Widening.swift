// Conversions that lose nothing, and constants folded: small steps that typing takes everywhere. In: an expression. Out:
// one of exactly the type asked for, so that schemas say what the user declared.

import Plan
import Values

extension Plan.Expression {
  /// The same values under a wider type. The caller knows that the conversion exists.
  func widened(to target: DataType) -> TypedExpression {
    if type == target { return self }
    switch kind {
    case .literal(.null): return .literal(.null, target, range: range)
    case .column where converted(to: target) == self:
      // Both types are stored alike: the column is one of the wider type as it is.
      return TypedExpression(kind, type: target, nullable: nullable, range: range)
    default: return TypedExpression(.cast(self, safe: false), type: target, nullable: nullable, range: range)
    }
  }

  /// With parts that read no column computed.
  func folded(timeZone: TimeZoneRules) -> TypedExpression { ConstantFolder.fold(self, timeZone: timeZone) }

  /// With every column replaced by an expression.
  func substituting(_ replacement: (Int, TypedExpression) -> TypedExpression) -> TypedExpression {
    if case .column(let index) = kind { return replacement(index, self) }
    return mapChildren { $0.substituting(replacement) }
  }
}
