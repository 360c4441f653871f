// Clicks keep their promises: visits of one user with a funnel, orders for purchases, robots, and a known share of clicks
// that are late or out of order.

import Engine
import Foundation
import Testing

@Suite struct ClickstreamGeneratorTests {
  private static func generated(
    events: Int = 20_000, partitions: Int = 1, threads: Int = 2
  ) throws -> GeneratedFolder {
    let folder = GeneratedFolder()
    _ = try generate(
      GeneratorOptions(
        kind: .clickstream, events: events, seed: 11, partitions: partitions, rate: 100, directory: folder.path,
        threads: threads))
    return folder
  }

  @Test func theBytesDependOnTheRequestOnly() throws {
    let one = try Self.generated(events: 5000, threads: 1)
    let three = try Self.generated(events: 5000, threads: 3)
    for file in ["clicks.jsonl", "orders.jsonl"] { #expect(try one.bytes(file) == three.bytes(file)) }
    #expect(fingerprint(try one.bytes("clicks.jsonl")) == 0x8367_27E3_B6F1_404F)
  }

  @Test func aVisitHasOneUserAndFollowsItsLinks() throws {
    let rows = try Self.generated().rows("clicks.jsonl")
    let visits = Dictionary(grouping: rows) { $0["session_id"] as? String ?? "" }
    #expect(visits.count > 1000)
    for visit in visits.values {
      #expect(Set(visit.map { $0["user_id"] as? Int }).count == 1)
      for field in ["device", "country", "variant"] { #expect(Set(visit.map { $0[field] as? String }).count == 1) }
      // A robot's many clicks have no referrer.
      for (before, after) in zip(visit, visit.dropFirst()) where after["referrer"] is String {
        #expect(after["referrer"] as? String == before["url"] as? String)
      }
    }
    #expect(visits.values.contains { $0.count > 300 }, "a robot")
  }

  @Test func purchasesCloseAFunnelAndAreOrders() throws {
    let folder = try Self.generated()
    let rows = try folder.rows("clicks.jsonl")
    let orders = try folder.rows("orders.jsonl")
    let purchases = rows.filter { $0["event"] as? String == "purchase" }
    #expect(purchases.count > 100 && purchases.count == orders.count)
    for (purchase, order) in zip(purchases, orders) {
      #expect(purchase["ts"] as? String == order["ts"] as? String)
      #expect(purchase["user_id"] as? Int == order["user_id"] as? Int)
      #expect(purchase["url"] as? String == "https://shop.example/order/\(order["order_id"] as? Int ?? 0)")
      #expect((order["amount"] as? Double ?? 0) >= 4.99)
      #expect(purchase["referrer"] as? String == "https://shop.example/checkout")
    }
    let kinds = Dictionary(grouping: rows) { $0["event"] as? String ?? "" }.mapValues(\.count)
    #expect(Set(kinds.keys) == ["view", "search", "cart", "checkout", "purchase"])
    #expect(kinds["cart", default: 0] > purchases.count, "some leave at the cart")
  }

  @Test func aFewClicksAreMinutesLateAndSomeSecondsOutOfOrder() throws {
    let rows = try Self.generated().rows("clicks.jsonl")
    var latest = -Double.infinity
    var late = 0
    var disordered = 0
    for row in rows {
      let time = try seconds(try #require(row["ts"] as? String))
      if time < latest - 10 { late += 1 } else if time < latest { disordered += 1 }
      latest = max(latest, time)
    }
    // Four in a thousand and three in a hundred of 20 000, give or take five standard deviations.
    #expect(late > 35 && late < 125, "\(late)")
    #expect(disordered > 480 && disordered < 720, "\(disordered)")
  }

  @Test func partitionsDealClicksAndKeepOrdersWithThem() throws {
    let whole = try Self.generated(events: 5000)
    let dealt = try Self.generated(events: 5000, partitions: 3)
    let parts = try (0..<3).map { try dealt.lines("clicks-\($0).jsonl") }
    #expect((0..<5000).map { parts[$0 % 3][$0 / 3] } == (try whole.lines("clicks.jsonl")))
    let orders = try (0..<3).flatMap { try dealt.lines("orders-\($0).jsonl") }
    #expect(orders.sorted() == (try whole.lines("orders.jsonl").sorted()))
  }
}
