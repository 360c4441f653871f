// The data's mistakes as data: which rows of a batch an expression failed on, and why (DESIGN §7). Never thrown: the good
// rows go on.

import Values

/// Why a row failed.
package enum RowErrorCode: String, Hashable, Sendable, Codable, CaseIterable {
  case overflow = "R1001"
  case divisionByZero = "R1002"
  case invalidCast = "R1003"
  case invalidArgument = "R1004"
  case indexOutOfRange = "R1005"
  case stringTooLong = "R1006"
  case nullInNotNull = "R1007"
  case checkFailed = "R1008"
  case undecodable = "R1009"
  case timestampAhead = "R1010"
  case severalRows = "R1011"

  /// The first sentence of the message, in the user's words.
  package var message: String {
    switch self {
    case .overflow: "the result does not fit its type"
    case .divisionByZero: "division by zero"
    case .invalidCast: "the value cannot be converted to the type asked for"
    case .invalidArgument: "a function does not accept this argument"
    case .indexOutOfRange: "the index is outside the array"
    case .stringTooLong: "the text is longer than its type allows"
    case .nullInNotNull: "NULL in a column declared NOT NULL"
    case .checkFailed: "a CHECK of the stream does not hold"
    case .undecodable: "the record does not decode"
    case .severalRows: "this subquery gave more than one row"
    case .timestampAhead: "the time lies further ahead of the clock than MAX AHEAD allows"
    }
  }
}

/// One failing row.
package struct RowError: Hashable, Sendable {
  package var row: Int32
  package var code: RowErrorCode
  /// The expression that failed, in the user's text.
  package var range: TextRange?

  package init(row: Int32, code: RowErrorCode, range: TextRange?) {
    self.row = row
    self.code = code
    self.range = range
  }
}

/// The failing rows of one evaluation, ascending by row, at most one for each row; empty nearly always.
package struct RowErrors: Sendable {
  package var list: [RowError]

  package init(_ list: [RowError] = []) { self.list = list }

  package var isEmpty: Bool { list.isEmpty }
}
