// Lengths of time and interval literals as numbers: microseconds, or months. In: the user's digits and unit words. Out:
// a checked number, or nothing when it does not fit or is no unit. Also the way back, for messages and EXPLAIN.

import Syntax

enum DurationText {
  private static let units: [(name: String, microseconds: Int64)] = [
    ("WEEK", 604_800_000_000), ("DAY", 86_400_000_000), ("HOUR", 3_600_000_000), ("MINUTE", 60_000_000),
    ("SECOND", 1_000_000), ("MILLISECOND", 1000), ("MICROSECOND", 1),
  ]
  private static let monthUnits: [(name: String, months: Int64)] = [("YEAR", 12), ("QUARTER", 3), ("MONTH", 1)]

  /// The names that a duration may carry, for messages.
  static let unitNames = units.map(\.name)

  private static func singular(_ unit: String) -> String {
    let upper = unit.uppercased()
    return upper.hasSuffix("S") ? String(upper.dropLast()) : upper
  }

  static func microseconds(perUnit unit: String) -> Int64? {
    let name = singular(unit)
    return units.first { $0.name == name }?.microseconds
  }

  static func months(perUnit unit: String) -> Int64? {
    let name = singular(unit)
    return monthUnits.first { $0.name == name }?.months
  }

  /// `digits` of a unit with this many microseconds or months; digits may have a fraction where the unit divides.
  static func scaled(_ digits: String, by unit: Int64) -> Int64? {
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first.flatMap({ $0.isEmpty ? 0 : Int64($0) }) else { return nil }
    let product = whole.multipliedReportingOverflow(by: unit)
    guard !product.overflow else { return nil }
    guard parts.count == 2 else { return product.partialValue }
    guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), parts[1].count <= 9 else { return nil }
    var fraction: Int64 = 0
    var scale = unit
    for digit in parts[1] {
      guard scale % 10 == 0, let value = digit.wholeNumberValue else { return nil }
      scale /= 10
      fraction += Int64(value) * scale
    }
    let sum = product.partialValue.addingReportingOverflow(fraction)
    return sum.overflow ? nil : sum.partialValue
  }

  /// `10 SECONDS`, as options write it.
  static func microseconds(_ text: String) -> Int64? {
    let words = text.split(separator: " ")
    guard words.count == 2, let unit = microseconds(perUnit: String(words[1])) else { return nil }
    return scaled(String(words[0]), by: unit)
  }

  /// A length in the largest unit that divides it: `5 SECONDS`.
  static func text(_ microseconds: Int64) -> String {
    let unit = units.first { $0.name != "WEEK" && microseconds % $0.microseconds == 0 } ?? ("MICROSECOND", 1)
    let count = microseconds / unit.microseconds
    return microseconds == 0 ? "0 SECONDS" : "\(count) \(unit.name)\(count == 1 ? "" : "S")"
  }
}
