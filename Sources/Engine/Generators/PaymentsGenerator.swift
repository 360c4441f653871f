// Card payments for fraud queries. In comes a range of event numbers; out come the rows of `payments.jsonl`, without a
// word about fraud, and in `labels.jsonl` the payments that belong to an injected pattern, so that a rule can be scored.
// A payment is what its card usually does, or one step of a pattern.

struct PaymentsGenerator: EventWriter {
  private static let longestRow = 500
  private static let firstTransaction: Int64 = 1_000_000
  private static let firstMerchant = 2_000_000
  /// Shops of one kind in one place; places beyond the cities are the web shops of that city's country.
  private static let merchantsPerPlace = 64

  private let draws: SplitMix64Draws
  private let population: CardPopulation
  private let schedule: FraudSchedule
  private let clock: EventClock
  private let disorder: DisorderedPlaces
  private var time = TimestampText(separator: 84, closing: 90)

  init(_ options: GeneratorOptions, population: CardPopulation) {
    draws = SplitMix64Draws(seed: options.seed)
    self.population = population
    schedule = FraudSchedule(options, cards: population.count)
    clock = EventClock(baseMilliseconds: options.base / 1000, rate: options.rate)
    disorder = DisorderedPlaces(group: options.disorder)
  }

  mutating func write(_ events: Range<Int64>, to sheets: UnsafeMutableBufferPointer<Sheet>) {
    var payments = sheets[0]
    var labels = sheets[1]
    payments.turn = Int(events.lowerBound % Int64(payments.partitions))
    var place = events.lowerBound
    while place < events.upperBound {
      let event = disorder.event(at: place)
      let number = UInt64(bitPattern: event)
      let draw = draws.of(number)
      let milliseconds = clock.milliseconds(of: event)
      var payment: Payment
      if let step = schedule.step(of: number) {
        payment = usual(step.card, draw)
        disguise(&payment, as: step, draw)
        if step.isLabelled { writeLabel(step, event, milliseconds, to: &labels) }
      } else {
        payment = usual(anyCard(draw[0]), draw)
      }
      var out = payments.open(longest: Self.longestRow)
      write(payment, event, milliseconds, to: &out)
      payments.close(out)
      place &+= 1
    }
  }

  private struct Payment {
    enum Channel { case pos, online, atm }
    var card: Int
    var amount: UInt64
    var merchant: Int
    var shop: Int
    var city: Int
    var latitude: Int64
    var longitude: Int64
    var device: UInt64
    var channel: Channel
  }

  /// A power law: each of a few nested groups, an eighth of the one around it, gets a quarter of its payments.
  @inline(__always)
  private func anyCard(_ bits: UInt64) -> Int {
    let level = min(bits.trailingZeroBitCount / 2, 2)
    return Int(truncatingIfNeeded: (bits &>> 11) % UInt64(population.count &>> (level &* 3)))
  }

  /// What a card does on an ordinary day.
  @inline(__always)
  private func usual(_ number: Int, _ draw: EventDraws) -> Payment {
    let card = population.cards[number]
    let bits = draw[1]
    let choice = bits & 15
    let shop = Int(choice < 8 ? card.shops.0 : choice < 12 ? card.shops.1 : choice < 14 ? card.shops.2 : card.shops.3)
    let kind = population.shops[shop]
    let online = (bits &>> 8 & 0xFF) &* 100 < kind.onlinePercent &* (128 &+ UInt64(card.online))
    let spread = population.spread[Int(truncatingIfNeeded: bits &>> 16 & 1023)]
    var amount = max(50, (kind.usualAmount &* UInt64(card.spending) &* spread) &>> 16)
    if shop == ShopKind.cash { amount = max(1000, amount / 1000 &* 1000) }
    let places = draw[2]
    return Payment(
      card: number, amount: amount,
      merchant: merchant(shop, Int(card.home) &+ (online ? City.all.count : 0), number, bits &>> 32),
      shop: shop, city: Int(card.home),
      latitude: Int64(card.latitude) &+ Int64(scaled(places, 600)) &- 300,
      longitude: Int64(card.longitude) &+ Int64(scaled(places &>> 16, 600)) &- 300,
      device: draws.raw(1 << 62 &+ UInt64(number &* 2 &+ (places &>> 60 == 0 ? 1 : 0))),
      channel: shop == ShopKind.cash ? .atm : online ? .online : .pos)
  }

  /// A shop of a kind in a place: half of the time the card's favourite, else any with a skew to the first.
  @inline(__always)
  private func merchant(_ shop: Int, _ place: Int, _ card: Int, _ bits: UInt64) -> Int {
    let favourite = UInt64(truncatingIfNeeded: (card &+ shop &* 7) &* 40_503)
    let skewed = ((bits & 0xFFFF) &* (bits &>> 16 & 0xFFFF)) &>> 16
    let rank = scaled(bits & 1 == 0 ? favourite : skewed, Self.merchantsPerPlace)
    return Self.firstMerchant &+ (place &* ShopKind.all.count &+ shop) &* Self.merchantsPerPlace &+ rank
  }

