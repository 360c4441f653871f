import Testing
import Values

@testable import Plan

/// States of one call beside the rows that should be in them, driven in step.
private struct Drive {
  let test: AggregateCase
  let groupCount = 4
  var states: any AccumulatorState
  var rows: [[[Value]]]
  var random: SeededNumbers

  init(_ test: AggregateCase, seed: UInt64) {
    self.test = test
    random = SeededNumbers(seed)
    states = AggregateLibrary.makeStates(for: test.call)
    states.resize(to: groupCount)
    rows = Array(repeating: [], count: groupCount)
  }

  /// Folds a random batch into states: rows masked out now and then, and some taken back where that is supported.
  mutating func fold(into states: any AccumulatorState) {
    let count = random.below(40)
    let masked = random.chance(3)
    let weighted = test.mayRetract && random.chance(2)
    var groups: [Int32] = []
    var mask: [Bool] = []
    var weights: [Int64] = []
    var arguments: [[Value]] = []
    for _ in 0..<count {
      let group = random.below(groupCount)
      groups.append(Int32(group))
      mask.append(!masked || !random.chance(4))
      if weighted, mask.last == true, !rows[group].isEmpty, random.chance(2) {
        arguments.append(rows[group].remove(at: random.below(rows[group].count)))
        weights.append(-1)
      } else {
        arguments.append(test.types.map { random.value($0) })
        weights.append(1)
        if mask.last == true { rows[group].append(arguments[arguments.count - 1]) }
      }
    }
    let columns = test.types.indices.map { index in Column(arguments.map { $0[index] }, type: test.types[index]) }
    states.accumulate(
      groups: Vector(groups), arguments: columns, mask: masked ? Vector(mask) : nil,
      weights: weighted ? Vector(weights) : nil)
  }

  mutating func mergeAnother() {
    let others = AggregateLibrary.makeStates(for: test.call)
    others.resize(to: groupCount)
    let before = rows
    // What is taken back must have come through the same states.
    rows = Array(repeating: [], count: groupCount)
    fold(into: others)
    fold(into: others)
    states.merge(others, sources: Vector([0, 1, 2, 3]), targets: Vector([1, 2, 3, 0]))
    let added = rows
    rows = before
    for group in 0..<groupCount { rows[(group + 1) % groupCount] += added[group] }
  }

  mutating func clearTwo() {
    states.clear(Vector([1, 2]))
    rows[1] = []
    rows[2] = []
  }

  mutating func saveAndRestore() throws {
    let writer = ColumnWriter()
    states.write(to: writer)
    let restored = AggregateLibrary.makeStates(for: test.call)
    let reader = try ColumnReader(writer.finish())
    try restored.read(from: reader)
    #expect(reader.isAtEnd)
    restored.resize(to: groupCount)
    states = restored
  }

  func check(_ context: String) {
    let (column, errors) = states.results(of: Vector([3, 2, 1, 0]))
    for (row, group) in [3, 2, 1, 0].enumerated() {
      let failed = errors.list.contains { $0.row == Int32(row) }
      let actual = failed ? nil : column.value(at: row)
      let expected = NaiveAggregates.result(test, rows[group])
      #expect(
        test.agree(actual, expected),
        "\(test) \(context): \(rows[group]) gave \(String(describing: actual)), not \(String(describing: expected))")
    }
  }
}

@Suite struct AggregateTests {
  @Test("every function agrees with its naive definition, whatever its states went through")
  func againstReference() throws {
    #expect(AggregateCase.all.count > 60)
    for (number, test) in AggregateCase.all.enumerated() {
      for seed in 0..<6 {
        var drive = Drive(test, seed: UInt64(number * 1000 + seed))
        drive.check("empty")
        for step in 0..<8 {
          switch drive.random.below(6) {
          case 0: drive.mergeAnother()
          case 1: drive.clearTwo()
          case 2: try drive.saveAndRestore()
          default: drive.fold(into: drive.states)
          }
          drive.check("seed \(seed), step \(step)")
        }
      }
    }
  }

  @Test("states grow: many groups, each of its own") func manyGroups() {
    for test in AggregateCase.all {
      let states = AggregateLibrary.makeStates(for: test.call)
      var random = SeededNumbers(7)
      let values = (0..<500).map { _ in test.types.map { random.value($0) } }
      for start in stride(from: 0, to: 500, by: 100) {
        states.resize(to: start + 100)
        let columns = test.types.indices.map { index in
          Column(values[start..<start + 100].map { $0[index] }, type: test.types[index])
        }
        states.accumulate(
          groups: Vector((start..<start + 100).map { Int32($0) }), arguments: columns, mask: nil, weights: nil)
      }
      let (column, errors) = states.results(of: Vector.indices(500))
      for group in stride(from: 0, to: 500, by: 37) {
        let expected = NaiveAggregates.result(test, [values[group]])
        let failed = errors.list.contains { $0.row == Int32(group) }
        #expect(test.agree(failed ? nil : column.value(at: group), expected), "\(test), group \(group)")
      }
      #expect(states.byteCount > 0)
    }
  }

