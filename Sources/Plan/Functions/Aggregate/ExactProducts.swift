// Products of numbers that are unevaluated sums of doubles ("expansions"; Shewchuk 1997), and sums of such products,
// rounded once. In: the leading parts of exact sums. Out: one double. For moments about the mean, which subtract large
// numbers that are nearly equal: nothing is rounded before the subtraction.

import Values

final class ExactProducts {
  private let scratch = StateVector<Int64>(empty: 0)

  init() { scratch.resize(to: WideSum.stride) }

  /// The parts of a product, none of them zero.
  static func product(_ a: [Double], _ b: [Double]) -> [Double] {
    var parts: [Double] = []
    for x in a {
      for y in b {
        let product = x * y
        if product == 0 { continue }
        parts.append(product)
        guard product.isFinite else { continue }
        let rest = (-product).addingProduct(x, y)
        if rest != 0 { parts.append(rest) }
      }
    }
    return parts
  }

  /// The double nearest to the sum of all parts; NaN when some product leaves the range of doubles.
  func sum(_ terms: [Double]...) -> Double {
    scratch.base.update(repeating: 0, count: WideSum.stride)
    for term in terms {
      for part in term {
        if !part.isFinite { return .nan }
        WideSum.add(part, weight: 1, to: scratch.base)
      }
    }
    return WideSum.value(scratch.base)
  }
}

extension ExactSums {
  /// The sum of a group as an expansion of up to three doubles.
  func expansion(_ group: Int) -> [Double] {
    let (first, second, third) = leading(group)
    return [first, second, third].filter { $0 != 0 }
  }

  /// Adds the product of two doubles exactly: rounded, and what rounding took.
  @inline(__always)
  func addProduct(
    _ x: Double, _ y: Double, weight: Int64, to group: Int, in base: UnsafeMutablePointer<DoubleDouble>
  ) {
    let product = x * y
    add(product, weight: weight, to: group, in: base)
    if product.isFinite { add((-product).addingProduct(x, y), weight: weight, to: group, in: base) }
  }
}
