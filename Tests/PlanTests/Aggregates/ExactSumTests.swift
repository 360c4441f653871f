import Testing
import Values

@testable import Plan

private func states(_ name: String, _ type: DataType) throws -> (any AccumulatorState, DataType) {
  let function = try #require(AggregateLibrary.function(named: name))
  let test = AggregateCase(function: function, types: [type])
  let states = AggregateLibrary.makeStates(for: test.call)
  states.resize(to: 1)
  return (states, test.resolution.type)
}

private func result(_ name: String, _ numbers: [Double], weights: [Int64]? = nil) throws -> Double {
  let (states, _) = try states(name, .float64)
  states.accumulate(
    groups: Vector(repeating: 0, count: numbers.count), arguments: [Column(.double(Vector(numbers)))], mask: nil,
    weights: weights.map { Vector($0) })
  guard case .double(let value) = states.results(of: Vector([0])).0.value(at: 0) else { return .nan }
  return value
}

private func decimal(_ name: String, _ type: DataType, _ numbers: [Int128]) throws -> Int128? {
  let (states, _) = try states(name, type)
  for part in stride(from: 0, to: numbers.count, by: 3) {
    let some = Array(numbers[part..<min(part + 3, numbers.count)])
    states.accumulate(
      groups: Vector(repeating: 0, count: some.count), arguments: [Column(.decimal(Vector(some)))], mask: nil,
      weights: nil)
  }
  let (column, errors) = states.results(of: Vector([0]))
  guard errors.isEmpty, case .decimal(let value) = column.value(at: 0) else { return nil }
  return value
}

