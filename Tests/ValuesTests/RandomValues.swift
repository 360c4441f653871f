// Seeded random values of every type, and the order of the language stated naively: what the tests compare against.

import Values

/// SplitMix64: the same numbers on every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

  mutating func chance(_ one: Int) -> Bool { below(one) == 0 }
}

enum RandomValues {
  /// Types of every storage, nested ones included.
  static let types: [DataType] = [
    .boolean, .int8, .int64, .float64, .decimal(precision: 38, scale: 10), .text, .bytes(), .timestamp,
    .array(element: .text), .array(element: .int64),
    .row([Field("a", .int64), Field("b", .text), Field("c", .array(element: .float64))]),
  ]

  static func value(_ type: DataType, _ random: inout SeededGenerator, nullable: Bool = true) -> Value {
    if nullable && random.chance(6) { return .null }
    switch type.storage {
    case .bool: return .bool(random.chance(2))
    case .int:
      let range = type.integerRange ?? Int64.min...Int64.max
      let special: [Int64] = [range.lowerBound, range.upperBound, 0, 1, -1]
      return .int(random.chance(3) ? special[random.below(5)] : Int64(random.below(20)) - 10)
    case .double:
      let special = [0.0, -0.0, .nan, -.nan, .infinity, -.infinity, 1e300, -1e-300, .leastNonzeroMagnitude]
      return .double(random.chance(2) ? special[random.below(special.count)] : Double(random.below(20)) / 4 - 2)
    case .decimal:
      let special: [Int128] = [0, 1, -1, Int128(Int64.max) * 1000, -Int128(Int64.max) * 1000]
      return .decimal(random.chance(2) ? special[random.below(5)] : Int128(random.below(100)) - 50)
    case .bytes: return .bytes(bytes(&random))
    case .array:
      guard case .array(let element, _) = type else { return .null }
      return .array((0..<random.below(4)).map { _ in value(element, &random) })
    case .row:
      guard case .row(let fields) = type else { return .null }
      return .row(fields.map { value($0.type, &random) })
    }
  }

  /// Short strings over few letters, zero bytes among them, and now and then a long one.
  static func bytes(_ random: inout SeededGenerator) -> [UInt8] {
    let letters: [UInt8] = [0, 1, 97, 98, 255]
    let length = random.chance(10) ? random.below(400) : random.below(random.chance(3) ? 40 : 5)
    return (0..<length).map { _ in letters[random.below(5)] }
  }

  static func column(_ type: DataType, _ count: Int, _ random: inout SeededGenerator, nullable: Bool = true) -> Column {
    Column((0..<count).map { _ in value(type, &random, nullable: nullable) }, type: type)
  }

  /// The order of ORDER BY ascending: negative, zero or positive.
  static func compare(_ a: Value, _ b: Value) -> Int {
    switch (a, b) {
    case (.null, .null): return 0
    case (.null, _): return -1
    case (_, .null): return 1
    case (.bool(let x), .bool(let y)): return (x ? 1 : 0) - (y ? 1 : 0)
    case (.int(let x), .int(let y)): return x < y ? -1 : x > y ? 1 : 0
    case (.decimal(let x), .decimal(let y)): return x < y ? -1 : x > y ? 1 : 0
    case (.double(let x), .double(let y)):
      if x.isNaN || y.isNaN { return (x.isNaN ? 1 : 0) - (y.isNaN ? 1 : 0) }
      return x < y ? -1 : x > y ? 1 : 0
    case (.bytes(let x), .bytes(let y)):
      return x.lexicographicallyPrecedes(y) ? -1 : y.lexicographicallyPrecedes(x) ? 1 : 0
    case (.array(let x), .array(let y)), (.row(let x), .row(let y)):
      for (p, q) in zip(x, y) {
        let order = compare(p, q)
        if order != 0 { return order }
      }
      return x.count - y.count
    default: return 0
    }
  }
}
