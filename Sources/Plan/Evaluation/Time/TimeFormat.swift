// Formats of times, in the notation of strftime (`%Y-%m-%d`) or of Java (`yyyy-MM-dd`). In: a format, once. Out: items
// that write and read local times. Names are English; no locale is consulted.

import Values

/// A compiled format.
struct TimeFormat: Sendable {
  enum Field: Sendable, Equatable {
    case year, yearOfCentury, century, month, day, hour, hourOfHalf, minute, second, half
    case fraction(Int)
    case monthName, monthShort, weekdayName, weekdayShort
    case dayOfYear, isoWeekday, weekdayFromSunday, isoYear, isoWeek, quarter
    case epoch, offset(colon: Bool), zone
  }

  enum Item: Sendable, Equatable {
    case literal(UInt8)
    /// Any run of white space when read.
    case space
    /// A number filled with `fill` to `width`, or a name.
    case field(Field, width: Int, fill: UInt8)
  }

  var items: [Item] = []

  /// What is wrong in a format.
  struct Failure: Error { var message: String }

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

  private mutating func add(_ field: Field, _ width: Int, _ fill: Unicode.Scalar = "0") {
    items.append(.field(field, width: width, fill: UInt8(ascii: fill)))
  }

  private mutating func add(_ literal: String) { for byte in literal.utf8 { items.append(.literal(byte)) } }

  /// Reads a format in the notation of strftime.
  static func strftime(_ format: [UInt8]) throws(Failure) -> TimeFormat {
    var result = TimeFormat()
    var position = 0
    while position < format.count {
      let byte = format[position]
      position += 1
      if byte == 32 {
        result.items.append(.space)
        continue
      }
      guard byte == UInt8(ascii: "%") else {
        result.items.append(.literal(byte))
        continue
      }
      guard position < format.count else { throw Failure(message: "the format ends in `%`") }
      if format[position] == UInt8(ascii: "E"), position + 2 < format.count, format[position + 2] == UInt8(ascii: "S") {
        result.secondsWithFraction(format[position + 1])
        position += 3
        continue
      }
      try result.directive(Unicode.Scalar(format[position]))
      position += 1
    }
    return result
  }

  /// `%E3S`, `%E*S`: seconds with a fraction.
  private mutating func secondsWithFraction(_ digits: UInt8) {
    add(.second, 2)
    let count = (48...54).contains(digits) ? Int(digits) - 48 : 6
    if count > 0 {
      add(".")
      add(.fraction(count), count)
    }
  }

  private mutating func directive(_ letter: Unicode.Scalar) throws(Failure) {
    switch letter {
    case "Y": add(.year, 4)
    case "y": add(.yearOfCentury, 2)
    case "C": add(.century, 2)
    case "m": add(.month, 2)
    case "d": add(.day, 2)
    case "e": add(.day, 2, " ")
    case "H": add(.hour, 2)
    case "k": add(.hour, 2, " ")
    case "I": add(.hourOfHalf, 2)
    case "l": add(.hourOfHalf, 2, " ")
    case "M": add(.minute, 2)
    case "S": add(.second, 2)
    case "f": add(.fraction(6), 6)
    case "p", "P": add(.half, 0)
    case "B": add(.monthName, 0)
    case "b", "h": add(.monthShort, 0)
    case "A": add(.weekdayName, 0)
    case "a": add(.weekdayShort, 0)
    case "j": add(.dayOfYear, 3)
    case "u": add(.isoWeekday, 1)
    case "w": add(.weekdayFromSunday, 1)
    case "G": add(.isoYear, 4)
    case "V": add(.isoWeek, 2)
    case "Q": add(.quarter, 1)
    case "s": add(.epoch, 0)
    case "z": add(.offset(colon: false), 0)
    case "Z": add(.zone, 0)
    case "F": try compound("Y-m-d")
    case "T": try compound("H:M:S")
    case "R": try compound("H:M")
    case "D": try compound("m/d/y")
    case "t": items.append(.literal(9))
    case "n": items.append(.literal(10))
    case "%": items.append(.literal(37))
    default: throw Failure(message: "unknown directive `%\(letter)` in the format")
    }
  }

  private mutating func compound(_ parts: String) throws(Failure) {
    for scalar in parts.unicodeScalars {
      if ("A"..."z").contains(scalar) { try directive(scalar) } else { add(String(Character(scalar))) }
    }
  }

  /// Reads a format in Java's notation.
  static func java(_ format: [UInt8]) throws(Failure) -> TimeFormat {
    var result = TimeFormat()
    var position = 0
    while position < format.count {
      let letter = Unicode.Scalar(format[position])
      var end = position
      while end < format.count && format[end] == format[position] { end += 1 }
      if letter == "'" {
        position = try result.quoted(format, position)
      } else if ("A"..."Z").contains(letter) || ("a"..."z").contains(letter) {
        try result.letters(letter, end - position)
        position = end
      } else {
        result.items.append(format[position] == 32 ? .space : .literal(format[position]))
        position += 1
      }
    }
    return result
  }

  private mutating func quoted(_ format: [UInt8], _ start: Int) throws(Failure) -> Int {
    guard let end = format[(start + 1)...].firstIndex(of: 39) else {
      throw Failure(message: "a quote in the format has no end")
    }
    let content = end == start + 1 ? [39] : Array(format[(start + 1)..<end])
    for byte in content { items.append(.literal(byte)) }
    return end + 1
  }

