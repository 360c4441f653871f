import Testing
import Values

@Suite struct KeyTests {
  private static func precedes(_ a: [UInt8], _ b: [UInt8]) -> Int {
    a.lexicographicallyPrecedes(b) ? -1 : b.lexicographicallyPrecedes(a) ? 1 : 0
  }

  @Test(arguments: RandomValues.types)
  func keysCompareAsTheirValuesDo(type: DataType) {
    var random = SeededGenerator(11)
    let column = RandomValues.column(type, 120, &random)
    let values = column.values
    let keys = KeyEncoder(types: [type]).encode([column], count: 120)
    for a in 0..<120 {
      for b in 0..<120 {
        let order = RandomValues.compare(values[a], values[b])
        #expect(Self.precedes(keys.bytes(a), keys.bytes(b)) == order.signum(), "\(values[a]) and \(values[b])")
      }
    }
  }

  @Test(arguments: RandomValues.types)
  func descendingKeysTurnTheValuesAndPlaceNullsAsAsked(type: DataType) {
    var random = SeededGenerator(12)
    let column = RandomValues.column(type, 80, &random)
    let values = column.values
    for nullsFirst in [true, false] {
      let order = KeyOrder(descending: true, nullsFirst: nullsFirst)
      let keys = KeyEncoder(types: [type], orders: [order]).encode([column], count: 80)
      for a in 0..<80 {
        for b in 0..<80 {
          var expected = RandomValues.compare(values[b], values[a]).signum()
          if values[a].isNull != values[b].isNull { expected = values[a].isNull == nullsFirst ? -1 : 1 }
          #expect(Self.precedes(keys.bytes(a), keys.bytes(b)) == expected, "\(values[a]) and \(values[b])")
        }
      }
    }
  }

  @Test(arguments: [false, true])
  func decodingGivesTheRowsBack(descending: Bool) {
    var random = SeededGenerator(13)
    let types = RandomValues.types
    let columns = types.map { RandomValues.column($0, 100, &random) }
    let encoder = KeyEncoder(types: types, orders: types.map { _ in KeyOrder(descending: descending) })
    let decoded = encoder.decode(encoder.encode(columns, count: 100))
    for (column, back) in zip(columns, decoded) { #expect(back.values == column.values) }
  }

  @Test func decodingAnyBytesNeverTraps() {
    var random = SeededGenerator(14)
    let encoder = KeyEncoder(types: RandomValues.types)
    let garbage = (0..<500).map { _ in (0..<random.below(60)).map { _ in UInt8(random.below(4)) } }
    #expect(encoder.decode(BytesVector(garbage)).allSatisfy { $0.count == 500 })
  }

  @Test func sortingIsStableAndFollowsTheLanguage() {
    var random = SeededGenerator(15)
    for type in RandomValues.types {
      for descending in [false, true] {
        let column = RandomValues.column(type, 200, &random)
        let second = RandomValues.column(.int64, 200, &random)
        let values = column.values
        let alone = SortOrder(columns: [(0, type, descending, !descending)]).permutation([column, second], count: 200)
        let expected = (0..<200).sorted { a, b in
          let order = RandomValues.compare(values[a], values[b]) * (descending ? -1 : 1)
          return order != 0 ? order < 0 : a < b
        }
        #expect(alone.array == expected.map(Int32.init), "\(type)")
      }
    }
  }

  @Test func laterColumnsDecideAmongEqualRows() {
    let a = Column([.string("x"), .string("x"), .string("a"), .null], type: .text)
    let b = Column([.int(1), .int(2), .int(3), .int(4)], type: .int64)
    let order = SortOrder(columns: [(0, .text, false, false), (1, .int64, true, false)])
    #expect(order.permutation([a, b], count: 4).array == [2, 1, 0, 3])
  }

  @Test func hashesAreThoseOfEveryOtherProcess() {
    func hash(_ text: String) -> UInt64 {
      let blob = Blob(Array(text.utf8))
      return withExtendedLifetime(blob) { Hash.bytes(UnsafePointer(blob.base), count: blob.capacity) }
    }
    let found: [UInt64] = [
      Hash.int(0), Hash.int(1), Hash.int(-1), Hash.pair(1, 2), Hash.pair(2, 1), Hash.combine(1, 2), Hash.null,
      hash(""), hash("a"), hash("abcdefgh"), hash("abcdefghijklmnop"), hash("abcdefghijklmnopq"),
    ]
    #expect(found == HashVectors.pinned)
    #expect(Set(found).count == found.count)
  }

  @Test func bytesAfterTheEndDoNotCount() {
    let long = Blob(Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8))
    for length in 0..<36 {
      let short = Blob((0..<length).map { long.base[$0] })
      let whole = Hash.bytes(UnsafePointer(long.base), count: length)
      #expect(whole == Hash.bytes(UnsafePointer(short.base), count: length))
    }
  }

  @Test func lowerAndUpperBitsOfHashesSpreadEvenly() {
    var low = [Int](repeating: 0, count: 64)
    var high = [Int](repeating: 0, count: 7)
    for i in 0..<64_000 {
      let hash = Hash.int(Int64(i) * 1000)
      low[Int(hash & 63)] += 1
      high[KeyHash.part(of: hash, parts: 7)] += 1
    }
    #expect(low.allSatisfy { $0 > 800 && $0 < 1200 })
    #expect(high.allSatisfy { $0 > 8300 && $0 < 10_000 })
  }

  @Test(arguments: [[DataType.int64], [.int64, .timestamp], [.text], [.text, .int64], [.float64]])
  func partitioningKeepsOrderAndPutsEqualKeysTogether(types: [DataType]) {
    var random = SeededGenerator(16)
    let columns = types.map { RandomValues.column($0, 500, &random) }
    let parts = KeyHash.partition(columns, types: types, count: 500, parts: 3)
    #expect(parts.flatMap(\.array).sorted() == (0..<500).map(Int32.init))
    var owner: [[Value]: Int] = [:]
    for (index, part) in parts.enumerated() {
      #expect(part.array == part.array.sorted())
      for row in part.array {
        let key = columns.map { $0.value(at: Int(row)) }
        #expect(owner[key, default: index] == index)
        owner[key] = index
      }
    }
    // A row's part does not depend on the rows around it, nor on whether its batch has NULLs.
    let single = zip(columns, types).map { Column([$0.value(at: 7)], type: $1) }
    let alone = KeyHash.hashes(single, types: types, count: 1)
    #expect(alone[0] == KeyHash.hashes(columns, types: types, count: 500)[7])
  }
}
