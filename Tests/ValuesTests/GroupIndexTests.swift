import Testing
import Values

@Suite struct GroupIndexTests {
  static let shapes: [[DataType]] = [
    [.int64], [.int64, .timestamp], [.text], [.float64], [.text, .int64],
    [.boolean, .decimal(precision: 10, scale: 2)],
    [.array(element: .text)], [],
  ]

  /// The ids that a dictionary gives to the same rows.
  private struct Model {
    var ids: [[Value]: Int32] = [:]
    var keys: [[Value]] = []

    mutating func id(_ key: [Value]) -> Int32 {
      if let id = ids[key] { return id }
      ids[key] = Int32(keys.count)
      keys.append(key)
      return Int32(keys.count - 1)
    }
  }

  private func rows(_ columns: [Column], _ count: Int) -> [[Value]] {
    (0..<count).map { row in columns.map { $0.value(at: row) } }
  }

  @Test(arguments: shapes)
  func idsAreThoseOfADictionaryInOrderOfFirstMeeting(types: [DataType]) {
    var random = SeededGenerator(21)
    let index = GroupIndex(types: types)
    var model = Model()
    for round in 0..<8 {
      let columns = types.map { RandomValues.column($0, 300, &random, nullable: round % 2 == 0) }
      let keys = rows(columns, 300)
      let before = index.lookup(columns, count: 300).array
      #expect(before == keys.map { model.ids[$0] ?? -1 })
      #expect(index.ids(for: columns, count: 300).array == keys.map { model.id($0) })
      #expect(index.count == model.keys.count)
    }
    #expect(rows(index.keys(), index.count) == model.keys)
  }

  @Test func manyKeysSurviveGrowth() {
    let index = GroupIndex(types: [.int64])
    let pairs = GroupIndex(types: [.int64, .int64])
    let texts = GroupIndex(types: [.text])
    let numbers = Vector((0..<50_000).map { Int64($0) &* 0x1234_5678_9ABC })
    let ints = Column(.int(numbers))
    let strings = Column((0..<50_000).map { .string("key \($0)") }, type: .text)
    for _ in 0..<2 {
      #expect(index.ids(for: [ints], count: 50_000).array == (0..<50_000).map(Int32.init))
      #expect(pairs.ids(for: [ints, ints], count: 50_000).array == (0..<50_000).map(Int32.init))
      #expect(texts.ids(for: [strings], count: 50_000).array == (0..<50_000).map(Int32.init))
    }
  }

  @Test(arguments: shapes)
  func compactingKeepsTheChosenKeysUnderNewIds(types: [DataType]) {
    var random = SeededGenerator(22)
    let index = GroupIndex(types: types)
    let columns = types.map { RandomValues.column($0, 300, &random) }
    _ = index.ids(for: columns, count: 300)
    let all = rows(index.keys(), index.count)
    let kept = (0..<all.count).filter { _ in random.chance(2) }.reversed().map(Int32.init)
    let remap = index.compact(keeping: Vector(kept))
    #expect(index.count == kept.count)
    #expect(rows(index.keys(), index.count) == kept.map { all[Int($0)] })
    for old in all.indices { #expect(remap[old] == Int32(kept.firstIndex(of: Int32(old)) ?? -1)) }
    let found = index.lookup(columns, count: 300).array
    let positions = rows(columns, 300).map { key in Int32(kept.firstIndex { all[Int($0)] == key } ?? -1) }
    #expect(found == positions)
    let again = index.ids(for: columns, count: 300)
    #expect(rows(index.keys(again), 300) == rows(columns, 300))
  }

  @Test(arguments: shapes)
  func resettingForgetsEveryKey(types: [DataType]) {
    var random = SeededGenerator(23)
    let index = GroupIndex(types: types)
    let columns = types.map { RandomValues.column($0, 50, &random) }
    let first = index.ids(for: columns, count: 50).array
    index.reset()
    #expect(index.count == 0)
    #expect(index.lookup(columns, count: 50).array.allSatisfy { $0 == -1 })
    #expect(index.ids(for: columns, count: 50).array == first)
  }

  @Test(arguments: shapes)
  func anIndexReadBackGivesTheSameIds(types: [DataType]) throws {
    var random = SeededGenerator(24)
    let index = GroupIndex(types: types)
    let columns = types.map { RandomValues.column($0, 200, &random) }
    let ids = index.ids(for: columns, count: 200).array
    let writer = ColumnWriter()
    index.write(to: writer)
    let back = try GroupIndex.read(from: try ColumnReader(writer.finish()), types: types)
    #expect(back.lookup(columns, count: 200).array == ids)
    #expect(back.count == index.count)
  }

  @Test func anIndexKeepsNoBatchAlive() {
    let index = GroupIndex(types: [.text])
    weak var blob: Blob?
    do {
      let vector = BytesVector([Array("abc".utf8)])
      blob = vector.blob
      _ = index.ids(for: [Column(.bytes(vector))], count: 1)
    }
    #expect(blob == nil)
    #expect(index.keys()[0].values == [.string("abc")])
  }
}
