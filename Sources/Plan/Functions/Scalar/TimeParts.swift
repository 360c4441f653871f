// Parts and units of times: EXTRACT and its short forms, truncation, differences, last days. In: times, dates,
// intervals. Out: numbers and times. A zone may be given; else it is that of the program.

import Values

extension FunctionFamily {
  mutating func declareTimeParts() {
    declare(
      "EXTRACT", ["DATE_PART"], "A part of a time, date or interval, as a number.",
      examples: ["EXTRACT(YEAR FROM DATE '2024-02-29')": "2024"],
      [
        FunctionSignature(
          ["part": .part, "time": .timestamp, "zone": .optional(.text)], .int64, TimeKernel.extract(1)),
        FunctionSignature(["part": .part, "date": .date], .int64, TimeKernel.extract(1)),
        FunctionSignature(["part": .part, "time": .time], .int64, TimeKernel.extract(1)),
        FunctionSignature(["part": .part, "interval": .interval], .int64, TimeKernel.extract(1)),
        FunctionSignature(["part": .part, "interval": .months], .int64, TimeKernel.extract(1)),
      ])
    let parts: [(String, [String], TimeField)] = [
      ("YEAR", [], .year), ("QUARTER", [], .quarter), ("MONTH", [], .month), ("WEEK", [], .isoWeek),
      ("DAY", ["DAYOFMONTH"], .day), ("DAYOFWEEK", [], .dayOfWeek), ("DAYOFYEAR", [], .dayOfYear),
      ("HOUR", [], .hour), ("MINUTE", [], .minute), ("SECOND", [], .second),
    ]
    for (name, aliases, field) in parts {
      let zoned = FunctionSignature(
        ["time": .timestamp, "zone": .optional(.text)], .int64, TimeKernel.part(field, 0))
      let other: ParameterPattern = field.isCalendar ? .date : .time
      declare(
        name, aliases, "The \(name.lowercased()) of a time, as a number.",
        examples: ["\(name)(TIMESTAMP '2024-02-29 12:34:56')": TimeKernel.example(field)],
        [zoned, FunctionSignature(["time": other], .int64, TimeKernel.part(field, 0))])
    }
    declare(
      "TIMESTAMP_TRUNC", [], "The beginning of the unit in which a time lies.",
      examples: ["TIMESTAMP_TRUNC(TIMESTAMP '2024-02-29 12:34:56', HOUR)": "2024-02-29 12:00:00"],
      [
        FunctionSignature(
          ["time": .timestamp, "unit": .part, "zone": .optional(.text)], .timestamp, TimeKernel.truncate(up: false))
      ])
    declare(
      "DATE_TRUNC", [], "The first day of the unit in which a date lies.",
      examples: ["DATE_TRUNC(DATE '2024-02-29', MONTH)": "2024-02-01"],
      [
        FunctionSignature(["date": .date, "unit": .part], .date, TimeKernel.truncateDate),
        FunctionSignature(
          ["time": .timestamp, "unit": .part, "zone": .optional(.text)], .timestamp, TimeKernel.truncate(up: false)),
      ])
    declareDifferences()
  }

