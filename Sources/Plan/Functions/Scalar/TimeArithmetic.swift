// Times and intervals under + and -. Day-second intervals are exact microseconds; year-month intervals move along the
// calendar of a zone, to the month's last day where the day does not exist. Results outside the years 1...9999 fail.

import Values

/// The signatures of + and - on times.
enum TimeArithmetic {
  /// 0001-01-01 ... 9999-12-31, in days.
  static let days: ClosedRange<Int64> = -719_162...2_932_896
  static let instants: ClosedRange<Int64> = (-719_162 * 86_400_000_000)...(2_932_897 * 86_400_000_000 - 1)

  @inline(__always)
  static func instant(_ value: Int64, _ overflow: Bool) -> (Int64, RowErrorCode?) {
    (value, overflow || value < instants.lowerBound || value > instants.upperBound ? .overflow : nil)
  }

  private static func shift(_ x: Int64, _ y: Int64) -> (Int64, RowErrorCode?) {
    let (sum, overflow) = x.addingReportingOverflow(y)
    return instant(sum, overflow)
  }

  private static func shiftBack(_ x: Int64, _ y: Int64) -> (Int64, RowErrorCode?) {
    let (sum, overflow) = x.subtractingReportingOverflow(y)
    return instant(sum, overflow)
  }

  static let addInterval = Kernel.checked { (x: Int64, y: Int64) in shift(x, y) }
  static let subtractInterval = Kernel.checked { (x: Int64, y: Int64) in shiftBack(x, y) }

  /// A time plus months, in the zone of the program.
  static func months(sign: Int64, swapped: Bool = false) -> Kernel {
    Kernel { site in
      { arguments, rows in
        let x = Int64.lane(arguments[swapped ? 1 : 0])
        let y = Int64.lane(arguments[swapped ? 0 : 1])
        let result = Vector<Int64>(uninitialized: rows.count)
        var cursor = ZoneCursor(site.zone)
        for row in 0..<rows.count {
          let (value, code) = addMonths(Int64.read(y, row), sign, to: Int64.read(x, row), &cursor)
          result.base[row] = value
          if let code { rows.fail(row, code) }
        }
        return .column(Column(.int(result)))
      }
    }
  }

  static func addMonths(
    _ months: Int64, _ sign: Int64, to instant: Int64, _ cursor: inout ZoneCursor
  ) -> (Int64, RowErrorCode?) {
    guard months.magnitude <= 120_000, instants.contains(instant) else { return (0, .overflow) }
    let local = cursor.local(instant)
    let day = CivilCalendar.floorDivide(local, CivilCalendar.microsecondsPerDay)
    let rest = local &- day &* CivilCalendar.microsecondsPerDay
    let moved = CivilCalendar.add(months: months &* sign, to: day)
    guard days.contains(moved) else { return (0, .overflow) }
    return Self.instant(cursor.instant(moved &* CivilCalendar.microsecondsPerDay &+ rest), false)
  }

  /// A date plus months.
  static func dateMonths(sign: Int64) -> Kernel {
    .checked { (x: Int64, y: Int64) in addMonths(y, sign, toDay: x) }
  }

  private static let swappedDateMonths = Kernel.checked { (months: Int64, day: Int64) in
    addMonths(months, 1, toDay: day)
  }

  static func addMonths(_ months: Int64, _ sign: Int64, toDay day: Int64) -> (Int64, RowErrorCode?) {
    guard months.magnitude <= 120_000, days.contains(day) else { return (0, .overflow) }
    let moved = CivilCalendar.add(months: months &* sign, to: day)
    return (moved, days.contains(moved) ? nil : .overflow)
  }

  /// A date and a day-second interval: a timestamp, at midnight of the zone plus the interval.
  private static func dateInterval(sign: Int64, swapped: Bool = false) -> Kernel {
    Kernel { site in
      { arguments, rows in
        let x = Int64.lane(arguments[swapped ? 1 : 0])
        let y = Int64.lane(arguments[swapped ? 0 : 1])
        let result = Vector<Int64>(uninitialized: rows.count)
        var cursor = ZoneCursor(site.zone)
        for row in 0..<rows.count {
          let day = Int64.read(x, row)
          let (span, code) = days.contains(day) ? IntegerProduct.of(Int64.read(y, row), sign) : (0, .overflow)
          let start = cursor.instant(day &* CivilCalendar.microsecondsPerDay)
          let (value, late) = shift(start, span)
          result.base[row] = value
          if let failure = code ?? late { rows.fail(row, failure) }
        }
        return .column(Column(.int(result)))
      }
    }
  }