  @Test("saved states with a flipped or missing byte are refused") func damage() throws {
    for test in AggregateCase.all {
      var drive = Drive(test, seed: 99)
      drive.fold(into: drive.states)
      let writer = ColumnWriter()
      drive.states.write(to: writer)
      let blob = writer.finish()
      let bytes = (0..<blob.capacity).map { blob.base[$0] }
      for position in stride(from: 0, to: bytes.count, by: 7) {
        var broken = bytes
        broken[position] ^= 0x41
        #expect(throws: StateFormatError.self) {
          try AggregateLibrary.makeStates(for: test.call).read(from: try ColumnReader(broken))
        }
      }
      #expect(throws: StateFormatError.self) {
        try AggregateLibrary.makeStates(for: test.call).read(from: try ColumnReader(Array(bytes.dropLast())))
      }
    }
  }

  @Test("states saved by another function are refused or read, never trapped on") func otherStates() throws {
    for written in AggregateCase.all {
      var drive = Drive(written, seed: 5)
      drive.fold(into: drive.states)
      let writer = ColumnWriter()
      drive.states.write(to: writer)
      let saved = writer.finish()
      for read in AggregateCase.all {
        let states = AggregateLibrary.makeStates(for: read.call)
        guard (try? states.read(from: try ColumnReader(saved))) != nil else { continue }
        states.resize(to: 4)
        _ = states.results(of: Vector([0, 1, 2, 3]))
      }
    }
  }

  @Test("the documented example of each function holds over (1), (2), (NULL)") func examples() throws {
    let x: [Value] = [.int(1), .int(2), .null]
    func column(_ text: String) throws -> (DataType, [Value]) {
      switch text {
      case "x": return (.int64, x)
      case "-x": return (.int64, [.int(-1), .int(-2), .null])
      case "1", "2": return (.int64, Array(repeating: .int(text == "1" ? 1 : 2), count: 3))
      case "x > 1": return (.boolean, [.bool(false), .bool(true), .null])
      case "x = 1": return (.boolean, [.bool(true), .bool(false), .null])
      case "x = 2": return (.boolean, [.bool(false), .bool(true), .null])
      case "x = 3": return (.boolean, [.bool(false), .bool(false), .null])
      case "TIMESTAMP '2026-01-01'":
        return (.timestamp, Array(repeating: .int(1_767_225_600_000_000), count: 3))
      case "INTERVAL '1' HOUR": return (.intervalDaySecond, Array(repeating: .int(3_600_000_000), count: 3))
      case "0.25", "0.5": return (.float64, Array(repeating: .double(Double(text) ?? 0), count: 3))
      case "'a'", "'-'": return (.text, Array(repeating: .string(String(text.dropFirst().dropLast())), count: 3))
      default: throw StateFormatError("an example with the argument \(text)", offset: 0)
      }
    }
    for function in AggregateLibrary.functions {
      let text = function.example.expression
      #expect(text.hasPrefix(function.name + "(") && text.hasSuffix(")"))
      let arguments = try text.dropFirst(function.name.count + 1).dropLast().split(separator: ",").map {
        try column(String($0.drop { $0 == " " }))
      }
      let resolution = try #require(function.resolve(arguments.map(\.0)))
      let converted = zip(arguments, resolution.parameterTypes).map { argument, type in
        Column(
          type == .float64
            ? argument.1.map { if case .int(let i) = $0 { .double(Double(i)) } else { $0 } } : argument.1,
          type: type)
      }
      let states = AggregateLibrary.makeStates(
        for: AggregateCase(function: function, types: arguments.map(\.0)).call)
      states.resize(to: 1)
      states.accumulate(groups: Vector([0, 0, 0]), arguments: converted, mask: nil, weights: nil)
      var writer = TextWriter()
      let result = states.results(of: Vector([0])).0
      let buffer = ByteBuffer()
      writer.write(result, row: 0, type: resolution.type, into: buffer)
      #expect(String(decoding: buffer.array, as: UTF8.self) == function.example.result, "\(text)")
    }
  }

  @Test("names and aliases find their function in any case; nothing is declared twice") func names() {
    #expect(AggregateLibrary.function(named: "stddev")?.name == "STDDEV_SAMP")
    #expect(AggregateLibrary.function(named: "Arg_Max")?.name == "MAX_BY")
    #expect(AggregateLibrary.function(named: "nothing") == nil)
    let names = AggregateLibrary.functions.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
    #expect(AggregateLibrary.names == names.sorted())
    #expect(AggregateLibrary.functions.count >= 40)
  }
}
