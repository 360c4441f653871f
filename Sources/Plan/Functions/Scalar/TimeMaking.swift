// The kernels that make times out of other things, and text out of times. In: a call site with constant formats and
// zones. Out: evaluators. A format that is no constant is compiled when it changes from row to row.

import Values

/// Kernels of making, formatting and reading times.
enum TimeMaking {
  enum Notation: Sendable {
    case strftime, java

    func compile(_ text: [UInt8]) throws(TimeFormat.Failure) -> TimeFormat {
      switch self {
      case .strftime: try TimeFormat.strftime(text)
      case .java: try TimeFormat.java(text)
      }
    }
  }

  /// The conversion of CAST.
  static func cast(_ type: DataType) -> Kernel {
    Kernel { site in
      Conversion.evaluator(from: .text, to: type, zone: site.zone) ?? { _, _ in .scalar(.null) }
    }
  }

  static func scaled(_ scale: Int64) -> Kernel {
    .checked { (count: Int64) in
      let (time, overflow) = count.multipliedReportingOverflow(by: scale)
      return TimeArithmetic.instant(time, overflow)
    }
  }

  /// The date or the time of day of an instant.
  static func local(_ type: DataType) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      let zone = try site.zone(1)
      return { arguments, rows in
        let times = Int64.lane(arguments[0])
        let result = Vector<Int64>(uninitialized: rows.count)
        var zones = ZoneLane(zone, arguments, 1)
        let day = CivilCalendar.microsecondsPerDay
        for row in 0..<rows.count {
          if !zones.move(to: row) { rows.fail(row, .invalidArgument) }
          let local = zones.cursor.local(Int64.read(times, row))
          result.base[row] =
            type == .date ? CivilCalendar.floorDivide(local, day) : CivilCalendar.floorModulo(local, day)
        }
        return .column(Column(.int(result)))
      }
    }
  }

  /// TIMESTAMP(x[, zone]) for text and dates.
  static func timestamp(_ from: DataType) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      if let zone = try site.zone(1), let convert = Conversion.evaluator(from: from, to: .timestamp, zone: zone) {
        return { arguments, rows in convert([arguments[0]], &rows) }
      }
      return { arguments, rows in
        let values = arguments[0].column(from, count: rows.count)
        var zones = ZoneLane(nil, arguments, 1)
        let result = Vector<Int64>(uninitialized: rows.count)
        for row in 0..<rows.count {
          var one = Rows(count: 1, now: rows.now)
          let zone = zones.move(to: row) ? zones.cursor.rules : nil
          let made = zone.flatMap { Conversion.evaluator(from: from, to: .timestamp, zone: $0) }
            .map { $0([.column(values.slice(row..<(row + 1)))], &one).column(.timestamp, count: 1) }
          if let code = made == nil ? .invalidArgument : one.failures.first?.code { rows.fail(row, code) }
          if case .int(let vector)? = made?.data { result.base[row] = vector.base[0] } else { result.base[row] = 0 }
        }
        return .column(Column(.int(result)))
      }
    }
  }

  private static func constant(
    _ site: CallSite, _ index: Int, _ notation: Notation
  ) throws(InvalidConstant) -> TimeFormat? {
    let text = index < site.types.count ? site.text(index) : Array("yyyy-MM-dd HH:mm:ss".utf8)
    guard let text else { return nil }
    do throws(TimeFormat.Failure) { return try notation.compile(text) } catch {
      throw InvalidConstant(argument: index, message: error.message)
    }
  }

  /// The format of each row.
  private struct Formats {
    let constant: TimeFormat?
    let notation: Notation
    private let lane: Text.Lane?
    private var last: (text: [UInt8], format: TimeFormat?)?

    init(_ constant: TimeFormat?, _ notation: Notation, _ arguments: [Datum], _ index: Int) {
      self.constant = constant
      self.notation = notation
      lane = constant == nil && index < arguments.count ? Text.lane(arguments[index]) : nil
    }

    mutating func format(_ row: Int) -> TimeFormat? {
      guard let lane else { return constant }
      let text = Text.read(lane, row).array
      if let last, last.text == text { return last.format }
      var format: TimeFormat?
      do throws(TimeFormat.Failure) { format = try notation.compile(text) } catch { format = nil }
      last = (text, format)
      return format
    }
  }

  /// Text of a time: a timestamp, a date, or Unix seconds. The numbers are positions of arguments.
  static func format(format: Int, time: Int, _ notation: Notation) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      let constant = try constant(site, format, notation)
      let zone = try site.zone(2)
      let type = site.type(time)
      return { arguments, rows in
        let times = Int64.lane(arguments[time])
        var formats = Formats(constant, notation, arguments, format)
        var zones = ZoneLane(zone, arguments, 2)
        var last = RepeatedText(zones.isConstant ? constant : nil)
        return Kernel.write(&rows, bytes: rows.count * 20, or: .failure(.invalidArgument)) { row, sink in
          guard zones.move(to: row), let format = formats.format(row) else { return false }
          let value = Int64.read(times, row)
          guard type != .date else {
            guard TimeArithmetic.days.contains(value) else { return false }
            format.write(local: value &* CivilCalendar.microsecondsPerDay, offset: 0, zone: "UTC", to: sink)
            return true
          }
          let (instant, overflow) =
            type.isInteger ? value.multipliedReportingOverflow(by: 1_000_000) : (value, false)
          guard !overflow, TimeArithmetic.instants.contains(instant) else {
            last.forget()
            return false
          }
          let local = zones.cursor.local(instant)
          if last.covers(local, offset: local &- instant) {
            sink.appendPrevious()
            return true
          }
          format.write(local: local, offset: local &- instant, zone: zones.cursor.rules.name, to: sink)
          return true
        }
      }
    }
  }

  /// A time, or a date, out of text.
  static func parse(format: Int, text: Int, _ notation: Notation) -> Kernel {
    Kernel { site throws(InvalidConstant) in
      let constant = try constant(site, format, notation)
      let isDate = site.result == .date
      let zone = isDate ? TimeZoneRules.utc : try site.zone(2)
      return { arguments, rows in
        let texts = Text.lane(arguments[text])
        var formats = Formats(constant, notation, arguments, format)
        var zones = ZoneLane(zone, arguments, 2)
        return Kernel.partial(&rows, .failure(.invalidArgument)) { row -> Int64? in
          guard zones.move(to: row), let format = formats.format(row) else { return nil }
          guard let instant = format.parse(Text.read(texts, row), &zones.cursor) else { return nil }
          return isDate ? CivilCalendar.floorDivide(instant, CivilCalendar.microsecondsPerDay) : instant
        }
      }
    }
  }
}
