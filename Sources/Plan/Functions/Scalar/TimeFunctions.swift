// Making, formatting and reading times, and the clock. In: numbers, text, formats. Out: times and text. The clock is the
// reading of the step: it comes with the evaluation and is the same for a whole step, so that a replay repeats it.

import Values

extension FunctionFamily {
  mutating func declareTimes() {
    declareClock()
    declareUnixTimes()
    declare(
      "DATE", ["TO_DATE", "MAKE_DATE"], "A date out of a time, text, or year, month and day.",
      examples: ["DATE(2024, 2, 29)": "2024-02-29", "DATE(TIMESTAMP '2024-02-29 23:00:00')": "2024-02-29"],
      [
        FunctionSignature(["time": .timestamp, "zone": .optional(.text)], .date, TimeMaking.local(.date)),
        FunctionSignature(["date": .date], .date, .plain { arguments, _ in arguments[0] }),
        FunctionSignature(["text": .text], .date, TimeMaking.cast(.date)),
        FunctionSignature(["text": .text, "format": .text], .date, TimeMaking.parse(format: 1, text: 0, .java)),
        FunctionSignature(
          ["year": .int, "month": .int, "day": .int], .date,
          .zip(or: .failure(.invalidArgument)) { (year: Int64, month: Int64, day: Int64) -> Int64? in
            let date = CivilDate(year: year, month: month, day: day)
            return (1...9999).contains(year) && CivilCalendar.isValid(date) ? CivilCalendar.days(date) : nil
          }),
      ])
    declare(
      "TIME", [], "The time of day of a time, or out of hour, minute and second.",
      examples: ["TIME(12, 34, 56)": "12:34:56"],
      [
        FunctionSignature(["time": .timestamp, "zone": .optional(.text)], .time, TimeMaking.local(.time)),
        FunctionSignature(
          ["hour": .int, "minute": .int, "second": .int], .time,
          .zip(or: .failure(.invalidArgument)) { (hour: Int64, minute: Int64, second: Int64) -> Int64? in
            guard (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second) else { return nil }
            return ((hour * 60 + minute) * 60 + second) * 1_000_000
          }),
      ])
    declare(
      "TIMESTAMP", [], "A time out of text or a date, in the given zone.",
      examples: ["TIMESTAMP('2024-02-29 12:00:00+02:00')": "2024-02-29 10:00:00"],
      [
        FunctionSignature(["text": .text, "zone": .optional(.text)], .timestamp, TimeMaking.timestamp(.text)),
        FunctionSignature(["date": .date, "zone": .optional(.text)], .timestamp, TimeMaking.timestamp(.date)),
      ])
    declareFormats()
  }

  private mutating func declareClock() {
    declare(
      "CURRENT_TIMESTAMP", ["NOW", "PROCTIME", "LOCALTIMESTAMP", "CURRENT_ROW_TIMESTAMP"],
      "The clock's reading at the step that computes the row.", deterministic: false,
      [FunctionSignature([:], .timestamp, .plain { _, rows in .scalar(.int(rows.now)) })])
    declare(
      "CURRENT_DATE", [], "The date of the clock.", deterministic: false,
      [
        FunctionSignature(
          ["zone": .optional(.text)], .date,
          Kernel { site throws(InvalidConstant) in
            let zone = try site.zone(0) ?? site.zone
            return { _, rows in
              .scalar(.int(CivilCalendar.floorDivide(rows.now &+ zone.offset(at: rows.now), 86_400_000_000)))
            }
          })
      ])
    declare(
      "CURRENT_TIME", ["LOCALTIME"], "The time of day of the clock.", deterministic: false,
      [
        FunctionSignature(
          [:], .time,
          Kernel { site in
            { _, rows in
              .scalar(.int(CivilCalendar.floorModulo(rows.now &+ site.zone.offset(at: rows.now), 86_400_000_000)))
            }
          })
      ])
  }

