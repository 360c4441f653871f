// Times: calendar arithmetic, parts, units, formats both ways, zones.

import Testing
import Values

@testable import Plan

@Suite("Time functions")
struct TimeFunctionTests {
  static func ts(_ value: String) -> Expression { ConstantFolder.fold(cast(text(value), .timestamp)) }
  static func date(_ value: String) -> Expression { ConstantFolder.fold(cast(text(value), .date)) }
  static func days(_ count: Int64) -> Expression { .literal(.int(count * 86_400_000_000), .intervalDaySecond) }
  static func months(_ count: Int64) -> Expression { .literal(.int(count), .intervalYearMonth) }

  static let leap = ts("2024-02-29 12:34:56.789")

  static let cases: [(Expression, String)] = [
    (call("+", ts("2024-01-31 10:00:00"), months(1)), "2024-02-29 10:00:00"),
    (call("-", ts("2024-03-31 10:00:00"), months(1)), "2024-02-29 10:00:00"),
    (call("+", leap, days(1)), "2024-03-01 12:34:56.789"), (call("+", leap, days(100_000_000)), "overflow"),
    (call("-", date("2024-03-01"), date("2024-02-28")), show(days(2))),
    (call("+", date("2024-01-31"), months(13)), "2025-02-28"),
    (call("EXTRACT", text("YEAR"), leap), "2024"), (call("EXTRACT", text("doy"), leap), "60"),
    (call("EXTRACT", text("DAYOFWEEK"), leap), "5"), (call("EXTRACT", text("ISOWEEK"), leap), "9"),
    (call("EXTRACT", text("WEEK"), ts("2024-01-06 00:00:00")), "0"),
    (call("EXTRACT", text("WEEK"), ts("2024-01-07 00:00:00")), "1"),
    (call("EXTRACT", text("MILLISECOND"), leap), "789"), (call("HOUR", leap, text("+02:00")), "14"),
    (call("EXTRACT", text("HOUR"), days(1)), "0"), (call("QUARTER", date("2024-10-01")), "4"),
    (call("TIMESTAMP_TRUNC", leap, text("HOUR")), "2024-02-29 12:00:00"),
    (call("TIMESTAMP_TRUNC", leap, text("WEEK")), "2024-02-25 00:00:00"),
    (call("TIMESTAMP_TRUNC", leap, text("ISOWEEK")), "2024-02-26 00:00:00"),
    (call("TIMESTAMP_TRUNC", leap, text("DAY"), text("+13:00")), "2024-02-29 11:00:00"),
    (call("FLOOR", leap, text("YEAR")), "2024-01-01 00:00:00"),
    (call("CEIL", leap, text("MONTH")), "2024-03-01 00:00:00"),
    (call("DATE_TRUNC", date("2024-05-31"), text("QUARTER")), "2024-04-01"),
    (call("LAST_DAY", date("2024-02-03")), "2024-02-29"),
    (call("LAST_DAY", date("2024-02-03"), text("YEAR")), "2024-12-31"),
    (call("TIMESTAMP_DIFF", leap, ts("2024-02-28 12:34:56.790"), text("DAY")), "0"),
    (call("TIMESTAMPDIFF", text("MONTH"), ts("2024-01-31 00:00:00"), leap), "0"),
    (call("TIMESTAMPDIFF", text("MONTH"), leap, ts("2023-12-29 00:00:00")), "-2"),
    (call("DATE_DIFF", date("2024-01-01"), date("2023-12-31"), text("YEAR")), "1"),
    (call("DATE_DIFF", date("2024-01-07"), date("2024-01-06"), text("WEEK")), "1"),
    (call("DATE_DIFF", date("2024-01-08"), date("2024-01-07"), text("ISOWEEK")), "1"),
    (call("TIMESTAMPADD", text("MONTH"), int(1), ts("2024-01-31 00:00:00")), "2024-02-29 00:00:00"),
    (call("TIMESTAMPADD", text("DAY"), int(.max), leap), "overflow"),
    (call("DATE_ADD", date("2024-02-28"), days(2)), "2024-03-01"),
    (call("DATE", int(2023), int(2), int(29)), "invalidArgument"), (call("DATE", leap, text("+12:00")), "2024-03-01"),
    (call("TIME", leap), "12:34:56.789"), (call("UNIX_MILLIS", leap), "1709210096789"),
    (call("TIMESTAMP_SECONDS", int(1)), "1970-01-01 00:00:01"), (call("TIMESTAMP_SECONDS", int(.max)), "overflow"),
    (call("UNIX_SECONDS", ts("1969-12-31 23:59:59.5")), "-1"),
    (call("FORMAT_TIMESTAMP", text("%Y-%m-%d %H:%M:%E3S %a %b %j %p"), leap), "2024-02-29 12:34:56.789 Thu Feb 060 PM"),
    (call("FORMAT_TIMESTAMP", text("%F %T %z"), leap, text("+05:30")), "2024-02-29 18:04:56 +0530"),
    (call("DATE_FORMAT", leap, text("yyyy-MM-dd HH:mm:ss.SSS")), "2024-02-29 12:34:56.789"),
    (call("DATE_FORMAT", leap, text("EEE d MMM yy, h 'Uhr' a")), "Thu 29 Feb 24, 12 Uhr PM"),
    (call("FORMAT_DATE", text("%d.%m.%y"), date("2024-02-29")), "29.02.24"),
    (call("PARSE_TIMESTAMP", text("%d/%b/%Y:%H:%M:%S %z"), text("29/Feb/2024:12:34:56 +0100")), "2024-02-29 11:34:56"),
    (call("PARSE_TIMESTAMP", text("%Y%m%d"), text("20240229")), "2024-02-29 00:00:00"),
    (call("PARSE_DATE", text("%Y-%m-%d"), text("2023-02-29")), "invalidArgument"),
    (call("TO_TIMESTAMP", text("29/02/2024 01 PM"), text("dd/MM/yyyy hh a")), "2024-02-29 13:00:00"),
    (call("TO_TIMESTAMP_LTZ", int(1000), int(3)), "1970-01-01 00:00:01"),
    (call("FROM_UNIXTIME", int(0)), "1970-01-01 00:00:00"),
  ]

