// Buckets of times, names of days and months, and moves by months and weekdays. In: times, dates, intervals. Out: times,
// dates, text. Buckets are counted from an origin, so that equal times are in equal buckets on every run.

import Values

extension FunctionFamily {
  mutating func declareTimeBuckets() {
    let epoch: Int64 = 0
    declare(
      "TIMESTAMP_BUCKET", [], "The beginning of the bucket of a width in which a time lies, from 1970 or an origin on.",
      examples: [
        "TIMESTAMP_BUCKET(TIMESTAMP '2024-02-29 12:34:56', INTERVAL '15' MINUTE)": "2024-02-29 12:30:00"
      ],
      [
        FunctionSignature(
          ["time": .timestamp, "width": .interval], .timestamp,
          .zip(or: .failure(.invalidArgument)) { (time: Int64, width: Int64) in TimeBucket.start(time, width, epoch) }),
        FunctionSignature(
          ["time": .timestamp, "width": .interval, "origin": .timestamp], .timestamp,
          .zip(or: .failure(.invalidArgument)) { (time: Int64, width: Int64, origin: Int64) in
            TimeBucket.start(time, width, origin)
          }),
      ])
    declare(
      "DATE_BIN", [], "The beginning of the bucket of a width in which a time lies, from 1970 or an origin on.",
      examples: ["DATE_BIN(INTERVAL '15' MINUTE, TIMESTAMP '2024-02-29 12:34:56')": "2024-02-29 12:30:00"],
      [
        FunctionSignature(
          ["width": .interval, "time": .timestamp], .timestamp,
          .zip(or: .failure(.invalidArgument)) { (width: Int64, time: Int64) in TimeBucket.start(time, width, epoch) }),
        FunctionSignature(
          ["width": .interval, "time": .timestamp, "origin": .timestamp], .timestamp,
          .zip(or: .failure(.invalidArgument)) { (width: Int64, time: Int64, origin: Int64) in
            TimeBucket.start(time, width, origin)
          }),
      ])
    declareNames()
    declareMoves()
    declareClockArithmetic()
  }

  private mutating func declareNames() {
    for (name, summary, example) in [
      ("DAYNAME", "The English name of the day of the week.", "Thursday"),
      ("MONTHNAME", "The English name of the month.", "February"),
    ] {
      declare(
        name, [], summary, examples: ["\(name)(DATE '2024-02-29')": example],
        [
          FunctionSignature(
            ["date": .date], .text,
            .writing { (date: Int64, sink: TextSink) in
              let (names, number) =
                name == "DAYNAME"
                ? (TimeFormat.weekdays, CivilCalendar.weekday(date))
                : (TimeFormat.months, CivilCalendar.date(date).month)
              let index = Int(number) - 1
              if names.indices.contains(index) { sink.append(names[index]) }
              return true
            })
        ])
    }
    declare(
      "DAYS_IN_MONTH", [], "The number of days of the month in which a date lies.",
      examples: ["DAYS_IN_MONTH(DATE '2024-02-03')": "29"],
      [
        FunctionSignature(
          ["date": .date], .int64,
          .map { (days: Int64) in
            let date = CivilCalendar.date(days)
            return CivilCalendar.daysInMonth(year: date.year, month: date.month)
          })
      ])
  }

  private mutating func declareMoves() {
    declare(
      "ADD_MONTHS", [], "The date so many months later, at most the last day of that month.",
      examples: ["ADD_MONTHS(DATE '2024-01-31', 1)": "2024-02-29"],
      [FunctionSignature(["date": .date, "months": .int], .date, TimeArithmetic.dateMonths(sign: 1))])
    declare(
      "NEXT_DAY", [], "The first day after a date that is a day of the week, given by its English name or 3 letters.",
      examples: ["NEXT_DAY(DATE '2024-02-29', 'Monday')": "2024-03-04"],
      [
        FunctionSignature(
          ["date": .date, "weekday": .text], .date,
          .zip(or: .failure(.invalidArgument)) { (date: Int64, name: Text) -> Int64? in
            guard let weekday = TimeBucket.weekday(name) else { return nil }
            let ahead = CivilCalendar.floorModulo(weekday - CivilCalendar.weekday(date) - 1, 7) + 1
            let moved = date &+ ahead
            return TimeArithmetic.days.contains(date) && TimeArithmetic.days.contains(moved) ? moved : nil
          })
      ])
  }

  private mutating func declareClockArithmetic() {
    let day = CivilCalendar.microsecondsPerDay
    for (name, word, sign) in [("TIME_ADD", "later", Int64(1)), ("TIME_SUB", "earlier", -1)] {
      declare(
        name, [], "The time of day \(word) by an interval, around the clock.",
        examples: ["\(name)(TIME '12:00:00', INTERVAL '90' MINUTE)": sign == 1 ? "13:30:00" : "10:30:00"],
        [
          FunctionSignature(
            ["time": .time, "interval": .interval], .time,
            .zip { (x: Int64, y: Int64) in CivilCalendar.floorModulo(x &+ sign &* (y % day), day) })
        ])
    }
    declare(
      "TIME_DIFF", [], "The whole units from the second time of day to the first.",
      examples: ["TIME_DIFF(TIME '12:30:00', TIME '10:00:00', MINUTE)": "150"],
      [FunctionSignature(["later": .time, "earlier": .time, "unit": .part], .int64, TimeBucket.clockDifference)])
    declare(
      "TIME_TRUNC", [], "The beginning of the unit in which a time of day lies.",
      examples: ["TIME_TRUNC(TIME '12:34:56', HOUR)": "12:00:00"],
      [FunctionSignature(["time": .time, "unit": .part], .time, TimeBucket.clockTruncation)])
  }
}

/// Kernels of buckets and of the time of day.
enum TimeBucket {
  /// The beginning of the bucket; nil for a width that is not positive, or a bucket outside the calendar.
  static func start(_ time: Int64, _ width: Int64, _ origin: Int64) -> Int64? {
    guard width > 0, TimeArithmetic.instants.contains(time), TimeArithmetic.instants.contains(origin) else {
      return nil
    }
    let start = time - CivilCalendar.floorModulo(time - origin, width)
    return TimeArithmetic.instants.contains(start) ? start : nil
  }

  /// 1 (Monday) to 7 of a name or its first three letters; nil for another text.
  static func weekday(_ name: Text) -> Int64? {
    let wanted = String(decoding: name.array, as: UTF8.self).lowercased()
    let index = TimeFormat.weekdays.firstIndex { day in
      day.lowercased() == wanted || (wanted.utf8.count == 3 && day.lowercased().hasPrefix(wanted))
    }
    return index.map { Int64($0) + 1 }
  }

  private static func length(_ site: CallSite, _ index: Int) throws(InvalidConstant) -> Int64 {
    guard let unit = try site.unit(index), let length = unit.microseconds,
      length < CivilCalendar.microsecondsPerDay
    else {
      throw InvalidConstant(argument: index, message: "a time of day has units from MICROSECOND to HOUR")
    }
    return length
  }

  static let clockDifference = Kernel { site throws(InvalidConstant) in
    let length = try length(site, 2)
    return try Kernel.zip { (x: Int64, y: Int64) in (x &- y) / length }.prepare(site)
  }

  static let clockTruncation = Kernel { site throws(InvalidConstant) in
    let length = try length(site, 1)
    return try Kernel.map { (x: Int64) in x &- CivilCalendar.floorModulo(x, length) }.prepare(site)
  }
}
