// Numbers as people read them: grouped digits, sizes, spans of time. In: numbers, or what a user wrote. Out: text, or
// numbers. Never used for data: rows have the text forms of their types.

/// Text of amounts.
enum Quantity {
  /// 1234567 as `1,234,567`.
  static func grouped(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + text
  }

  /// An amount and its noun: `1 record`, `2 records`.
  static func counted(_ number: some BinaryInteger, _ noun: String) -> String {
    "\(grouped(number)) \(noun)" + (number == 1 ? "" : "s")
  }

  /// A size with at most three digits: `999 B`, `1.5 kB`, `152 MB` (powers of ten, as `ls --si` has them).
  static func bytes(_ count: Int) -> String {
    var value = Double(max(count, 0))
    var units = ["B", "kB", "MB", "GB", "TB", "PB"][...]
    while value >= 999.5, units.count > 1 {
      value /= 1000
      units.removeFirst()
    }
    let unit = units.first ?? "B"
    return unit == "B" ? "\(max(count, 0)) B" : "\(threeDigits(value)) \(unit)"
  }

  /// `0.004 s`, `1.23 s`, `75.0 s`.
  static func seconds(_ value: Double) -> String {
    guard value.isFinite, value >= 0, value < 1e9 else { return "0 s" }
    let thousandths = Int((value * 1000).rounded())
    if thousandths < 1000 { return "0.\(padded(thousandths, to: 3)) s" }
    return "\(threeDigits(value)) s"
  }

  static func threeDigits(_ value: Double) -> String {
    if value >= 99.95 { return "\(Int(value.rounded()))" }
    if value >= 9.995 {
      let tenths = Int((value * 10).rounded())
      return "\(tenths / 10).\(tenths % 10)"
    }
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(padded(hundredths % 100, to: 2))"
  }

  private static func padded(_ number: Int, to length: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, length - digits.count)) + digits
  }
}

/// How long records are kept, as users write it.
enum RetentionText {
  private static let units: [(names: [String], milliseconds: Int64)] = [
    (["ms", "millisecond", "milliseconds"], 1),
    (["s", "second", "seconds"], 1000),
    (["m", "min", "minute", "minutes"], 60_000),
    (["h", "hour", "hours"], 3_600_000),
    (["d", "day", "days"], 86_400_000),
    (["w", "week", "weeks"], 604_800_000),
  ]

  /// `7 DAYS`, `12h`, `1 day 6 hours` as milliseconds; nil for any other text, and for zero.
  static func milliseconds(_ text: String) -> Int64? {
    var rest = text.lowercased()[...]
    var total: Int64 = 0
    while true {
      rest = rest.drop { $0 == " " || $0 == "," }
      if rest.isEmpty { break }
      let digits = rest.prefix { ("0"..."9").contains($0) }
      rest = rest.dropFirst(digits.count).drop { $0 == " " }
      let name = rest.prefix { ("a"..."z").contains($0) }
      rest = rest.dropFirst(name.count)
      guard let amount = Int64(digits), let unit = units.first(where: { $0.names.contains(String(name)) }) else {
        return nil
      }
      let (product, overflowed) = amount.multipliedReportingOverflow(by: unit.milliseconds)
      let (sum, tooLarge) = total.addingReportingOverflow(product)
      if overflowed || tooLarge { return nil }
      total = sum
    }
    return total > 0 ? total : nil
  }

  /// The span in its largest unit that divides it; `for ever` for nil.
  static func text(_ milliseconds: Int64?) -> String {
    guard let milliseconds else { return "for ever" }
    for unit in units.reversed() where milliseconds.isMultiple(of: unit.milliseconds) && unit.names[0] != "w" {
      return Quantity.counted(milliseconds / unit.milliseconds, unit.names[unit.names.count - 2])
    }
    return Quantity.counted(milliseconds, "millisecond")
  }
}
