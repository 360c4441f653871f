// The leaves of the generators against plain, slow definitions: digits, dates, prices, shuffles.

import Foundation
import Testing

@testable import Engine

@Suite struct GeneratorPartsTests {
  private func written(_ write: (inout ByteCursor) -> Void) -> String {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 600)
    defer { memory.deallocate() }
    var cursor = ByteCursor(at: memory)
    write(&cursor)
    return String(decoding: UnsafeBufferPointer(start: memory, count: cursor.at - memory), as: UTF8.self)
  }

  @Test func numbersHaveTheirDecimalDigits() {
    var numbers: [UInt64] = [0, UInt64.max]
    var power: UInt64 = 1
    for _ in 0..<19 {
      numbers += [power - 1, power, power + 1, power * 7 / 3]
      power *= 10
    }
    for number in numbers { #expect(written { $0.put(number: number) } == "\(number)") }
    for number in [Int64.min, -1, -100_000_000, 0, 5, .max] {
      #expect(written { $0.put(number: number) } == "\(number)")
    }
  }

  @Test func everyNumberBelowTenThousandHasItsDigits() {
    for number in 0..<UInt64(10_000) {
      #expect(written { $0.put(number: number) } == "\(number)")
      #expect(written { $0.put(padded4: number) } == String(format: "%04d", Int(number)))
      #expect(written { $0.put(hundredths: number) } == String(format: "%d.%02d", Int(number / 100), Int(number % 100)))
    }
    #expect(written { $0.put(padded8: 4_020_301) } == "04020301")
  }

  @Test func fractionsAndHexadecimalsAreWritten() {
    #expect(written { $0.put(tenThousandths: -1_278) } == "-0.1278")
    #expect(written { $0.put(tenThousandths: 1_396_503) } == "139.6503")
    #expect(written { $0.put(hexadecimal: 0x0123_4567) } == "01234567")
    #expect(written { $0.put(hexadecimal: 0xFFFF_FFFF_89AB_CDEF) } == "89abcdef")
  }

  @Test func timesAreThoseOfTheCalendar() throws {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ss.SSS"
    var text = TimestampText(separator: 32, closing: 34)
    // Back and forth through leap years, before 1970, within one minute and across its ends.
    for base: Int64 in [0, -1, -86_400_000, 951_782_399_999, 951_868_800_000, 4_107_542_399_999, 253_402_300_739_999] {
      for step: Int64 in [0, 1, 999, 1000, 59_999, -1, 60_000, -60_001] {
        let time = base + step
        let expected = formatter.string(from: Date(timeIntervalSince1970: Double(time) / 1000))
        let result = written { text.write(time, to: &$0) }
        #expect(result == expected + "\"")
        #expect(CivilTime.milliseconds(from: String(result.dropLast())) == time)
      }
    }
  }

  @Test(arguments: [
    "", "2025", "2025-02-29", "2025-13-01", "2025-01-01 24:00", "2025-01-01 00:00:00.", "2025-1-1", "soon",
  ])
  func whatIsNoTimeIsRefused(_ text: String) {
    #expect(CivilTime.milliseconds(from: text) == nil)
  }

  @Test func theFastPriceIsThePrice() {
    let table = NexmarkPrice.table()
    defer { table.deallocate() }
    let draws = SplitMix64Draws(seed: 5)
    var bits: [UInt64] = [0, .max, 1 << 63, (1 << 54) - 1, 1 << 54]
    for number in 0..<UInt64(200_000) { bits.append(draws.raw(number)) }
    #expect(bits.count { NexmarkPrice.price($0, table) != NexmarkPrice.exact($0) } == 0)
    #expect(NexmarkPrice.price(0, table) == 100)
    #expect(NexmarkPrice.price(.max, table) == 100_000_000)
  }

  @Test(arguments: [1, 2, 7, 100, 953, 1906])
  func disorderKeepsEveryEventWithinItsGroup(_ group: Int) {
    let places = DisorderedPlaces(group: group)
    for first in stride(from: 0, to: 4 * group, by: group) {
      let events = (first..<first + group).map { places.event(at: Int64($0)) }
      #expect(events.sorted() == (first..<first + group).map { Int64($0) })
    }
  }
}