  private mutating func declareDifferences() {
    declare(
      "TIMESTAMP_DIFF", ["DATETIME_DIFF"], "The whole units from the second time to the first.",
      examples: ["TIMESTAMP_DIFF(TIMESTAMP '2024-01-02 00:00:00', TIMESTAMP '2024-01-01 12:00:00', HOUR)": "12"],
      [
        FunctionSignature(
          ["later": .timestamp, "earlier": .timestamp, "unit": .part], .int64, TimeKernel.difference(2, 0, 1))
      ])
    declare(
      "TIMESTAMPDIFF", [], "The whole units from the first time to the second.",
      examples: ["TIMESTAMPDIFF(DAY, TIMESTAMP '2024-01-01 00:00:00', TIMESTAMP '2024-01-03 00:00:00')": "2"],
      [
        FunctionSignature(
          ["unit": .part, "earlier": .timestamp, "later": .timestamp], .int64, TimeKernel.difference(0, 2, 1)),
        FunctionSignature(
          ["unit": .part, "earlier": .date, "later": .date], .int64, TimeKernel.dateDifference(0, 2, 1)),
      ])
    declare(
      "TIMESTAMPADD", [], "The time so many units later.",
      examples: ["TIMESTAMPADD(MONTH, 1, TIMESTAMP '2024-01-31 00:00:00')": "2024-02-29 00:00:00"],
      [
        FunctionSignature(["unit": .part, "count": .int, "time": .timestamp], .timestamp, TimeKernel.addUnits)
      ])
    declare(
      "DATE_DIFF", ["DATEDIFF"], "How many beginnings of a unit lie between two dates.",
      examples: ["DATE_DIFF(DATE '2024-03-01', DATE '2024-02-28', DAY)": "2"],
      [
        FunctionSignature(
          ["later": .date, "earlier": .date, "unit": .part], .int64, TimeKernel.dateDifference(2, 0, 1)),
        FunctionSignature(
          ["later": .date, "earlier": .date], .int64,
          .checked { (x: Int64, y: Int64) in
            let (days, overflow) = x.subtractingReportingOverflow(y)
            return (days, overflow ? .overflow : nil)
          }),
      ])
    declare(
      "LAST_DAY", [], "The last day of the month, or another unit, in which a date lies.",
      examples: ["LAST_DAY(DATE '2024-02-03')": "2024-02-29"],
      [FunctionSignature(["date": .date, "unit": .optional(.part)], .date, TimeKernel.lastDay)])
    declareAdditions()
  }

  private mutating func declareAdditions() {
    let addition: [FunctionSignature] = [
      FunctionSignature(["time": .timestamp, "interval": .interval], .timestamp, TimeArithmetic.addInterval),
      FunctionSignature(["time": .timestamp, "interval": .months], .timestamp, TimeArithmetic.months(sign: 1)),
    ]
    let removal: [FunctionSignature] = [
      FunctionSignature(["time": .timestamp, "interval": .interval], .timestamp, TimeArithmetic.subtractInterval),
      FunctionSignature(["time": .timestamp, "interval": .months], .timestamp, TimeArithmetic.months(sign: -1)),
    ]
    declare(
      "TIMESTAMP_ADD", [], "The time later by an interval.",
      examples: ["TIMESTAMP_ADD(TIMESTAMP '2024-01-01 00:00:00', INTERVAL '1' DAY)": "2024-01-02 00:00:00"], addition)
    declare(
      "TIMESTAMP_SUB", [], "The time earlier by an interval.",
      examples: ["TIMESTAMP_SUB(TIMESTAMP '2024-01-02 00:00:00', INTERVAL '1' DAY)": "2024-01-01 00:00:00"], removal)
    for (name, word, sign) in [("DATE_ADD", "later", Int64(1)), ("DATE_SUB", "earlier", -1)] {
      declare(
        name, [], "The date \(word) by an interval of whole days or months.",
        examples: ["\(name)(DATE '2024-01-31', INTERVAL '1' MONTH)": sign == 1 ? "2024-02-29" : "2023-12-31"],
        [
          FunctionSignature(["date": .date, "interval": .interval], .date, TimeKernel.addDays(sign: sign)),
          FunctionSignature(["date": .date, "interval": .months], .date, TimeArithmetic.dateMonths(sign: sign)),
        ])
    }
  }
}

/// The kernels of parts and units.
enum TimeKernel {
  static func example(_ field: TimeField) -> String {
    "\(field.value(days: 19_782, clock: 45_296_000_000))"
  }

