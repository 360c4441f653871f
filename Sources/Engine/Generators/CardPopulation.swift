// The cards, shops and places of the payments data. In come seed and rate; out come a table with the habits of every card
// and the file `cards.jsonl` that describes the cards to a query. Made once per run, only read afterwards.
//
// The number of cards follows the rate (1000 per payment and second, within bounds), so that an honest card seldom pays
// more than a few times in two minutes, whatever the rate, and a rule for bursts can be judged by its precision.

import Foundation

/// Where people live and shop.
struct City {
  let country: StaticString
  let currency: StaticString
  /// In ten-thousandths of a degree.
  let latitude: Int64
  let longitude: Int64

  private init(_ country: StaticString, _ currency: StaticString, _ latitude: Int64, _ longitude: Int64) {
    self.country = country
    self.currency = currency
    self.latitude = latitude
    self.longitude = longitude
  }

  static let all: [City] = [
    City("DE", "EUR", 525_200, 134_050), City("DE", "EUR", 481_351, 115_820), City("DE", "EUR", 535_511, 99_937),
    City("DE", "EUR", 509_375, 69_603), City("FR", "EUR", 488_566, 23_522), City("FR", "EUR", 457_640, 48_357),
    City("FR", "EUR", 432_965, 53_698), City("GB", "GBP", 515_074, -1_278), City("GB", "GBP", 534_808, -22_426),
    City("GB", "GBP", 559_533, -31_883), City("ES", "EUR", 404_168, -37_038), City("ES", "EUR", 413_851, 21_734),
    City("IT", "EUR", 419_028, 124_964), City("IT", "EUR", 454_642, 91_900), City("NL", "EUR", 523_676, 49_041),
    City("BE", "EUR", 508_503, 43_517), City("AT", "EUR", 482_082, 163_738), City("CH", "CHF", 473_769, 85_417),
    City("PL", "PLN", 522_297, 210_122), City("SE", "SEK", 593_293, 180_686), City("DK", "DKK", 556_761, 125_683),
    City("PT", "EUR", 387_223, -91_393), City("IE", "EUR", 533_498, -62_603), City("US", "USD", 407_128, -740_060),
    City("US", "USD", 340_522, -1_182_437), City("US", "USD", 418_781, -876_298), City("US", "USD", 297_604, -953_698),
    City("CA", "CAD", 436_532, -793_832), City("BR", "BRL", -235_505, -466_333), City("JP", "JPY", 356_762, 1_396_503),
    City("SG", "SGD", 13_521, 1_038_198), City("AU", "AUD", -338_688, 1_512_093),
  ]
}

/// A kind of shop, by its merchant category code (ISO 18245).
struct ShopKind {
  let code: UInt64
  /// In hundredths of the currency.
  let usualAmount: UInt64
  let onlinePercent: UInt64

  private init(_ code: UInt64, _ usualAmount: UInt64, _ onlinePercent: UInt64) {
    self.code = code
    self.usualAmount = usualAmount
    self.onlinePercent = onlinePercent
  }

  /// Groceries, restaurants and so on; the first `everyday` belong to habits, the others to fraud.
  static let all: [ShopKind] = [
    ShopKind(5411, 3200, 8), ShopKind(5812, 2400, 5), ShopKind(5814, 900, 10), ShopKind(5541, 4800, 0),
    ShopKind(5912, 1800, 10), ShopKind(5311, 6500, 20), ShopKind(5651, 5500, 40), ShopKind(5732, 14_000, 50),
    ShopKind(5942, 1900, 60), ShopKind(5999, 2500, 40), ShopKind(4111, 350, 20), ShopKind(4121, 1500, 60),
    ShopKind(7011, 18_000, 60), ShopKind(7832, 1800, 40), ShopKind(7997, 3500, 50), ShopKind(5816, 1200, 100),
    ShopKind(5968, 1299, 100), ShopKind(4900, 7500, 80), ShopKind(4814, 3000, 80), ShopKind(6011, 10_000, 0),
    ShopKind(7995, 15_000, 100), ShopKind(5944, 60_000, 30), ShopKind(6051, 40_000, 100), ShopKind(4829, 90_000, 100),
  ]
  static let everyday = 20
  static let cash = 19
  static let gambling = 20
  static let moneyTransfer = 23
}

/// The habits of one card.
struct Card {
  var home: UInt8
  /// The four kinds of shop it is used in.
  var shops: (UInt8, UInt8, UInt8, UInt8)
  /// Out of 256: how much of what can be bought online is.
  var online: UInt8
  /// Amounts relative to the usual one, in 256ths.
  var spending: UInt32
  var latitude: Int32
  var longitude: Int32
  /// In hundredths.
  var limit: UInt64
}

