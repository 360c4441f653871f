// What is clicked in a visit. In come a visit and a step; out come the kind of click, the page and its address. The pages
// of a visit make a funnel: those who buy end with cart, checkout and purchase, some leave at the cart, most only look.

/// The kinds of click, as they are named in `clicks.jsonl`.
enum ClickKind {
  case view, search, cart, checkout, purchase

  var label: StaticString {
    switch self {
    case .view: "view"
    case .search: "search"
    case .cart: "cart"
    case .checkout: "checkout"
    case .purchase: "purchase"
    }
  }
}

/// One page of the shop.
enum ShopPage {
  case home, category(Int), product(Int), results(Int), cart, checkout, confirmation

  var kind: ClickKind {
    switch self {
    case .home, .category, .product: .view
    case .results: .search
    case .cart: .cart
    case .checkout: .checkout
    case .confirmation: .purchase
    }
  }
}

/// The shop's pages and their addresses; shared by all threads.
final class ShopCatalogue: @unchecked Sendable {
  // Written in `init`, then only read.
  private static let products = 5000
  private let categories: TextTable
  private let searches: TextTable
  let countries: TextTable

  init() {
    categories = TextTable(
      [
        "shoes", "shirts", "jackets", "bags", "watches", "phones", "laptops", "books", "toys", "garden", "kitchen",
        "sale",
      ],
      stride: 16)
    searches = TextTable(
      [
        "running+shoes", "rain+jacket", "backpack", "headphones", "usb+cable", "coffee+mug", "desk+lamp", "novel",
        "puzzle", "tent", "knife", "gift", "winter+coat", "phone+case", "wool+socks", "yoga+mat",
      ], stride: 16)
    countries = TextTable(
      ["DE", "DE", "DE", "US", "US", "GB", "GB", "FR", "FR", "ES", "IT", "NL", "AT", "CH", "PL", "SE"], stride: 16)
  }

  deinit {
    categories.deallocate()
    searches.deallocate()
    countries.deallocate()
  }

  /// Whether a visit ends with a purchase, and at which step something is put into the cart (-1: never).
  @inline(__always)
  static func plan(_ visit: Visit, eager: Bool) -> (buys: Bool, cart: Int) {
    let bits = visit.draw[1] % 100
    if visit.isRobot || visit.steps < 5 { return (false, -1) }
    if bits < (eager ? 27 : 20) { return (true, visit.steps &- 3) }
    return bits < 45 ? (false, visit.steps &- 2) : (false, -1)
  }

  /// The page of a step.
  @inline(__always)
  func page(_ visit: Visit, step: Int, plan: (buys: Bool, cart: Int)) -> ShopPage {
    if step == plan.cart { return .cart }
    if plan.buys && step > plan.cart { return step == visit.steps &- 1 ? .confirmation : .checkout }
    let bits = visit.draw[UInt64(truncatingIfNeeded: step &+ 4)]
    let choice = bits & 15
    let skewed = ((bits &>> 8 & 0xFFFF) &* (bits &>> 24 & 0xFFFF)) &>> 16
    if visit.isRobot { return .product(scaled(bits &>> 8, Self.products)) }
    if step == 0 && choice < 9 { return .home }
    if choice < 3 { return .category(scaled(skewed, 12)) }
    if choice < 6 { return .results(scaled(skewed, 16)) }
    return .product(scaled(skewed, Self.products))
  }

  /// Appends the address of a page; `order` is what a confirmation confirms.
  @inline(__always)
  func writeAddress(_ page: ShopPage, order: Int64, to out: inout ByteCursor) {
    out.put("https://shop.example/")
    switch page {
    case .home: break
    case .category(let number):
      out.put("category/")
      out.copy(categories.text(number), categories.length(number), blocks: 1)
    case .product(let number):
      out.put("product/")
      out.put(number: Int64(truncatingIfNeeded: number &+ 1000))
    case .results(let number):
      out.put("search?q=")
      out.copy(searches.text(number), searches.length(number), blocks: 1)
    case .cart: out.put("cart")
    case .checkout: out.put("checkout")
    case .confirmation:
      out.put("order/")
      out.put(number: order)
    }
  }
}
