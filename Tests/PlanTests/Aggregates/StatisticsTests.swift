import Testing
import Values

@testable import Plan

/// States of one function with one group.
private struct One {
  let states: any AccumulatorState
  let types: [DataType]

  init(_ name: String, _ types: [DataType]) throws {
    let function = try #require(AggregateLibrary.function(named: name))
    states = AggregateLibrary.makeStates(for: AggregateCase(function: function, types: types).call)
    states.resize(to: 1)
    self.types = types
  }

  func add(_ rows: [[Value]], weight: Int64 = 1) {
    let columns = types.indices.map { index in Column(rows.map { $0[index] }, type: types[index]) }
    states.accumulate(
      groups: Vector(repeating: 0, count: rows.count), arguments: columns, mask: nil,
      weights: weight == 1 ? nil : Vector(repeating: weight, count: rows.count))
  }

  var result: Value { states.results(of: Vector([0])).0.value(at: 0) }
  var codes: [RowErrorCode] { states.results(of: Vector([0])).1.list.map(\.code) }
}

private func saved(_ states: any AccumulatorState) -> [UInt8] {
  let writer = ColumnWriter()
  states.write(to: writer)
  let blob = writer.finish()
  return (0..<blob.capacity).map { blob.base[$0] }
}

@Suite struct StatisticsTests {
  @Test("no order of rows, and no split over states, changes a bit of a result") func order() throws {
    var random = SeededNumbers(21)
    let names = AggregateLibrary.functions.map(\.name)
    for name in names {
      let candidates: [[DataType]] = [[.float64], [.float64, .float64], [.text], [.text, .text]]
      for types in candidates
      where AggregateLibrary.function(named: name)?.resolve(types)?.parameterTypes == types {
        let rows: [[Value]] = (0..<60).map { _ in
          types.map { type in
            if type == .text { return random.value(type) }
            let exponent = random.below(40) - 20
            return .double(Double(sign: .plus, exponent: exponent, significand: 1 + Double(random.below(999)) / 997))
          }
        }
        let whole = try One(name, types)
        whole.add(rows)
        let (left, right) = (try One(name, types), try One(name, types))
        let shuffled = rows.shuffled(using: &random)
        left.add(Array(shuffled[..<23]))
        right.add(Array(shuffled[23...]))
        left.states.merge(right.states, sources: Vector([0]), targets: Vector([0]))
        #expect("\(left.result)" == "\(whole.result)", "\(name) of \(types)")
      }
    }
  }

  @Test("approximate counts stay within five standard errors from ten values to a million")
  func sketchError() throws {
    for count in [10, 100, 1000, 10_000, 300_000] {
      let sketch = try One("APPROX_COUNT_DISTINCT", [.int64])
      for start in stride(from: 0, to: count, by: 10_000) {
        let values = (start..<min(start + 10_000, count)).map { Int64($0) }
        for _ in 0..<2 {
          sketch.states.accumulate(
            groups: Vector(repeating: 0, count: values.count), arguments: [Column(.int(Vector(values)))], mask: nil,
            weights: nil)
        }
      }
      guard case .int(let estimate) = sketch.result else {
        Issue.record("no estimate")
        continue
      }
      let tolerance = count <= 100 ? 1.0 : 0.08 * Double(count)
      #expect(abs(Double(estimate) - Double(count)) <= tolerance, "\(count) counted as \(estimate)")
    }
  }

  @Test("a sketch is small for few values, has a bound for many, and gives its memory back") func sketchSize() throws {
    let few = try One("APPROX_COUNT_DISTINCT", [.int64])
    few.add((0..<20).map { [.int($0)] })
    #expect(few.states.byteCount < 2048)
    #expect(saved(few.states).count < 400)
    let many = try One("APPROX_COUNT_DISTINCT", [.int64])
    for _ in 0..<50 {
      many.add((0..<2000).map { [.int($0)] })
      many.states.clear(Vector([0]))
    }
    #expect(many.result == .int(0))
    #expect(many.states.byteCount < 20_000)
  }

