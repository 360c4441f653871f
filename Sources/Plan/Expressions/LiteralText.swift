// Constants as the language writes them: quoted text, TIMESTAMP '…', INTERVAL 5 SECOND. In: a value and its type. Out:
// text for EXPLAIN and messages, always in UTC.

import Values

package enum LiteralText {
  package static func text(_ value: Value, _ type: DataType) -> String {
    switch (value, type) {
    case (.null, _): "NULL"
    case (.bool(let bool), _): bool ? "TRUE" : "FALSE"
    case (_, .string): quoted(printed(value, type))
    case (_, .bytes): "BYTES \(quoted(printed(value, type)))"
    case (_, .uuid): "UUID \(quoted(printed(value, type)))"
    case (_, .json): "JSON \(quoted(printed(value, type)))"
    case (_, .timestamp): "TIMESTAMP \(quoted(printed(value, type)))"
    case (_, .date): "DATE \(quoted(printed(value, type)))"
    case (_, .time): "TIME \(quoted(printed(value, type)))"
    case (.int(let amount), .intervalDaySecond): "INTERVAL \(length(amount))"
    case (.int(let months), .intervalYearMonth): "INTERVAL \(months) MONTH"
    default: printed(value, type)
    }
  }

  private static func printed(_ value: Value, _ type: DataType) -> String {
    var form = TextWriter()
    return form.text(value, type: type)
  }

  private static func quoted(_ text: String) -> String {
    var result = "'"
    for character in text { result += character == "'" ? "''" : String(character) }
    return result + "'"
  }

  /// A length of time in the largest unit that divides it.
  package static func length(_ microseconds: Int64) -> String {
    let units: [(String, Int64)] = [
      ("DAY", 86_400_000_000), ("HOUR", 3_600_000_000), ("MINUTE", 60_000_000), ("SECOND", 1_000_000),
      ("MILLISECOND", 1000),
    ]
    if microseconds == 0 { return "0 SECOND" }
    let unit = units.first { microseconds % $0.1 == 0 } ?? ("MICROSECOND", 1)
    return "\(microseconds / unit.1) \(unit.0)"
  }
}
