// Payments keep their promises: order, keys between the files, honest rates of injected patterns, and patterns that look
// as their names say.

import Engine
import Foundation
import Testing

@Suite struct PaymentsGeneratorTests {
  struct Payment {
    let id: Int
    let card: Int
    let account: Int
    let amount: Double
    let country: String
    let device: String?
    let channel: String
    let mcc: Int
    let time: Double

    init(_ row: [String: Any]) throws {
      id = try #require(row["tx_id"] as? Int)
      card = try #require(row["card_id"] as? Int)
      account = try #require(row["account_id"] as? Int)
      amount = try #require(row["amount"] as? Double)
      country = try #require(row["country"] as? String)
      device = row["device"] as? String
      channel = try #require(row["channel"] as? String)
      mcc = try #require(row["mcc"] as? Int)
      time = try seconds(try #require(row["ts"] as? String))
    }
  }

  private static func generated(
    events: Int = 40_000, partitions: Int = 1, disorder: Int = 1, threads: Int = 2
  ) throws -> GeneratedFolder {
    let folder = GeneratedFolder()
    _ = try generate(
      GeneratorOptions(
        kind: .payments, events: events, seed: 7, partitions: partitions, rate: 20, disorder: disorder,
        directory: folder.path, threads: threads))
    return folder
  }

  private static func labels(_ folder: GeneratedFolder) throws -> [Int: String] {
    var labels: [Int: String] = [:]
    for row in try folder.rows("labels.jsonl") {
      labels[try #require(row["tx_id"] as? Int)] = try #require(row["pattern"] as? String)
    }
    return labels
  }

  @Test func theBytesDependOnTheRequestOnly() throws {
    let one = try Self.generated(events: 5000, threads: 1)
    let three = try Self.generated(events: 5000, threads: 3)
    for file in ["payments.jsonl", "labels.jsonl", "cards.jsonl"] {
      #expect(try one.bytes(file) == three.bytes(file))
    }
    let longer = try Self.generated(events: 6000)
    #expect(try longer.lines("payments.jsonl").prefix(5000).elementsEqual(one.lines("payments.jsonl")))
    #expect(fingerprint(try one.bytes("payments.jsonl")) == 0x5DB5_2FD4_8A5D_5052)
  }

  @Test func paymentsAreOrderedAndBelongToCards() throws {
    let folder = try Self.generated()
    let payments = try folder.rows("payments.jsonl").map(Payment.init)
    var accounts: [Int: Int] = [:]
    for row in try folder.rows("cards.jsonl") {
      accounts[try #require(row["card_id"] as? Int)] = try #require(row["account_id"] as? Int)
    }
    #expect(payments.count == 40_000)
    #expect(zip(payments, payments.dropFirst()).allSatisfy { $0.time <= $1.time })
    #expect(payments.allSatisfy { accounts[$0.card] == $0.account })
    #expect(payments.allSatisfy { ($0.device != nil) == ($0.channel == "online") })
    #expect(payments.allSatisfy { $0.amount > 0 })
    #expect(Set(payments.map(\.channel)) == ["pos", "online", "atm"])
  }

  @Test func aboutOnePaymentInAHundredIsInjected() throws {
    let folder = try Self.generated()
    let labels = try Self.labels(folder)
    #expect(labels.count > 250 && labels.count < 550)
    #expect(
      Set(labels.values) == [
        "velocity", "impossible_travel", "account_takeover", "unusual_merchant", "card_testing",
      ])
    let ids = Set(try folder.rows("payments.jsonl").map { $0["tx_id"] as? Int })
    #expect(labels.keys.allSatisfy { ids.contains($0) })
    #expect(!String(decoding: try folder.bytes("payments.jsonl"), as: UTF8.self).contains("velocity"))
  }

  @Test func patternsLookAsTheirNamesSay() throws {
    let folder = try Self.generated()
    let labels = try Self.labels(folder)
    let payments = try folder.rows("payments.jsonl").map(Payment.init)
    let (first, last) = (try #require(payments.first).time, try #require(payments.last).time)
    var seen: [String: Int] = [:]
    for (_, all) in Dictionary(grouping: payments, by: \.card) {
      for (pattern, injected) in Dictionary(grouping: all.filter { labels[$0.id] != nil }, by: { labels[$0.id] ?? "" })
      {
        let start = try #require(injected.first).time
        let end = try #require(injected.last).time
        // A card may be hit twice, and the stream cuts off the patterns at its ends.
        if start - first < 250 || last - end < 250 || end - start > 240 { continue }
        seen[pattern, default: 0] += 1
        switch pattern {
        case "velocity":
          #expect((6...12).contains(injected.count) && (120...220).contains(end - start))
        case "card_testing":
          #expect((5...10).contains(injected.count))
          #expect(injected.dropLast().allSatisfy { $0.amount < 2 } && injected[injected.count - 1].amount >= 500)
        case "account_takeover":
          #expect(injected.count == 2 && Set(injected.map(\.device)).count == 1)
          #expect(injected[1].mcc == 4829 && injected[1].amount >= 600)
        case "impossible_travel":
          let before = all.last { $0.time < start && $0.time > start - 240 && $0.country != injected[0].country }
          #expect(before != nil && injected.count == 1 && injected[0].channel != "online")
        case "unusual_merchant":
          #expect(injected.count == 1 && [7995, 5944, 6051].contains(injected[0].mcc))
        default: Issue.record("no such pattern: \(pattern)")
        }
      }
    }
    #expect(seen.count == 5 && seen.values.allSatisfy { $0 > 5 }, "\(seen)")
  }

  @Test func disorderAndPartitionsKeepEveryPayment() throws {
    let ordered = try Self.generated(events: 3000)
    let dealt = try Self.generated(events: 3000, partitions: 4, disorder: 50)
    let parts = try (0..<4).map { try dealt.lines("payments-\($0).jsonl") }
    let shuffled = (0..<3000).map { parts[$0 % 4][$0 / 4] }
    let sorted = try ordered.lines("payments.jsonl")
    #expect(shuffled != sorted && shuffled.sorted() == sorted.sorted())
    // A payment is never more than a group away from its place.
    for group in stride(from: 0, to: 3000, by: 50) {
      #expect(shuffled[group..<group + 50].sorted() == sorted[group..<group + 50].sorted())
    }
    #expect(try dealt.lines("labels.jsonl").sorted() == ordered.lines("labels.jsonl").sorted())
  }
}
