// Clicks in a web shop. In comes a range of event numbers; out come the rows of `clicks.jsonl` and, for each purchase
// among them, one row of `orders.jsonl`. Most clicks arrive in order of their time; some three in a hundred are a few
// seconds old, and four in a thousand minutes: late for any window that waits seconds. Purchases are never old.

struct ClickstreamGenerator: EventWriter {
  static let streams = ["clicks", "orders"]
  private static let longestRow = 600
  private static let firstUser: UInt64 = 10_000
  private static let firstOrder: Int64 = 7_000_000

  private let draws: SplitMix64Draws
  private let sessions: ClickSessions
  private let catalogue: ShopCatalogue
  private let clock: EventClock
  private let disorder: DisorderedPlaces
  private var time = TimestampText(separator: 84, closing: 90)

  init(_ options: GeneratorOptions, catalogue: ShopCatalogue) {
    draws = SplitMix64Draws(seed: options.seed)
    sessions = ClickSessions(options)
    self.catalogue = catalogue
    clock = EventClock(baseMilliseconds: options.base / 1000, rate: options.rate)
    disorder = DisorderedPlaces(group: options.disorder)
  }

  mutating func write(_ events: Range<Int64>, to sheets: UnsafeMutableBufferPointer<Sheet>) {
    var clicks = sheets[0]
    var orders = sheets[1]
    clicks.turn = Int(events.lowerBound % Int64(clicks.partitions))
    var place = events.lowerBound
    while place < events.upperBound {
      let event = disorder.event(at: place)
      let number = UInt64(bitPattern: event)
      let visit = sessions.visit(of: number)
      // What belongs to the user, whatever the visit: country, device, group of the experiment.
      let user = draws.raw(1 << 60 &+ visit.user)
      let variant = (user &>> 8 & 0xFF) % 3
      let plan = ShopCatalogue.plan(visit, eager: variant == 2)
      let page = catalogue.page(visit, step: visit.step, plan: plan)
      let milliseconds = clock.milliseconds(of: event) &- age(page, draws.of(number)[0])
      // An order lies in the partition of its click.
      if case .confirmation = page {
        orders.turn = clicks.turn
        writeOrder(visit, event, milliseconds, to: &orders)
      }
      var out = clicks.open(longest: Self.longestRow)
      out.put("{\"event_id\":")
      out.put(number: number &+ 1)
      out.put(",\"user_id\":")
      out.put(number: visit.user &+ Self.firstUser)
      out.put(",\"session_id\":\"s-")
      out.put(hexadecimal: visit.identity)
      out.put(padded4: (visit.identity &>> 32) % 10_000)
      writePages(page, visit, plan, event, to: &out)
      writeUser(user, variant, to: &out)
      time.write(milliseconds, to: &out)
      out.put("\"}\n")
      clicks.close(out)
      place &+= 1
    }
  }

  /// By how many milliseconds a click is older than its place in the stream says.
  @inline(__always)
  private func age(_ page: ShopPage, _ bits: UInt64) -> Int64 {
    let chance = bits % 1000
    if chance >= 34 { return 0 }
    if case .confirmation = page { return 0 }
    // One to twenty minutes, or less than eight seconds.
    let age = chance < 4 ? 60_000 &+ (bits &>> 20) % 1_140_000 : 1 &+ (bits &>> 20) % 7999
    return Int64(truncatingIfNeeded: age)
  }

  /// From the quote that ends the session to the value of `referrer`.
  @inline(__always)
  private func writePages(
    _ page: ShopPage, _ visit: Visit, _ plan: (buys: Bool, cart: Int), _ event: Int64, to out: inout ByteCursor
  ) {
    out.put("\",\"event\":\"")
    out.put(page.kind.label)
    out.put("\",\"url\":\"")
    catalogue.writeAddress(page, order: event &+ Self.firstOrder, to: &out)
    if visit.step > 0 && !visit.isRobot {
      out.put("\",\"referrer\":\"")
      let previous = catalogue.page(visit, step: visit.step &- 1, plan: plan)
      catalogue.writeAddress(previous, order: 0, to: &out)
      out.put("\",\"device\":\"")
      return
    }
    switch visit.isRobot ? 0 : visit.draw[2] & 7 {
    case 0...2: out.put("\",\"referrer\":null,\"device\":\"")
    case 3...5: out.put("\",\"referrer\":\"https://search.example/\",\"device\":\"")
    case 6: out.put("\",\"referrer\":\"https://social.example/feed\",\"device\":\"")
    default: out.put("\",\"referrer\":\"https://news.example/letter?id=7\",\"device\":\"")
    }
  }

  /// From the value of `device` to the quote that opens the time.
  @inline(__always)
  private func writeUser(_ user: UInt64, _ variant: UInt64, to out: inout ByteCursor) {
    switch user & 15 {
    case 0...8: out.put("mobile\",\"country\":\"")
    case 9...13: out.put("desktop\",\"country\":\"")
    default: out.put("tablet\",\"country\":\"")
    }
    out.copy(catalogue.countries.text(Int(user &>> 4 & 15)), 2, blocks: 1)
    switch variant {
    case 0: out.put("\",\"variant\":\"control\",\"ts\":\"")
    case 1: out.put("\",\"variant\":\"a\",\"ts\":\"")
    default: out.put("\",\"variant\":\"b\",\"ts\":\"")
    }
  }

  private mutating func writeOrder(_ visit: Visit, _ event: Int64, _ milliseconds: Int64, to sheet: inout Sheet) {
    var out = sheet.open(longest: Self.longestRow)
    out.put("{\"order_id\":")
    out.put(number: event &+ Self.firstOrder)
    out.put(",\"user_id\":")
    out.put(number: visit.user &+ Self.firstUser)
    out.put(",\"amount\":")
    let bits = visit.draw[3]
    out.put(hundredths: 499 &+ ((bits & 0xFFFF) &* (bits &>> 16 & 0xFFFF)) &>> 18)
    out.put(",\"ts\":\"")
    time.write(milliseconds, to: &out)
    out.put("\"}\n")
    sheet.close(out)
  }
}
