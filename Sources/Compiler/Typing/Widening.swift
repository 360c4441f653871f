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

  /// This expression in place of a reference to the column it makes: under the type by which it was read, which may be a
  /// wider one that is stored alike.
  func standing(for reference: TypedExpression) -> TypedExpression {
    if type == reference.type { return self }
    if case .literal = kind { return TypedExpression(kind, type: reference.type, nullable: nullable, range: range) }
    if isAccess { return TypedExpression(kind, type: reference.type, nullable: nullable, range: range) }
    return TypedExpression(.cast(self, safe: false), type: reference.type, nullable: nullable, range: range)
  }

  /// With every column replaced by an expression.
  func substituting(_ replacement: (Int, TypedExpression) -> TypedExpression) -> TypedExpression {
    if case .column(let index) = kind { return replacement(index, self) }
    return mapChildren { $0.substituting(replacement) }
  }
}
