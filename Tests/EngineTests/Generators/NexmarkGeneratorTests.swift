// The Nexmark stream is defined by bytes: these fingerprints were computed with the independent writer in Python and
// NumPy that defines it, for option sets that reach each of its rules.

import Engine
import Foundation
import Testing

@Suite struct NexmarkGeneratorTests {
  struct Reference: CustomTestStringConvertible {
    let events: Int
    let seed: UInt64
    let rate: Int
    let base: String
    let disorder: Int
    /// Of events, persons, auctions and bids.
    let hashes: [UInt64]

    var testDescription: String { "\(events) events, seed \(seed), rate \(rate), \(base), disorder \(disorder)" }
  }

  static let references = [
    Reference(
      events: 1, seed: 42, rate: 10_000, base: "2015-07-15 00:00:00", disorder: 1,
      hashes: [0xCDD2_10CD_C455_933E, 0x8DBE_FBB7_B18A_FDE2, 0xCBF2_9CE4_8422_2325, 0xCBF2_9CE4_8422_2325]),
    Reference(
      events: 49, seed: 42, rate: 10_000, base: "2015-07-15 00:00:00", disorder: 1,
      hashes: [0x00A6_2562_28BA_0130, 0x8DBE_FBB7_B18A_FDE2, 0xCD6D_5E93_9C63_5F7C, 0x3A5B_0445_FB41_D56D]),
    Reference(
      events: 50, seed: 7, rate: 3, base: "2015-07-15 00:00:00", disorder: 7,
      hashes: [0xE0CE_8EDD_945F_0BBE, 0xEF6E_DCCA_5DDA_4241, 0x9D01_85A9_A066_9C53, 0xF050_192D_9D8A_DA9D]),
    Reference(
      events: 1000, seed: 7, rate: 1000, base: "1969-12-31 23:59:59", disorder: 100,
      hashes: [0xEBC2_CE4C_1092_9403, 0x2B1A_6C60_A81A_F9C6, 0xFD08_FAD7_A7D2_C5A4, 0x719B_4351_BCA3_CAEB]),
    Reference(
      events: 1000, seed: 42, rate: 9999, base: "2015-07-15 00:00:00", disorder: 7,
      hashes: [0xFB21_5BBD_9510_E921, 0x57E8_0F57_CB08_E9EB, 0x1B75_E5BA_3771_AE2D, 0xEB19_5128_96D7_73F1]),
    Reference(
      events: 3000, seed: .max, rate: 10_000, base: "2000-02-29 23:59:59.900", disorder: 1,
      hashes: [0xEF7B_7512_7B36_A257, 0xD6C0_DEC1_26F9_E3AD, 0x3233_C29B_60F6_0615, 0xC679_BC68_F563_31D9]),
    Reference(
      events: 500, seed: 1, rate: 2_000_000, base: "2015-07-15 00:00:00", disorder: 953,
      hashes: [0x6232_D90F_F4FF_6475, 0xE412_A124_C06B_397D, 0xCBF2_9CE4_8422_2325, 0xCBF2_9CE4_8422_2325]),
  ]
  static let streams = ["events", "persons", "auctions", "bids"]

  private func generated(_ reference: Reference, partitions: Int = 1, threads: Int = 1) throws -> GeneratedFolder {
    let folder = GeneratedFolder()
    _ = try generate(
      GeneratorOptions(
        kind: .nexmark, events: reference.events, seed: reference.seed, partitions: partitions, rate: reference.rate,
        base: GeneratorOptions.base(from: reference.base), disorder: reference.disorder, directory: folder.path,
        threads: threads))
    return folder
  }

  @Test(arguments: references)
  func everyByteIsThatOfTheReference(_ reference: Reference) throws {
    let folder = try generated(reference)
    for (stream, hash) in zip(Self.streams, reference.hashes) {
      #expect(fingerprint(try folder.bytes("\(stream).jsonl")) == hash, "\(stream)")
    }
  }

  @Test(arguments: references)
  func threadsDoNotChangeTheBytes(_ reference: Reference) throws {
    let folder = try generated(reference, threads: 3)
    for (stream, hash) in zip(Self.streams, reference.hashes) {
      #expect(fingerprint(try folder.bytes("\(stream).jsonl")) == hash, "\(stream)")
    }
  }

  @Test(arguments: references)
  func rowIOfAStreamIsInFileIModuloPartitions(_ reference: Reference) throws {
    let folder = try generated(reference, partitions: 3, threads: 2)
    for (stream, hash) in zip(Self.streams, reference.hashes) {
      let parts = try (0..<3).map { try folder.lines("\(stream)-\($0).jsonl") }
      let count = parts.reduce(0) { $0 + $1.count }
      for (index, part) in parts.enumerated() { #expect(part.count == (count + 2 - index) / 3) }
      let dealtBack = (0..<count).map { parts[$0 % 3][$0 / 3] + "\n" }.joined()
      #expect(fingerprint(Array(dealtBack.utf8)) == hash, "\(stream)")
    }
  }

  @Test func theFirstAndTheHundredthEventReadAsPublished() throws {
    let folder = try generated(
      Reference(events: 100, seed: 42, rate: 10_000, base: "2015-07-15", disorder: 1, hashes: []))
    let lines = try folder.lines("events.jsonl")
    #expect(
      lines.first == """
        {"event_type":0,"person":{"id":1000,"name":"Julie Bartels","emailAddress":"xtf b@xixl.com",\
        "creditCard":"0826 8864 0802 7043","city":"Phoenix","state":"AZ","dateTime":"2015-07-15 00:00:00.000",\
        "extra":"psgunrvnqoffcfwsmckaulmpjiztgcovlxzcknbykcdwgfuojwwettujzsbihxcjuglopbsawmsdnrokfejxxxcruaerltbx\
        cxxjcvdmtgeeycjfqlw"}}
        """)
    #expect(
      lines.last == """
        {"event_type":2,"bid":{"auction":1006,"bidder":1001,"price":12263,"channel":"Baidu",\
        "url":"https://www.nexmark.com/a_e/uxb/um_g/item.htm?query=1","dateTime":"2015-07-15 00:00:00.009",\
        "extra":"aujeejjpxrdoszmncpzuwilnnsdruxnqrupujtsxdkqcrooaumlzcq"}}
        """)
  }

  @Test func theSummaryCountsWhatIsInTheFiles() throws {
    let folder = GeneratedFolder()
    let summary = try generate(
      GeneratorOptions(kind: .nexmark, events: 2500, partitions: 2, directory: folder.path))
    #expect(summary.files.count == 8)
    for file in summary.files {
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file.path)))
      #expect(bytes.count == file.bytes)
      #expect(bytes.count { $0 == 10 } == file.rows)
    }
    #expect(summary.rows == 5000)
  }

  @Test func anEmptyStreamIsEmptyFiles() throws {
    let folder = GeneratedFolder()
    let summary = try generate(GeneratorOptions(kind: .nexmark, events: 0, directory: folder.path))
    #expect(summary.files.map(\.bytes) == [0, 0, 0, 0])
  }
}
