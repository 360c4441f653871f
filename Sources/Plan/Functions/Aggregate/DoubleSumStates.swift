// SUM and AVG of doubles: exact sums and counts, rounded once at the end.

import Values

final class DoubleSumStates: AccumulatorState {
  private let sums = ExactSums()
  private let counts = StateVector<Int64>(empty: 0)
  private let average: Bool

  init(average: Bool) { self.average = average }

  var byteCount: Int { sums.byteCount + counts.byteCount }

  func resize(to groups: Int) {
    sums.resize(to: groups)
    counts.resize(to: groups)
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    guard case .double(let values) = arguments[0].data else { wrongStorage("SUM") }
    let sums = self.sums
    let pairs = sums.base
    let counts = self.counts.base
    let ids = groups.base
    let numbers = values.base
    forEachCountedRow(groups.count, mask: mask, validity: arguments[0].validity, weights: weights) { row, weight in
      let group = Int(ids[row])
      sums.add(numbers[row], weight: weight, to: group, in: pairs)
      counts[group] &+= weight
    }
    withExtendedLifetime((groups, arguments, values)) {}
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? DoubleSumStates else { wrongStorage("SUM") }
    for i in 0..<sources.count {
      sums.merge(other.sums, source: Int(sources.base[i]), target: Int(targets.base[i]))
      counts.base[Int(targets.base[i])] &+= other.counts.base[Int(sources.base[i])]
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    let values = Vector<Double>(uninitialized: groups.count)
    let validity = Vector<Bool>(uninitialized: groups.count)
    var anyNull = false
    for row in 0..<groups.count {
      let group = Int(groups.base[row])
      let count = counts.base[group]
      validity.base[row] = count != 0
      anyNull = anyNull || count == 0
      values.base[row] = average ? mean(group, Double(max(count, 1))) : sums.value(group)
    }
    return (Column(.double(values), validity: anyNull ? validity : nil), RowErrors())
  }

  /// The sum over the count, with what the sum lost to rounding: the mean of 0.1, 0.2 and 0.3 is 0.2.
  private func mean(_ group: Int, _ count: Double) -> Double {
    let (high, low, _) = sums.leading(group)
    let quotient = high / count
    let rest = high.addingProduct(-quotient, count) + low
    let mean = quotient + rest / count
    return mean.isFinite ? mean : quotient
  }

  func clear(_ groups: Vector<Int32>) {
    sums.clear(groups)
    counts.clear(groups)
  }

  func write(to writer: ColumnWriter) {
    sums.write(to: writer)
    writer.writeState(counts)
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    try sums.read(from: reader)
    try reader.readState(into: counts)
  }
}
