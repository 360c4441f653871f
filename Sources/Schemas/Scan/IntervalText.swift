// Text of intervals to numbers, in ISO 8601 (`P1Y2M`, `P1DT2H3.5S`) and as SQL writes them (`1-2`, `1 02:03:04.5`).
// In: a cursor at the text. Out: months or microseconds and the cursor behind them, or nil.

/// Reads a count of at most 12 digits.
private func readCount(_ p: inout Cursor) -> Int64? {
  let start = p
  var number: Int64 = 0
  while Byte.isDigit(p.pointee), p - start < 12 {
    number = number &* 10 &+ Int64(p.pointee &- Byte.zero)
    p += 1
  }
  return p > start ? number : nil
}

private func readSign(_ p: inout Cursor) -> Int64 {
  let negative = p.pointee == Byte.minus
  if negative || p.pointee == Byte.plus { p += 1 }
  return negative ? -1 : 1
}

/// Reads a year-month interval as months.
func readMonths(_ start: Cursor, _ months: inout Int64) -> Cursor? {
  var p = start
  let sign = readSign(&p)
  if p.pointee | 0x20 == 0x70 { return readISOMonths(p + 1, sign: sign, &months) }
  guard let years = readCount(&p), p.pointee == Byte.minus else { return nil }
  p += 1
  guard let rest = readCount(&p), rest < 12 else { return nil }
  months = sign &* (years &* 12 &+ rest)
  return p
}

private func readISOMonths(_ start: Cursor, sign: Int64, _ months: inout Int64) -> Cursor? {
  var p = start
  var total: Int64 = 0
  var last: UInt8 = 0
  while Byte.isDigit(p.pointee) {
    guard let count = readCount(&p) else { return nil }
    switch p.pointee {
    case 0x59 where last == 0: total &+= count &* 12
    case 0x4D where last != 0x4D: total &+= count
    default: return nil
    }
    last = p.pointee
    p += 1
  }
  months = sign &* total
  return last == 0 ? nil : p
}

/// Reads a day-time interval as microseconds.
func readDuration(_ start: Cursor, _ micros: inout Int64) -> Cursor? {
  var p = start
  let sign = readSign(&p)
  if p.pointee | 0x20 == 0x70 { return readISODuration(p + 1, sign: sign, &micros) }
  var total: Int64 = 0
  var hours = p
  if let days = readCount(&hours), hours.pointee == Byte.space {
    guard days <= 100_000_000 else { return nil }
    total = days &* Micros.day
    p = hours + 1
  }
  var time: Int64 = 0
  guard let end = readTime(p, &time) else { return nil }
  micros = sign &* (total &+ time)
  return end
}

private func readISODuration(_ start: Cursor, sign: Int64, _ micros: inout Int64) -> Cursor? {
  var p = start
  var total: Int64 = 0
  var smallest = Int64.max
  var inTime = false
  while true {
    if p.pointee == 0x54, !inTime {
      inTime = true
      p += 1
    }
    guard Byte.isDigit(p.pointee) else { break }
    guard let count = readCount(&p) else { return nil }
    var fraction: Int64 = 0
    if p.pointee == Byte.dot {
      p += 1
      guard readFraction(&p, &fraction), p.pointee == 0x53 else { return nil }
    }
    let unit: Int64
    switch (p.pointee, inTime) {
    case (0x57, false): unit = 7 &* Micros.day
    case (0x44, false): unit = Micros.day
    case (0x48, true): unit = Micros.hour
    case (0x4D, true): unit = Micros.minute
    case (0x53, true): unit = Micros.second
    default: return nil
    }
    guard unit < smallest else { return nil }
    smallest = unit
    let (part, tooLarge) = count.multipliedReportingOverflow(by: unit)
    let (sum, overflow) = total.addingReportingOverflow(part)
    if tooLarge || overflow { return nil }
    total = sum &+ fraction
    p += 1
  }
  micros = sign &* total
  return smallest == Int64.max ? nil : p
}