  @Test("sketches of many values survive a snapshot and merge like one") func sketchMerge() throws {
    let (a, b, both) = try (
      One("APPROX_COUNT_DISTINCT", [.text]), One("APPROX_COUNT_DISTINCT", [.text]),
      One("APPROX_COUNT_DISTINCT", [.text])
    )
    let rows: [[Value]] = (0..<3000).map { [.string("user \($0)")] }
    a.add(Array(rows[..<2000]))
    b.add(Array(rows[1000...]))
    both.add(rows)
    let restored = try One("APPROX_COUNT_DISTINCT", [.text])
    try restored.states.read(from: try ColumnReader(saved(a.states)))
    #expect(restored.result == a.result)
    restored.states.merge(b.states, sources: Vector([0]), targets: Vector([0]))
    #expect(restored.result == both.result)
  }

  @Test("counted values forget what is gone, and keep what is left") func forgetting() throws {
    let median = try One("MEDIAN", [.float64])
    for round in 0..<20 {
      let rows: [[Value]] = (0..<500).map { [.double(Double(round * 500 + $0))] }
      median.add(rows)
      median.add(rows, weight: -1)
    }
    median.add([[.double(4)], [.double(6)]])
    #expect(median.result == .double(5))
    #expect(saved(median.states).count < 400)
    #expect(median.states.byteCount < 400_000)
  }

  @Test("a share outside 0 to 1 is a row error; the bounds are the extremes") func shares() throws {
    for (share, wanted) in [(0.0, 1.0), (1.0, 9.0), (0.5, 5.0), (0.125, 2.0)] {
      let states = try One("PERCENTILE_CONT", [.float64, .float64])
      states.add([9, 1, 5].map { [.double($0), .double(share)] })
      #expect(states.result == .double(wanted))
    }
    for share in [-0.1, 1.1, .nan] {
      for name in ["PERCENTILE_CONT", "PERCENTILE_DISC"] {
        let states = try One(name, [.float64, .float64])
        states.add([[.double(1), .double(share)]])
        #expect(states.codes == [.invalidArgument])
      }
    }
  }

  @Test("medians of the greatest doubles do not overflow, infinities are values") func extremes() throws {
    let median = try One("MEDIAN", [.float64])
    median.add([[.double(.greatestFiniteMagnitude)], [.double(-.greatestFiniteMagnitude)]])
    #expect(median.result == .double(0))
    let infinite = try One("MEDIAN", [.float64])
    infinite.add([[.double(.infinity)], [.double(.infinity)]])
    #expect(infinite.result == .double(.infinity))
  }

  @Test("texts joined beyond the longest text are a row error, not memory") func longTexts() throws {
    let texts = try One("STRING_AGG", [.text])
    let long = String(repeating: "x", count: 1 << 20)
    texts.add((0..<40).map { _ in [.string(long)] })
    #expect(texts.codes == [.stringTooLong])
    let empty = try One("STRING_AGG", [.text, .text])
    empty.add([[.string(""), .string("-")], [.string(""), .string("-")]])
    #expect(empty.result == .string("-"))
  }

  @Test("a large mean hides no covariance, slope or skewness") func cancellation() throws {
    let base = 1e9
    let slope = try One("REGR_SLOPE", [.float64, .float64])
    slope.add((0..<10).map { [.double(base + 3 * Double($0)), .double(base + Double($0))] })
    #expect(slope.result == .double(3))
    let correlation = try One("CORR", [.float64, .float64])
    correlation.add((0..<10).map { [.double(base - Double($0)), .double(base + Double($0))] })
    #expect(correlation.result == .double(-1))
    let skewness = try One("SKEWNESS", [.float64])
    skewness.add([-1, 0, 1].map { [.double(base + $0)] })
    #expect(skewness.result == .double(0))
    let kurtosis = try One("KURTOSIS", [.float64])
    kurtosis.add([-1, 1].map { [.double(base + $0)] })
    #expect(kurtosis.result == .double(-2))
  }
}
