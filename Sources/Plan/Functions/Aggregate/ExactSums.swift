// Sums of doubles that are exact, so that they do not depend on the order in which partitions and workers deliver rows
// (promise 1; Docs/decisions/0003), merge, and take rows back. In: doubles by group. Out: the double nearest to the sum.
//
// A sum is a pair of doubles (Dekker 1971; Knuth's two-sum) as long as the pair holds it without rounding, which it does
// for numbers whose digits span no more than 106 bits: nearly always. The group of the first number that would be rounded
// goes over to a `WideSum`.

import Values

/// A number as the unevaluated sum of two doubles, `high` the nearest to it.
struct DoubleDouble: BitwiseCopyable {
  var high = 0.0
  var low = 0.0

  /// Adds `x` if the result is exact; says whether it was. NaN in `high` never is, and so marks what lies elsewhere.
  @inline(__always)
  mutating func addExactly(_ x: Double) -> Bool {
    let (sum, error) = Self.twoSum(high, x)
    let (rest, lost) = Self.twoSum(low, error)
    let (first, second) = Self.twoSum(sum, rest)
    guard lost == 0, second - second == 0, first - first == 0 else { return false }
    high = first
    low = second
    return true
  }

  /// The rounded sum and what rounding took; NaN where the sum is not finite.
  @inline(__always)
  private static func twoSum(_ a: Double, _ b: Double) -> (Double, Double) {
    let sum = a + b
    let part = sum - a
    return (sum, (a - (sum - part)) + (b - part))
  }
}

/// Exact sums of many groups.
final class ExactSums {
  private let pairs = StateVector<DoubleDouble>(empty: DoubleDouble())
  /// The wide sum of each group that has one, -1 for the others.
  private let wideOf = StateVector<Int32>(empty: -1)
  private let wide = StateVector<Int64>(empty: 0)
  private var freeWide: [Int32] = []

  var byteCount: Int { pairs.byteCount + wideOf.byteCount + wide.byteCount }

  func resize(to groups: Int) {
    pairs.resize(to: groups)
    wideOf.resize(to: groups)
  }

  /// The pairs, for a loop over a batch that calls `add(_:weight:to:in:)`.
  var base: UnsafeMutablePointer<DoubleDouble> { pairs.base }

  /// Adds `x` to a group, or takes it back. `base` is this object's, hoisted.
  @inline(__always)
  func add(_ x: Double, weight: Int64, to group: Int, in base: UnsafeMutablePointer<DoubleDouble>) {
    if !base[group].addExactly(weight < 0 ? -x : x) { addWide(x, weight, group) }
  }

  @inline(never)
  private func addWide(_ x: Double, _ weight: Int64, _ group: Int) {
    WideSum.add(x, weight: weight, to: words(of: group))
  }

  /// The wide sum of a group, which goes over to it now if it had none.
  private func words(of group: Int) -> WideSum.Words {
    if wideOf.base[group] < 0 {
      let slot = freeWide.popLast() ?? Int32(truncatingIfNeeded: wide.count / WideSum.stride)
      wide.resize(to: (Int(slot) + 1) * WideSum.stride)
      wideOf.base[group] = slot
      let pair = pairs.base[group]
      pairs.base[group] = DoubleDouble(high: .nan, low: 0)
      WideSum.add(pair.high, weight: 1, to: words(of: group))
      WideSum.add(pair.low, weight: 1, to: words(of: group))
    }
    return wide.base + Int(wideOf.base[group]) * WideSum.stride
  }

  /// Adds the sum of a group of `other`.
  func merge(_ other: ExactSums, source: Int, target: Int) {
    if other.wideOf.base[source] >= 0 {
      WideSum.add(other.words(of: source), to: words(of: target))
    } else {
      let pair = other.pairs.base[source]
      add(pair.high, weight: 1, to: target, in: pairs.base)
      add(pair.low, weight: 1, to: target, in: pairs.base)
    }
  }

  /// The double nearest to a group's sum.
  func value(_ group: Int) -> Double {
    wideOf.base[group] < 0 ? pairs.base[group].high : WideSum.value(words(of: group))
  }

  /// The nearest double, the one nearest to what that leaves, and once more: 159 bits of the sum.
  func leading(_ group: Int) -> (Double, Double, Double) {
    if wideOf.base[group] < 0 { return (pairs.base[group].high, pairs.base[group].low, 0) }
    let words = words(of: group)
    let first = WideSum.value(words)
    guard first.isFinite else { return (first, 0, 0) }
    WideSum.add(first, weight: -1, to: words)
    let second = WideSum.value(words)
    WideSum.add(second, weight: -1, to: words)
    let third = WideSum.value(words)
    WideSum.add(first, weight: 1, to: words)
    WideSum.add(second, weight: 1, to: words)
    return (first, second, third)
  }

  func clear(_ groups: Vector<Int32>) {
    for i in 0..<groups.count {
      let slot = wideOf.base[Int(groups.base[i])]
      guard slot >= 0 else { continue }
      (wide.base + Int(slot) * WideSum.stride).update(repeating: 0, count: WideSum.stride)
      freeWide.append(slot)
    }
    pairs.clear(groups)
    wideOf.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    writer.writeState(pairs)
    let slots = Vector<Int32>(repeating: -1, count: wideOf.count)
    let words = VectorBuilder<Int64>()
    var next: Int32 = 0
    for group in 0..<wideOf.count where wideOf.base[group] >= 0 {
      slots.base[group] = next
      next += 1
      words.append(contentsOf: wide.base + Int(wideOf.base[group]) * WideSum.stride, count: WideSum.stride)
    }
    writer.write(slots)
    writer.write(words.finish())
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    try reader.readState(into: pairs)
    let slots = try reader.ints32()
    let words = try reader.ints()
    guard slots.count == pairs.count, words.count % WideSum.stride == 0 else {
      throw reader.failure("the parts of a column of sums do not fit together")
    }
    for group in 0..<slots.count {
      let slot = Int(slots.base[group])
      let isWide = slot >= 0
      guard slot >= -1, slot < words.count / WideSum.stride, pairs.base[group].high.isNaN == isWide else {
        throw reader.failure("a sum is not where it should be")
      }
    }
    wideOf.replace(with: slots)
    wide.replace(with: words)
    freeWide = []
  }
}