  @Test("each gives its text", arguments: 0..<cases.count)
  func givesText(number: Int) {
    let (expression, expected) = Self.cases[number]
    #expect(show(expression) == expected, "\(expression.kind)")
  }

  @Test("months are added along the calendar of the program's zone")
  func zones() throws {
    let zone = try #require(TimeZoneRules("+09:00"))
    // 2024-01-31 00:30 there is still the 30th in UTC.
    let sum = call("+", column(0, .timestamp), Self.months(1))
    let program = ExpressionProgram(sum, timeZone: zone)
    guard case .value(let start) = outcome(Self.ts("2024-01-30 15:30:00")) else { return }
    let (result, errors) = program.evaluate(
      columns: [Column([start], type: .timestamp)], count: 1, context: EvaluationContext(now: 0))
    #expect(errors.isEmpty)
    #expect(.value(result.value(at: 0)) == outcome(Self.ts("2024-02-28 15:30:00")))
  }

  @Test("the clock is the step's")
  func clock() {
    let program = ExpressionProgram(call("UNIX_MICROS", call("NOW")))
    let (result, _) = program.evaluate(columns: [], count: 3, context: EvaluationContext(now: 123_456_789))
    #expect(result.values == Array(repeating: .int(123_456_789), count: 3))
  }

  @Test("a text that is repeated from the row before is the text of its own row")
  func repeatedTexts() {
    var draws = Draws(seed: 7)
    var time: Int64 = 1_709_210_096_000_000
    let times = (0..<500).map { _ in
      time += [0, 1, 700_000, 40_000_000, -90_000_000, 5_000_000_000, 90_000_000_000][draws.below(7)]
      return draws.below(20) == 0 ? Int64.max : time
    }
    let zone = text("Europe/Berlin")
    for format in ["%Y-%m-%d", "%H:%M", "%H", "%d %S", "%E3S", "%j %z", "x"] {
      let together = outcomes(
        call("FORMAT_TIMESTAMP", text(format), column(0, .timestamp), zone), [Column(.int(Vector(times)))],
        count: times.count)
      for (row, time) in times.enumerated() {
        let alone = outcomes(
          call("FORMAT_TIMESTAMP", text(format), column(0, .timestamp), zone), [Column(.int(Vector([time])))], count: 1)
        #expect([together[row]] == alone, "\(format) of \(time)")
      }
    }
  }
}