  /// Turns an ordinary payment into a step of a pattern.
  @inline(never)
  private func disguise(_ payment: inout Payment, as step: FraudStep, _ draw: EventDraws) {
    let card = population.cards[payment.card]
    let bits = draw[3]
    let webPlace = Int(card.home) + City.all.count
    switch step.pattern {
    case .velocity:
      // One shop after another in quick succession, at common amounts.
      payment.amount = 2000 + UInt64(scaled(bits, 18_000))
    case .impossibleTravel:
      payment.channel = payment.shop == ShopKind.cash ? .atm : .pos
      payment.merchant = merchant(payment.shop, payment.city, payment.card, bits)
      if step.step > 0 {
        // Far away from home: the cities beyond Europe for Europeans, and the other way round.
        payment.city = card.home < 23 ? 23 + scaled(step.shared, 9) : scaled(step.shared, 23)
        payment.latitude = population.cities[payment.city].latitude + Int64(scaled(bits, 600)) - 300
        payment.longitude = population.cities[payment.city].longitude + Int64(scaled(bits >> 16, 600)) - 300
        payment.merchant = merchant(payment.shop, payment.city, payment.card, bits >> 16)
        payment.amount += 10_000
      }
    case .accountTakeover:
      payment.channel = .online
      payment.device = step.shared
      if step.step > 0 {
        payment.shop = ShopKind.moneyTransfer
        payment.amount = card.limit * UInt64(60 + scaled(bits, 38)) / 100
      } else {
        payment.shop = 16
        payment.amount = 100 + UInt64(scaled(bits, 900))
      }
      payment.merchant = merchant(payment.shop, webPlace, payment.card, bits >> 16)
    case .unusualMerchant:
      payment.shop = ShopKind.gambling + scaled(bits, 3)
      payment.channel = payment.shop == 21 ? .pos : .online
      payment.amount = population.shops[payment.shop].usualAmount * UInt64(2 + scaled(bits >> 16, 4))
      payment.merchant = merchant(
        payment.shop, payment.channel == .pos ? payment.city : webPlace, payment.card, bits >> 32)
    case .cardTesting:
      // Small amounts at web shops to learn whether the card works, then one that pays for it.
      payment.channel = .online
      payment.device = step.shared
      payment.shop = step.step == step.steps - 1 ? 7 : 15 + scaled(bits, 2)
      payment.amount =
        step.step == step.steps - 1 ? 50_000 + UInt64(scaled(bits, 60_000)) : 1 + UInt64(scaled(bits, 199))
      payment.merchant = merchant(payment.shop, webPlace, payment.card, bits >> 16)
    }
  }

  @inline(__always)
  private mutating func write(_ payment: Payment, _ event: Int64, _ milliseconds: Int64, to out: inout ByteCursor) {
    let city = population.cities[payment.city]
    out.put("{\"tx_id\":")
    out.put(number: event &+ Self.firstTransaction)
    out.put(",\"card_id\":")
    out.put(number: Int64(CardPopulation.firstCard &+ payment.card))
    out.put(",\"account_id\":")
    out.put(number: CardPopulation.account(of: payment.card))
    out.put(",\"amount\":")
    out.put(hundredths: payment.amount)
    out.put(",\"currency\":\"")
    out.copy(city.currency.utf8Start, exactly: 3)
    out.put("\",\"merchant_id\":")
    out.put(number: Int64(payment.merchant))
    out.put(",\"mcc\":")
    out.put(padded4: population.shops[payment.shop].code)
    out.put(",\"country\":\"")
    out.copy(city.country.utf8Start, exactly: 2)
    out.put("\",\"lat\":")
    out.put(tenThousandths: payment.latitude)
    out.put(",\"lon\":")
    out.put(tenThousandths: payment.longitude)
    switch payment.channel {
    case .online:
      out.put(",\"device\":\"d-")
      out.put(hexadecimal: payment.device)
      out.put("\",\"channel\":\"online\",\"ts\":\"")
    case .pos: out.put(",\"device\":null,\"channel\":\"pos\",\"ts\":\"")
    case .atm: out.put(",\"device\":null,\"channel\":\"atm\",\"ts\":\"")
    }
    time.write(milliseconds, to: &out)
    out.put("\"}\n")
  }

  @inline(never)
  private mutating func writeLabel(_ step: FraudStep, _ event: Int64, _ milliseconds: Int64, to sheet: inout Sheet) {
    var out = sheet.open(longest: Self.longestRow)
    out.put("{\"tx_id\":")
    out.put(number: event &+ Self.firstTransaction)
    out.put(",\"card_id\":")
    out.put(number: Int64(CardPopulation.firstCard &+ step.card))
    out.put(",\"pattern\":\"")
    out.put(step.pattern.label)
    out.put("\",\"ts\":\"")
    time.write(milliseconds, to: &out)
    out.put("\"}\n")
    sheet.close(out)
  }
}