  private mutating func declareUnixTimes() {
    for (unit, scale) in [("SECONDS", Int64(1_000_000)), ("MILLIS", 1000), ("MICROS", 1)] {
      declare(
        "UNIX_\(unit)", unit == "SECONDS" ? ["UNIX_TIMESTAMP"] : [],
        "The \(unit.lowercased()) from 1970-01-01 00:00 UTC to a time.",
        examples: ["UNIX_\(unit)(TIMESTAMP '1970-01-01 00:00:01')": "\(1_000_000 / scale)"],
        [
          FunctionSignature(
            ["time": .timestamp], .int64, .map { (time: Int64) in CivilCalendar.floorDivide(time, scale) })
        ])
      declare(
        "TIMESTAMP_\(unit)", [], "The time so many \(unit.lowercased()) after 1970-01-01 00:00 UTC.",
        examples: ["TIMESTAMP_\(unit)(\(1_000_000 / scale))": "1970-01-01 00:00:01"],
        [FunctionSignature(["count": .int], .timestamp, TimeMaking.scaled(scale))])
    }
    declare(
      "UNIX_DATE", [], "The days from 1970-01-01 to a date.", examples: ["UNIX_DATE(DATE '1970-01-03')": "2"],
      [FunctionSignature(["date": .date], .int64, .map { (date: Int64) in date })])
    declare(
      "DATE_FROM_UNIX_DATE", [], "The date so many days after 1970-01-01.",
      examples: ["DATE_FROM_UNIX_DATE(2)": "1970-01-03"],
      [
        FunctionSignature(
          ["days": .int], .date,
          .checked { (days: Int64) in (days, TimeArithmetic.days.contains(days) ? nil : .overflow) })
      ])
    declare(
      "TO_TIMESTAMP_LTZ", [], "The time of a Unix time in seconds (precision 0) or milliseconds (3).",
      examples: ["TO_TIMESTAMP_LTZ(1000, 3)": "1970-01-01 00:00:01"],
      [
        FunctionSignature(
          ["count": .int, "precision": .optional(.int)], .timestamp,
          Kernel { site throws(InvalidConstant) in
            let scales: [Int64: Int64] = [0: 1_000_000, 3: 1000, 6: 1]
            var scale: Int64 = 1000
            if site.types.count > 1 {
              guard case .int(let precision)? = site.constants[1], let chosen = scales[precision] else {
                throw InvalidConstant(argument: 1, message: "the precision must be 0, 3 or 6")
              }
              scale = chosen
            }
            return try TimeMaking.scaled(scale).prepare(site)
          })
      ])
  }

  private mutating func declareFormats() {
    declare(
      "FORMAT_TIMESTAMP", [], "A time as text, in a format of strftime.",
      examples: ["FORMAT_TIMESTAMP('%Y/%m', TIMESTAMP '2024-02-29 12:00:00')": "2024/02"],
      [
        FunctionSignature(
          ["format": .text, "time": .timestamp, "zone": .optional(.text)], .text,
          TimeMaking.format(format: 0, time: 1, .strftime))
      ])
    declare(
      "FORMAT_DATE", [], "A date as text, in a format of strftime.",
      examples: ["FORMAT_DATE('%d.%m.%Y', DATE '2024-02-29')": "29.02.2024"],
      [
        FunctionSignature(["format": .text, "date": .date], .text, TimeMaking.format(format: 0, time: 1, .strftime))
      ])
    declare(
      "DATE_FORMAT", [], "A time or date as text, in a format of Java.",
      examples: ["DATE_FORMAT(TIMESTAMP '2024-02-29 12:34:56', 'yyyy-MM-dd HH:mm')": "2024-02-29 12:34"],
      [
        FunctionSignature(
          ["time": .timestamp, "format": .text], .text, TimeMaking.format(format: 1, time: 0, .java)),
        FunctionSignature(["date": .date, "format": .text], .text, TimeMaking.format(format: 1, time: 0, .java)),
      ])
    declare(
      "FROM_UNIXTIME", [], "A Unix time in seconds as text, in a format of Java.",
      examples: ["FROM_UNIXTIME(1)": "1970-01-01 00:00:01"],
      [
        FunctionSignature(
          ["seconds": .int, "format": .optional(.text)], .text, TimeMaking.format(format: 1, time: 0, .java))
      ])
    declare(
      "PARSE_TIMESTAMP", [], "The time that a text gives in a format of strftime.",
      examples: ["PARSE_TIMESTAMP('%d.%m.%Y %H:%M', '29.02.2024 12:34')": "2024-02-29 12:34:00"],
      [
        FunctionSignature(
          ["format": .text, "text": .text, "zone": .optional(.text)], .timestamp,
          TimeMaking.parse(format: 0, text: 1, .strftime))
      ])
    declare(
      "PARSE_DATE", [], "The date that a text gives in a format of strftime.",
      examples: ["PARSE_DATE('%d.%m.%Y', '29.02.2024')": "2024-02-29"],
      [FunctionSignature(["format": .text, "text": .text], .date, TimeMaking.parse(format: 0, text: 1, .strftime))])
    declare(
      "TO_TIMESTAMP", [], "The time that a text gives, in SQL's form or a format of Java.",
      examples: ["TO_TIMESTAMP('29/02/2024', 'dd/MM/yyyy')": "2024-02-29 00:00:00"],
      [
        FunctionSignature(["text": .text], .timestamp, TimeMaking.cast(.timestamp)),
        FunctionSignature(["text": .text, "format": .text], .timestamp, TimeMaking.parse(format: 1, text: 0, .java)),
      ])
  }
}
