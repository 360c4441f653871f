// Decimal digits to integers. In: a cursor at the digits. Out: the number and the cursor behind it.
// Eight digits are found and folded at once inside a 64-bit word, after Daniel Lemire's and Wojciech Muła's parsers.

/// What came of reading a number, apart from the number itself.
enum IntegerOutcome {
  case number
  /// No digit, or a zero before other digits.
  case malformed
  /// More than 64 bits.
  case overflow
}

@inline(__always)
func digitValues(_ word: UInt64) -> UInt64 { word ^ 0x3030_3030_3030_3030 }

/// One bit in each byte of `values` that is no digit; bytes after the first such byte may be wrong.
@inline(__always)
func notDigits(_ values: UInt64) -> UInt64 {
  ((values &+ 0x0606_0606_0606_0606) | values) & 0xF0F0_F0F0_F0F0_F0F0
}

/// The number whose eight digits are the bytes of `values`, most significant first.
@inline(__always)
func foldDigits(_ values: UInt64) -> UInt64 {
  let pairs: UInt64 = (values &* 10) &+ (values &>> 8)
  let odd: UInt64 = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
  let even: UInt64 = ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
  return (odd &+ even) &>> 32
}

/// Reads a JSON integer, `-?(0|[1-9][0-9]*)`, and moves `p` behind it. `p` does not move when the outcome is no number.
@inline(__always)
func readInteger(_ p: inout Cursor, _ result: inout Int64) -> IntegerOutcome {
  let negative = p.pointee == Byte.minus
  let digits = negative ? p + 1 : p
  let values = digitValues(loadWord(digits))
  let ends = notDigits(values)
  if ends == 0 { return readLongInteger(&p, &result) }
  let count = ends.trailingZeroBitCount &>> 3
  if count == 0 || (count > 1 && digits.pointee == Byte.zero) { return .malformed }
  let number = Int64(bitPattern: foldDigits(values &<< UInt64(truncatingIfNeeded: 64 &- count &* 8)))
  result = negative ? 0 &- number : number
  p = digits + count
  return .number
}

/// Integers of eight digits and more.
@inline(never)
func readLongInteger(_ p: inout Cursor, _ result: inout Int64) -> IntegerOutcome {
  let negative = p.pointee == Byte.minus
  var q = negative ? p + 1 : p
  if q.pointee == Byte.zero { return .malformed }
  var number = foldDigits(digitValues(loadWord(q)))
  q += 8
  while Byte.isDigit(q.pointee) {
    let (tens, tooMany) = number.multipliedReportingOverflow(by: 10)
    let (sum, tooLarge) = tens.addingReportingOverflow(UInt64(q.pointee &- Byte.zero))
    if tooMany || tooLarge { return .overflow }
    number = sum
    q += 1
  }
  let limit = negative ? UInt64(1) &<< 63 : UInt64(Int64.max)
  if number > limit { return .overflow }
  result = negative ? 0 &- Int64(bitPattern: number) : Int64(bitPattern: number)
  p = q
  return .number
}