  /// EXTRACT: the part is a constant argument before the time.
  static func extract(_ index: Int) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      guard let field = try site.field(0) else {
        throw InvalidConstant(argument: 0, message: "the part must be a constant")
      }
      return try part(field, index).prepare(site)
    }
  }

  static func part(_ field: TimeField, _ index: Int) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      let zone = try site.zone(index + 1)
      let type = site.type(index)
      if type == .intervalYearMonth && field != .year && field != .month
        || (type == .date && !field.isCalendar && field != .epoch) || (type == .time && field.isCalendar)
      {
        throw InvalidConstant(argument: 0, message: "\(type) has no \(field.rawValue)")
      }
      return { arguments, rows in
        let times = Int64.lane(arguments[index])
        let result = Vector<Int64>(uninitialized: rows.count)
        var zones = ZoneLane(zone, arguments, index + 1)
        let day = CivilCalendar.microsecondsPerDay
        for row in 0..<rows.count {
          let time = Int64.read(times, row)
          switch type {
          case .date: result.base[row] = field.value(days: time, clock: 0)
          case .time: result.base[row] = field.value(days: 0, clock: time)
          case .intervalDaySecond: result.base[row] = field.value(interval: time)
          case .intervalYearMonth: result.base[row] = field == .year ? time / 12 : time % 12
          default:
            if !zones.move(to: row) { rows.fail(row, .invalidArgument) }
            let local = field == .epoch ? time : zones.cursor.local(time)
            let days = CivilCalendar.floorDivide(local, day)
            result.base[row] = field.value(days: days, clock: local &- days &* day)
          }
        }
        return .column(Column(.int(result)))
      }
    }
  }

  /// To the beginning of a unit, or to the next beginning when `up` and not at one.
  static func truncate(up: Bool) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      guard let unit = try site.unit(1) else {
        throw InvalidConstant(argument: 1, message: "the unit must be a constant")
      }
      let zone = try site.zone(2)
      return { arguments, rows in
        let times = Int64.lane(arguments[0])
        let result = Vector<Int64>(uninitialized: rows.count)
        var zones = ZoneLane(zone, arguments, 2)
        for row in 0..<rows.count {
          let time = Int64.read(times, row)
          if !zones.move(to: row) || !TimeArithmetic.instants.contains(time) { rows.fail(row, .invalidArgument) }
          result.base[row] = truncate(time, unit, up, &zones.cursor)
        }
        return .column(Column(.int(result)))
      }
    }
  }

  private static func truncate(_ time: Int64, _ unit: CalendarUnit, _ up: Bool, _ cursor: inout ZoneCursor) -> Int64 {
    let local = cursor.local(time)
    var start = unit.truncate(microseconds: local)
    if up && start != local { start = next(unit, start) }
    return cursor.instant(start)
  }

  /// The beginning of the unit after the one that begins at a local time.
  private static func next(_ unit: CalendarUnit, _ start: Int64) -> Int64 {
    if let length = unit.microseconds { return start &+ length }
    let day = CivilCalendar.microsecondsPerDay
    let days = CivilCalendar.floorDivide(start, day)
    if unit == .isoYear { return CivilCalendar.isoYearStart(CivilCalendar.isoWeek(days).year &+ 1) &* day }
    return CivilCalendar.add(months: unit.months ?? 1, to: days) &* day
  }

  static let truncateDate = Kernel { site throws(InvalidConstant) in
    guard let unit = try site.unit(1) else {
      throw InvalidConstant(argument: 1, message: "the unit must be a constant")
    }
    return { arguments, rows in
      let dates = Int64.lane(arguments[0])
      let result = Vector<Int64>(uninitialized: rows.count)
      for row in 0..<rows.count { result.base[row] = unit.truncate(days: Int64.read(dates, row)) }
      return .column(Column(.int(result)))
    }
  }

  static let lastDay = Kernel { site throws(InvalidConstant) in
    let unit = site.types.count > 1 ? try site.unit(1) ?? .month : .month
    return { arguments, rows in
      let dates = Int64.lane(arguments[0])
      let result = Vector<Int64>(uninitialized: rows.count)
      for row in 0..<rows.count {
        let date = Int64.read(dates, row)
        if !TimeArithmetic.days.contains(date) { rows.fail(row, .overflow) }
        let start = unit.truncate(days: date) &* CivilCalendar.microsecondsPerDay
        let days = CivilCalendar.floorDivide(next(unit, start), CivilCalendar.microsecondsPerDay)
        result.base[row] = days &- 1
      }
      return .column(Column(.int(result)))
    }
  }

  /// Whole units between times, towards zero. The numbers are the positions of unit, later and earlier time.
  static func difference(_ unit: Int, _ later: Int, _ earlier: Int) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      guard let unit = try site.unit(unit) else {
        throw InvalidConstant(argument: unit, message: "the unit must be a constant")
      }
      return { arguments, rows in
        let a = Int64.lane(arguments[later])
        let b = Int64.lane(arguments[earlier])
        let result = Vector<Int64>(uninitialized: rows.count)
        var cursor = ZoneCursor(site.zone)
        for row in 0..<rows.count {
          let (x, y) = (Int64.read(a, row), Int64.read(b, row))
          let (span, overflow) = x.subtractingReportingOverflow(y)
          if overflow { rows.fail(row, .overflow) }
          if let length = unit.microseconds {
            result.base[row] = span / length
          } else {
            let months = wholeMonths(cursor.local(x), cursor.local(y))
            result.base[row] = months / (unit.months ?? 12)
          }
        }
        return .column(Column(.int(result)))
      }
    }
  }

  private static func monthNumber(_ days: Int64) -> Int64 {
    let date = CivilCalendar.date(days)
    return date.year &* 12 &+ date.month &- 1
  }

  /// Whole months from one local time to another, towards zero.
  private static func wholeMonths(_ later: Int64, _ earlier: Int64) -> Int64 {
    if later < earlier { return 0 &- wholeMonths(earlier, later) }
    let day = CivilCalendar.microsecondsPerDay
    let (x, y) = (CivilCalendar.floorDivide(later, day), CivilCalendar.floorDivide(earlier, day))
    let months = monthNumber(x) &- monthNumber(y)
    let (a, b) = (CivilCalendar.date(x).day, CivilCalendar.date(y).day)
    let isShort = a < b || (a == b && later &- x &* day < earlier &- y &* day)
    return isShort ? months &- 1 : months
  }

  /// Beginnings of a unit between dates.
  static func dateDifference(_ unit: Int, _ later: Int, _ earlier: Int) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      guard let unit = try site.unit(unit) else {
        throw InvalidConstant(argument: unit, message: "the unit must be a constant")
      }
      @Sendable func number(_ days: Int64) -> Int64 {
        switch unit {
        case .week, .isoWeek: return CivilCalendar.floorDivide(unit.truncate(days: days) &+ 4, 7)
        case .month, .quarter, .year: return CivilCalendar.floorDivide(monthNumber(days), unit.months ?? 12)
        case .isoYear: return CivilCalendar.isoWeek(days).year
        case .microsecond, .millisecond, .second, .minute, .hour, .day: return days
        }
      }
      let units = unit == .day || unit.microseconds == nil || unit == .week || unit == .isoWeek
      if !units { throw InvalidConstant(argument: 2, message: "dates differ by days or longer units") }
      return { arguments, rows in
        let a = Int64.lane(arguments[later])
        let b = Int64.lane(arguments[earlier])
        let result = Vector<Int64>(uninitialized: rows.count)
        for row in 0..<rows.count { result.base[row] = number(Int64.read(a, row)) &- number(Int64.read(b, row)) }
        return .column(Column(.int(result)))
      }
    }
  }

  static let addUnits = Kernel { site throws(InvalidConstant) in
    guard let unit = try site.unit(0) else {
      throw InvalidConstant(argument: 0, message: "the unit must be a constant")
    }
    return { arguments, rows in
      let counts = Int64.lane(arguments[1])
      let times = Int64.lane(arguments[2])
      let result = Vector<Int64>(uninitialized: rows.count)
      var cursor = ZoneCursor(site.zone)
      for row in 0..<rows.count {
        let (time, count) = (Int64.read(times, row), Int64.read(counts, row))
        let (amount, tooMany) = IntegerProduct.of(count, unit.microseconds ?? unit.months ?? 12)
        var (value, code): (Int64, RowErrorCode?)
        if unit.microseconds != nil {
          let (sum, overflow) = time.addingReportingOverflow(amount)
          (value, code) = TimeArithmetic.instant(sum, overflow)
        } else {
          (value, code) = TimeArithmetic.addMonths(amount, 1, to: time, &cursor)
        }
        result.base[row] = value
        if let failure = tooMany ?? code { rows.fail(row, failure) }
      }
      return .column(Column(.int(result)))
    }
  }

  /// A date and an interval of whole days.
  static func addDays(sign: Int64) -> Kernel {
    Kernel.checked { (date: Int64, interval: Int64) -> (Int64, RowErrorCode?) in
      let day = CivilCalendar.microsecondsPerDay
      if interval % day != 0 { return (0, .invalidArgument) }
      let (moved, overflow) = date.addingReportingOverflow(sign &* (interval / day))
      return (moved, overflow || !TimeArithmetic.days.contains(moved) ? .overflow : nil)
    }
  }
}
