// Numbers as people read them, and spans of time as they write them.

import Testing

@testable import Engine

@Suite("Quantities")
struct QuantityTests {
  @Test("digits are grouped by three")
  func grouping() {
    #expect(
      [0, 999, 1000, 1_234_567, -1000, Int.min].map { Quantity.grouped($0) }
        == ["0", "999", "1,000", "1,234,567", "-1,000", "-9,223,372,036,854,775,808"])
  }

  @Test("sizes have three digits at most")
  func sizes() {
    #expect(
      [0, 999, 1000, 1499, 15_000, 999_400, 999_600, 152_300_000].map(Quantity.bytes)
        == ["0 B", "999 B", "1.00 kB", "1.50 kB", "15.0 kB", "999 kB", "1.00 MB", "152 MB"])
  }

  @Test("seconds")
  func seconds() {
    #expect(
      [0, 0.0042, 0.9996, 1.234, 75, -1, .infinity].map(Quantity.seconds)
        == ["0.000 s", "0.004 s", "1.00 s", "1.23 s", "75.0 s", "0 s", "0 s"])
  }

  @Test(
    "spans of time",
    arguments: [
      ("7 DAYS", 604_800_000), ("12h", 43_200_000), ("1 day 6 hours", 108_000_000), ("90m", 5_400_000),
      ("500 ms", 500), ("2 weeks", 1_209_600_000),
    ] as [(String, Int64)])
  func retention(text: String, milliseconds: Int64) {
    #expect(RetentionText.milliseconds(text) == milliseconds)
  }

  @Test(
    "what is no span of time",
    arguments: [
      "", "7", "days", "-1 day", "1.5 days", "0 days", "1 fortnight", "99999999999999999999 days",
      "9223372036854775807 d",
    ])
  func noRetention(text: String) {
    #expect(RetentionText.milliseconds(text) == nil)
  }

  @Test("spans print in the largest unit that divides them")
  func printing() {
    #expect(
      [86_400_000, 604_800_000, 5_400_000, 1500].map { RetentionText.text($0) }
        == ["1 day", "7 days", "90 minutes", "1,500 milliseconds"])
    #expect(RetentionText.text(nil) == "for ever")
  }
}