  /// The time of day moves around the clock.
  private static func clock(sign: Int64) -> Kernel {
    .zip { (x: Int64, y: Int64) in
      let day = CivilCalendar.microsecondsPerDay
      return CivilCalendar.floorModulo(x &+ sign &* (y % day), day)
    }
  }

  private static let daysApart = Kernel.checked { (x: Int64, y: Int64) in
    let (difference, overflow) = x.subtractingReportingOverflow(y)
    let (span, tooLong) = difference.multipliedReportingOverflow(by: CivilCalendar.microsecondsPerDay)
    return (span, overflow || tooLong ? .overflow : nil)
  }

  static let additions: [FunctionSignature] = [
    FunctionSignature(["t": .timestamp, "i": .interval], .timestamp, addInterval),
    FunctionSignature(["i": .interval, "t": .timestamp], .timestamp, addInterval),
    FunctionSignature(["t": .timestamp, "i": .months], .timestamp, months(sign: 1)),
    FunctionSignature(["i": .months, "t": .timestamp], .timestamp, months(sign: 1, swapped: true)),
    FunctionSignature(["d": .date, "i": .interval], .timestamp, dateInterval(sign: 1)),
    FunctionSignature(["i": .interval, "d": .date], .timestamp, dateInterval(sign: 1, swapped: true)),
    FunctionSignature(["d": .date, "i": .months], .date, dateMonths(sign: 1)),
    FunctionSignature(["i": .months, "d": .date], .date, swappedDateMonths),
    FunctionSignature(["d": .date, "days": .int], .date, dateDays(sign: 1)),
    FunctionSignature(["t": .time, "i": .interval], .time, clock(sign: 1)),
    FunctionSignature(
      ["i": .interval, "t": .time], .time,
      .zip { (interval: Int64, time: Int64) in
        CivilCalendar.floorModulo(
          time &+ interval % CivilCalendar.microsecondsPerDay, CivilCalendar.microsecondsPerDay)
      }),
    FunctionSignature(["a": .interval, "b": .interval], .intervalDaySecond, IntegerKernel.add),
    FunctionSignature(["a": .months, "b": .months], .intervalYearMonth, IntegerKernel.add),
  ]

  static let subtractions: [FunctionSignature] = [
    FunctionSignature(["t": .timestamp, "i": .interval], .timestamp, subtractInterval),
    FunctionSignature(["t": .timestamp, "i": .months], .timestamp, months(sign: -1)),
    FunctionSignature(["a": .timestamp, "b": .timestamp], .intervalDaySecond, IntegerKernel.subtract),
    FunctionSignature(["d": .date, "i": .interval], .timestamp, dateInterval(sign: -1)),
    FunctionSignature(["d": .date, "i": .months], .date, dateMonths(sign: -1)),
    FunctionSignature(["d": .date, "days": .int], .date, dateDays(sign: -1)),
    FunctionSignature(["a": .date, "b": .date], .intervalDaySecond, daysApart),
    FunctionSignature(["t": .time, "i": .interval], .time, clock(sign: -1)),
    FunctionSignature(["a": .time, "b": .time], .intervalDaySecond, IntegerKernel.subtract),
    FunctionSignature(["a": .interval, "b": .interval], .intervalDaySecond, IntegerKernel.subtract),
    FunctionSignature(["a": .months, "b": .months], .intervalYearMonth, IntegerKernel.subtract),
  ]

  /// A date plus or minus days.
  static func dateDays(sign: Int64) -> Kernel {
    .checked { (x: Int64, y: Int64) in
      let (offset, code) = IntegerProduct.of(y, sign)
      let (moved, overflow) = x.addingReportingOverflow(offset)
      return (moved, code ?? (overflow || !days.contains(moved) ? .overflow : nil))
    }
  }
}

/// Multiplication that reports.
enum IntegerProduct {
  @inline(__always)
  static func of(_ x: Int64, _ y: Int64) -> (Int64, RowErrorCode?) {
    let (product, overflow) = x.multipliedReportingOverflow(by: y)
    return (product, overflow ? .overflow : nil)
  }
}
