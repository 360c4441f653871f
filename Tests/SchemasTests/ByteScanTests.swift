// The scans for bytes, each against the obvious loop, at every distance from the start.

import Testing
import Values

@testable import Schemas

@Suite struct ByteScanTests {
  @Test func portableBitsAgree() {
    for seed in 0..<2000 {
      var random = SeededGenerator(seed)
      let block = Block.random(in: 0...3, using: &random)
      let mask: BlockMask = block .== splat(1)
      var expected: UInt32 = 0
      for lane in 0..<16 where block[lane] == 1 { expected |= 1 << UInt32(lane) }
      #expect(bits(mask) == expected && portableBits(mask) == expected)
    }
  }

  @Test func everyByteAtEveryPlace() {
    for byte in UInt8.min...UInt8.max {
      for before in [0, 1, 15, 16, 17, 40] {
        let blob = Blob(Array(repeating: 0x61, count: before) + [byte, 0x22])
        let start = Cursor(blob.base)
        let end = start + before + 2
        let stopsPlain = byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5C
        #expect(endOfPlainText(start) - start == (stopsPlain ? before : before + 1))
        let stopsSkipped = byte < 0x20 || byte == 0x22 || byte == 0x5C
        #expect(endOfSkippedText(start) - start == (stopsSkipped ? before : before + 1))
        let stopsNested = byte < 0x20 || [0x22, 0x5B, 0x5D, 0x7B, 0x7D].contains(byte)
        #expect(nextStructural(start) - start == (stopsNested ? before : before + 1))
        #expect(findNewline(start, end) - start == (byte == 0x0A ? before : before + 2))
        #expect(findByte(byte == 0x61 ? 0x22 : byte, start, end) - start == (byte == 0x61 ? before + 1 : before))
        withExtendedLifetime(blob) {}
      }
    }
  }

  @Test func newlinesBehindTheEndDoNotCount() {
    let blob = Blob(Array("abc\n".utf8))
    let start = Cursor(blob.base)
    #expect(findNewline(start, start + 3) == start + 3)
    withExtendedLifetime(blob) {}
  }
}