@Suite struct ExactSumTests {
  @Test("a sum of doubles is the exact sum, rounded once") func exact() throws {
    #expect(try result("SUM", [0.1, 0.2, 0.3]) == 0.6)
    #expect(try result("SUM", [1e300, 1e100, 1, -1e300, -1e100]) == 1)
    #expect(try result("SUM", [1e308, 1e308, -1e308]) == 1e308)
    #expect(try result("SUM", [1e308, 1e308]) == .infinity)
    #expect(try result("SUM", Array(repeating: 0.1, count: 10)) == 1)
    #expect(try result("SUM", [.leastNonzeroMagnitude, 1, -1]) == .leastNonzeroMagnitude)
    #expect(
      try result("SUM", [.leastNormalMagnitude, -.leastNonzeroMagnitude]) == Double.leastNormalMagnitude.nextDown)
    // Ties go to even, and a bit far below decides them.
    #expect(try result("SUM", [9_007_199_254_740_992, 1]) == 9_007_199_254_740_992)
    #expect(try result("SUM", [9_007_199_254_740_992, 1, 1e-300]) == 9_007_199_254_740_994)
    #expect(try result("SUM", [-9_007_199_254_740_992, -1, -1e-300]) == -9_007_199_254_740_994)
    #expect(
      try result("SUM", [.greatestFiniteMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1])
        == .greatestFiniteMagnitude)
  }

  @Test("infinities and NaN come and go with their rows") func special() throws {
    #expect(try result("SUM", [1, .infinity]) == .infinity)
    #expect(try result("SUM", [.infinity, -.infinity]).isNaN)
    #expect(try result("SUM", [.nan, .infinity]).isNaN)
    #expect(try result("SUM", [5, .infinity, .infinity, .infinity], weights: [1, 1, -1, 1]) == .infinity)
    #expect(try result("SUM", [5, .infinity, .nan, .infinity, .nan], weights: [1, 1, 1, -1, -1]) == 5)
    #expect(try result("VAR_POP", [1, .infinity]).isNaN)
    #expect(try result("VAR_POP", [1e200, -1e200]) == .infinity)
    #expect(try result("VAR_POP", [1, 1e200, 3, 1e200], weights: [1, 1, 1, -1]) == 1)
  }

  @Test("no order of rows, and no split over states, changes a sum, a mean or a variance") func order() throws {
    var random = SeededNumbers(11)
    for round in 0..<60 {
      // From numbers of like size to numbers of every size.
      let range = [4, 60, 600, 2000][round % 4]
      let numbers = (0..<50).map { _ in
        let double = Double(sign: .plus, exponent: random.below(range) - range / 2, significand: 1)
        return (Double(random.next() >> 11) / 0x1p52 - 1) * double
      }
      for name in ["SUM", "AVG", "VAR_POP", "STDDEV_SAMP"] {
        let expected = try result(name, numbers)
        #expect(try result(name, numbers.reversed()) == expected)
        let shuffled = numbers.shuffled(using: &random)
        #expect(try result(name, shuffled).bitPattern == expected.bitPattern)
        let (left, _) = try states(name, .float64)
        let (right, _) = try states(name, .float64)
        let cut = random.below(50)
        for (states, part) in [(left, shuffled[..<cut]), (right, shuffled[cut...])] {
          states.accumulate(
            groups: Vector(repeating: 0, count: part.count), arguments: [Column(.double(Vector(Array(part))))],
            mask: nil, weights: nil)
        }
        left.merge(right, sources: Vector([0]), targets: Vector([0]))
        #expect(left.results(of: Vector([0])).0.value(at: 0) == .double(expected))
      }
    }
  }

  @Test("what cancels leaves exactly the rest, numbers of every size between") func cancelling() throws {
    var random = SeededNumbers(12)
    for _ in 0..<200 {
      let rest = Double(random.below(1000)) / 7
      var numbers = [rest]
      for _ in 0..<random.below(30) {
        let x = Double(
          sign: .plus, exponent: random.below(2000) - 1000, significand: 1 + Double(random.below(1000)) / 999)
        numbers += [x, -x]
      }
      #expect(try result("SUM", numbers.shuffled(using: &random)) == rest)
    }
  }

  @Test("equal values have no variance; a large mean does not hide a small one") func variance() throws {
    for x in [0.1, 1e17, -3.3, 1e-160, 7] {
      #expect(try result("VAR_SAMP", Array(repeating: x, count: 7)) == 0)
      #expect(try result("STDDEV_POP", Array(repeating: x, count: 1000)) == 0)
    }
    #expect(try result("VAR_POP", [1e9, 1e9 + 1, 1e9 + 2]) == 2.0 / 3)
    #expect(try result("VAR_POP", [1e15, 1e15 + 1]) == 0.25)
  }

  @Test("a sum of integers may leave 64 bits on the way, not at the end") func integers() throws {
    let (states, _) = try states("SUM", .int64)
    func add(_ numbers: [Int64]) {
      states.accumulate(
        groups: Vector(repeating: 0, count: numbers.count), arguments: [Column(.int(Vector(numbers)))], mask: nil,
        weights: nil)
    }
    add([.max, .max])
    #expect(states.results(of: Vector([0])).1.list.map(\.code) == [.overflow])
    add([-.max])
    #expect(states.results(of: Vector([0])).1.isEmpty)
    #expect(states.results(of: Vector([0])).0.value(at: 0) == .int(.max))
  }

  @Test("decimals: 38 digits, more on the way, means rounded half away from zero") func decimals() throws {
    let widest: Int128 = 99_999_999_999_999_999_999_999_999_999_999_999_999
    let wide = DataType.decimal(precision: 38, scale: 0)
    #expect(try decimal("SUM", wide, [widest, 1]) == nil)
    #expect(try decimal("SUM", wide, [widest, widest, widest, -widest, -widest]) == widest)
    #expect(try decimal("SUM", wide, [-widest, -widest, widest, widest, -5]) == -5)
    #expect(try decimal("AVG", wide, [widest]) == nil)
    #expect(try decimal("AVG", .decimal(precision: 38, scale: 6), Array(repeating: widest, count: 10)) == widest)
    #expect(try decimal("AVG", .decimal(precision: 38, scale: 6), Array(repeating: -widest, count: 9)) == -widest)
    let million: Int128 = 5_000_000_000_000_000_000_000_000_000_000
    #expect(try decimal("AVG", wide, [million, million, million]) == million * 1_000_000)
    let eight = DataType.decimal(precision: 20, scale: 8)
    #expect(try decimal("AVG", eight, [1, 2]) == 2)
    #expect(try decimal("AVG", eight, [-1, -2]) == -2)
    #expect(try decimal("AVG", eight, [1, 1, 2]) == 1)
    #expect(try decimal("AVG", eight, [1, 2, 2]) == 2)
    #expect(try decimal("AVG", .decimal(precision: 10, scale: 2), [100, 101, 101]) == 1_006_667)
  }

  @Test("the extremes tell zeros apart, so that the order of rows does not choose") func zeros() throws {
    for numbers in [[0.0, -0.0], [-0.0, 0.0]] {
      #expect(try result("MIN", numbers).sign == .minus)
      #expect(try result("MAX", numbers).sign == .plus)
    }
    #expect(try result("MAX", [.nan, 1]).isNaN)
    #expect(try result("MIN", [.nan, 1]) == 1)
  }

  @Test("MIN_BY and MAX_BY give NULL where the row holds it") func nullsOfExtremes() throws {
    for (name, expected) in [("MIN_BY", Value.null), ("MAX_BY", .string("b"))] {
      let function = try #require(AggregateLibrary.function(named: name))
      let states = AggregateLibrary.makeStates(for: AggregateCase(function: function, types: [.text, .int64]).call)
      states.resize(to: 1)
      let x = Column([.null, .string("b"), .string("c")], type: .text)
      let y = Column([.int(1), .int(2), .null], type: .int64)
      states.accumulate(groups: Vector([0, 0, 0]), arguments: [x, y], mask: nil, weights: nil)
      #expect(states.results(of: Vector([0])).0.value(at: 0) == expected)
    }
  }
}