  private mutating func letters(_ letter: Unicode.Scalar, _ count: Int) throws(Failure) {
    switch letter {
    case "y", "u": count == 2 ? add(.yearOfCentury, 2) : add(.year, max(count, 1))
    case "M", "L": count > 3 ? add(.monthName, 0) : count == 3 ? add(.monthShort, 0) : add(.month, count)
    case "d": add(.day, count)
    case "D": add(.dayOfYear, count)
    case "H": add(.hour, count)
    case "h": add(.hourOfHalf, count)
    case "m": add(.minute, count)
    case "s": add(.second, count)
    case "S": add(.fraction(min(count, 9)), count)
    case "a": add(.half, 0)
    case "E": count > 3 ? add(.weekdayName, 0) : add(.weekdayShort, 0)
    case "e": add(.isoWeekday, 1)
    case "Q": add(.quarter, 1)
    case "w": add(.isoWeek, count)
    case "Y": add(.isoYear, count)
    case "X", "x", "Z": add(.offset(colon: letter != "Z" && count >= 3), 0)
    case "z", "V": add(.zone, 0)
    default: throw Failure(message: "unknown letter `\(letter)` in the format; quote text with '")
    }
  }
}

extension TimeFormat {
  /// Appends a local time. `offset` is its distance from UTC in microseconds.
  func write(local: Int64, offset: Int64, zone: String, to sink: TextSink) {
    let days = CivilCalendar.floorDivide(local, CivilCalendar.microsecondsPerDay)
    let clock = local &- days &* CivilCalendar.microsecondsPerDay
    let date = CivilCalendar.date(days)
    for item in items {
      switch item {
      case .literal(let byte): sink.append(byte)
      case .space: sink.append(32)
      case .field(let field, let width, let fill):
        if let number = Self.number(field, days, clock, date, local &- offset) {
          Self.write(number, width, fill, sink)
        } else {
          Self.writeText(field, days, clock, date, offset, zone, sink)
        }
      }
    }
  }

  private static func number(
    _ field: Field, _ days: Int64, _ clock: Int64, _ date: CivilDate, _ instant: Int64
  ) -> Int64? {
    switch field {
    case .year: date.year
    case .yearOfCentury: CivilCalendar.floorModulo(date.year, 100)
    case .century: CivilCalendar.floorDivide(date.year, 100)
    case .month: date.month
    case .day: date.day
    case .hour: clock / 3_600_000_000
    case .hourOfHalf: (clock / 3_600_000_000 &+ 11) % 12 &+ 1
    case .minute: clock / 60_000_000 % 60
    case .second: clock / 1_000_000 % 60
    case .fraction(let digits): fraction(clock % 1_000_000, digits)
    case .dayOfYear: CivilCalendar.dayOfYear(days)
    case .isoWeekday: CivilCalendar.weekday(days)
    case .weekdayFromSunday: CivilCalendar.weekday(days) % 7
    case .isoYear: CivilCalendar.isoWeek(days).year
    case .isoWeek: CivilCalendar.isoWeek(days).week
    case .quarter: (date.month &+ 2) / 3
    case .epoch: CivilCalendar.floorDivide(instant, 1_000_000)
    case .half, .monthName, .monthShort, .weekdayName, .weekdayShort, .offset, .zone: nil
    }
  }

  private static func fraction(_ micros: Int64, _ digits: Int) -> Int64 {
    let powers: [Int64] = [1_000_000, 100_000, 10_000, 1000, 100, 10, 1]
    if digits <= 6 { return micros / powers[max(digits, 0)] }
    return (0..<(digits - 6)).reduce(micros) { value, _ in value &* 10 }
  }

  private static func write(_ number: Int64, _ width: Int, _ fill: UInt8, _ sink: TextSink) {
    if number < 0 { sink.append(UInt8(ascii: "-")) }
    guard let target = sink.reserve(IntText.maximumLength + max(width, 0)) else { return }
    var digits = 1
    var rest = number.magnitude / 10
    while rest > 0 {
      digits &+= 1
      rest /= 10
    }
    let filled = max(width &- digits, 0)
    for index in 0..<filled { target[index] = fill }
    rest = number.magnitude
    var position = filled &+ digits
    while position > filled {
      position &-= 1
      target[position] = 48 &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    sink.advance(filled &+ digits)
  }

  private static func writeText(
    _ field: Field, _ days: Int64, _ clock: Int64, _ date: CivilDate, _ offset: Int64, _ zone: String, _ sink: TextSink
  ) {
    let month = months[Int(date.month) - 1]
    let weekday = weekdays[Int(CivilCalendar.weekday(days)) - 1]
    switch field {
    case .half: sink.append(clock < 43_200_000_000 ? "AM" : "PM")
    case .monthName: sink.append(month)
    case .monthShort: sink.append(String(month.prefix(3)))
    case .weekdayName: sink.append(weekday)
    case .weekdayShort: sink.append(String(weekday.prefix(3)))
    case .offset(let colon):
      let minutes = offset.magnitude / 60_000_000
      sink.append(UInt8(ascii: offset < 0 ? "-" : "+"))
      write(Int64(minutes / 60), 2, 48, sink)
      if colon { sink.append(UInt8(ascii: ":")) }
      write(Int64(minutes % 60), 2, 48, sink)
    case .zone: sink.append(zone)
    default: break
    }
  }
}
