// Literals keep the user's digits and text: no number is converted here, so none can overflow or lose precision.

package struct Literal: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package enum Kind: Hashable, Sendable {
    /// Digits, without a sign.
    case integer(String)
    /// Digits with a point, an exponent or both, without a sign.
    case decimal(String)
    case string(String)
    case boolean(Bool)
    case null
    case timestamp(String)
    case date(String)
    case time(String)
  }
}

package struct StringLiteral: Hashable, Sendable {
  /// The text itself: without quotes, with '' read as one quote.
  package var value: String
  package var span: SourceSpan
}

package struct IntegerLiteral: Hashable, Sendable {
  /// The digits as written.
  package var digits: String
  package var span: SourceSpan

  /// The number, or nil when it does not fit 64 bits.
  package var value: Int64? { Int64(digits) }
}

/// `INTERVAL '10' SECOND`, `INTERVAL -5 DAY`, `INTERVAL '1 02:03:04' DAY TO SECOND`.
package struct IntervalLiteral: Hashable, Sendable {
  package var isNegative: Bool
  package var amount: Amount
  /// The unit as written: SECOND, SECONDS, day.
  package var unit: Identifier
  package var endUnit: Identifier?
  package var span: SourceSpan

  package enum Amount: Hashable, Sendable {
    case integer(String)
    case string(String)
  }
}

/// A length of time in a clause: `10 SECONDS` or an interval literal.
package struct DurationLiteral: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package enum Kind: Hashable, Sendable {
    case count(digits: String, unit: Identifier)
    case interval(IntervalLiteral)
  }
}