/// All cards of one run.
final class CardPopulation: @unchecked Sendable {
  // Written in `init`, then only read: threads may share it.
  let count: Int
  let cards: UnsafePointer<Card>
  let cities: UnsafePointer<City>
  let shops: UnsafePointer<ShopKind>
  /// Quantiles of a log-normal distribution around 256: amounts relative to the usual one.
  let spread: UnsafePointer<UInt64>

  static let firstCard = 100_000
  private static let firstAccount = 500_000

  init(_ options: GeneratorOptions) {
    count = min(max(options.rate * 1000, 2000), 1_000_000)
    let draws = SplitMix64Draws(seed: options.seed)
    let cards = UnsafeMutablePointer<Card>.allocate(capacity: count)
    for number in 0..<count {
      (cards + number).initialize(to: Self.card(draws.of(1 << 56 + UInt64(number))))
    }
    self.cards = UnsafePointer(cards)
    cities = Self.stored(City.all)
    shops = Self.stored(ShopKind.all)
    // A logistic curve stands for the normal one: nearly the same, and log and exp are enough.
    spread = Self.stored(
      (0..<1024).map { step in
        let p = (Double(step) + 0.5) / 1024
        return UInt64((256 * exp(0.6 * log(p / (1 - p)) / 1.702)).rounded())
      })
  }

  deinit {
    cards.deallocate()
    cities.deallocate()
    shops.deallocate()
    spread.deallocate()
  }

  private static func stored<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
    for (index, element) in elements.enumerated() { (memory + index).initialize(to: element) }
    return UnsafePointer(memory)
  }

  private static func card(_ draw: EventDraws) -> Card {
    // The product of two uniform numbers favours small ones: big home markets, common kinds of shop.
    func skewed(_ bits: UInt64, _ bound: Int) -> UInt8 {
      UInt8(truncatingIfNeeded: scaled(((bits & 0xFFFF) &* (bits &>> 16 & 0xFFFF)) &>> 16, bound))
    }
    let home = skewed(draw[0], City.all.count)
    let city = City.all[Int(home)]
    let place = draw[1]
    let spending = 96 + scaled(draw[3], 256) * scaled(draw[3] &>> 16, 256) / 80
    return Card(
      home: home,
      shops: (
        skewed(draw[2], ShopKind.everyday), skewed(draw[2] &>> 32, ShopKind.everyday),
        UInt8(scaled(draw[4], ShopKind.everyday)), UInt8(scaled(draw[4] &>> 16, ShopKind.everyday))
      ),
      online: UInt8(truncatingIfNeeded: draw[4] &>> 40),
      spending: UInt32(spending),
      latitude: Int32(city.latitude) + Int32(scaled(place, 2000)) - 1000,
      longitude: Int32(city.longitude) + Int32(scaled(place &>> 16, 2000)) - 1000,
      limit: UInt64([100_000, 200_000, 300_000, 500_000, 1_000_000][min(spending / 200, 4)]))
  }

  /// Several cards may draw on one account: four cards on three accounts.
  @inline(__always)
  static func account(of card: Int) -> Int64 { Int64(firstAccount &+ card &* 3 / 4) }

  /// Writes `cards.jsonl`: one row per card.
  func writeFile(_ options: GeneratorOptions) throws(GeneratorError) -> [GeneratedFile] {
    let files = try PartitionedFiles(name: "cards", partitions: 1, directory: options.directory)
    var sheet = Sheet(partitions: 1, capacity: 1 << 18)
    defer { sheet.deallocate() }
    do throws(GeneratorError) {
      let step = 2000
      for chunk in 0..<(count + step - 1) / step {
        for number in chunk * step..<min(count, (chunk + 1) * step) {
          let card = cards[number]
          var out = sheet.open(longest: 300)
          out.put("{\"card_id\":")
          out.put(number: Int64(Self.firstCard + number))
          out.put(",\"account_id\":")
          out.put(number: Self.account(of: number))
          out.put(",\"home_country\":\"")
          out.put(cities[Int(card.home)].country)
          out.put("\",\"limit\":")
          out.put(hundredths: card.limit)
          out.put("}\n")
          sheet.close(out)
        }
        _ = try files.write(sheet, chunk: chunk)
        sheet.clear()
      }
    } catch {
      _ = try? files.close()
      throw error
    }
    return try files.close()
  }
}
