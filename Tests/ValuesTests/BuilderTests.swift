import Testing
import Values

@Suite struct BuilderTests {
  @Test(arguments: RandomValues.types)
  func aColumnGivesBackTheValuesItWasBuiltFrom(type: DataType) {
    var random = SeededGenerator(1)
    let values = (0..<300).map { _ in RandomValues.value(type, &random) }
    #expect(Column(values, type: type).values == values)
  }

  @Test(arguments: RandomValues.types)
  func aColumnWithoutNullsHasNoMask(type: DataType) {
    var random = SeededGenerator(2)
    #expect(RandomValues.column(type, 50, &random, nullable: false).validity == nil)
    #expect(Column([.null], type: type).validity != nil)
  }

  @Test(arguments: RandomValues.types)
  func partsEndToEndAreTheWhole(type: DataType) {
    var random = SeededGenerator(3)
    let whole = RandomValues.column(type, 200, &random)
    let parts = [whole.slice(0..<70), whole.slice(70..<70), whole.slice(70..<200), Column.nulls(type, count: 3)]
    #expect(Column.concatenate(parts, type: type).values == whole.values + [.null, .null, .null])
  }

  @Test(arguments: RandomValues.types)
  func gatheringIntoABuilderEqualsGatheringAColumn(type: DataType) {
    var random = SeededGenerator(4)
    let column = RandomValues.column(type, 100, &random)
    let selection = Vector((0..<150).map { _ in Int32(random.below(100)) })
    let builder = ColumnBuilder(type)
    builder.append(gathering: column, at: selection)
    let built = builder.finish().values
    #expect(built == column.gather(selection).values)
    #expect(built == selection.array.map { column.value(at: Int($0)) })
  }

  @Test(arguments: RandomValues.types)
  func mergeTakesEachRowFromTheSideOfTheMask(type: DataType) {
    var random = SeededGenerator(5)
    let then = RandomValues.column(type, 100, &random)
    let otherwise = RandomValues.column(type, 100, &random, nullable: false)
    let mask = Vector((0..<100).map { _ in random.chance(2) })
    let merged = Column.merge(mask: mask, then: then, otherwise: otherwise)
    let expected = (0..<100).map { mask[$0] ? then.value(at: $0) : otherwise.value(at: $0) }
    #expect(merged.values == expected)
    let withNull = Column.merge(mask: mask, then: then, otherwise: .nulls(.null, count: 100))
    #expect(withNull.values == (0..<100).map { mask[$0] ? then.value(at: $0) : .null })
  }

  @Test(arguments: RandomValues.types)
  func repeatingGivesTheSameValueInEveryRow(type: DataType) {
    var random = SeededGenerator(6)
    for value in [RandomValues.value(type, &random, nullable: false), .null] {
      #expect(Column.repeating(value, type: type, count: 5).values == Array(repeating: value, count: 5))
    }
  }

  @Test func concatenatedStringsDoNotPinTheirInputs() {
    let parts = [Column([.string("abc"), .string("defgh")], type: .text).slice(1..<2)]
    let joined = Column.concatenate(parts, type: .text)
    guard case .bytes(let vector) = joined.data else {
      Issue.record("a column of strings is stored as bytes")
      return
    }
    #expect(vector.blob.capacity == 5)
    #expect(joined.values == [.string("defgh")])
  }

  @Test func batchesKeepWeightsAndWhatAllOriginsHave() {
    func batch(_ value: Int64, weights: Vector<Int64>?, watermarks: Vector<Int64>?) -> Batch {
      Batch(
        columns: [Column([.int(value)], type: .int64)], count: 1, weights: weights,
        origin: Origin(source: 1, partition: 2, offsets: Vector([value]), watermarks: watermarks))
    }
    let joined = Batch.concatenate(
      [batch(7, weights: nil, watermarks: Vector([1])), batch(8, weights: Vector([-1]), watermarks: nil)],
      types: [.int64])
    #expect(joined.count == 2)
    #expect(joined.weights?.array == [1, -1])
    #expect(joined.origin?.offsets?.array == [7, 8])
    #expect(joined.origin?.watermarks == nil)
  }

  @Test func batchesOfSeveralPartitionsHaveNoOrigin() {
    let parts = (0..<2).map { Batch(columns: [], count: 1, origin: Origin(source: 1, partition: $0)) }
    #expect(Batch.concatenate(parts, types: []).origin == nil)
  }

  @Test func aBlobOverItsLimitIsRefusedAndNothingAdded() {
    let builder = BytesBuilder(limit: 10)
    #expect(builder.append([1, 2, 3, 4, 5, 6]))
    #expect(!builder.append([1, 2, 3, 4, 5]))
    #expect(builder.append([7, 8, 9, 10]))
    #expect(builder.count == 2)
    #expect(!builder.append(contentsOf: BytesVector([[], [1]]), range: 0..<2))
    #expect(builder.count == 2)
    #expect(builder.finish().bytes(1) == [7, 8, 9, 10])
  }

  @Test func aBuilderStartsAnewAfterFinishing() {
    let builder = VectorBuilder<Int64>()
    builder.append(1)
    #expect(builder.finish().array == [1])
    builder.append(repeating: 2, count: 3)
    #expect(builder.finish().array == [2, 2, 2])
    #expect(builder.finish().array == [])
  }

  @Test func selectionsListTheTrueRowsInOrder() {
    var random = SeededGenerator(7)
    for count in [0, 1, 17, 1000] {
      let mask = Vector((0..<count).map { _ in random.chance(2) })
      let valid = Vector((0..<count).map { _ in random.chance(2) })
      #expect(selection(where: mask).array == (0..<count).filter { mask[$0] }.map(Int32.init))
      let both = selection(where: mask, validity: valid)
      #expect(both.array == (0..<count).filter { mask[$0] && valid[$0] }.map(Int32.init))
    }
  }

  @Test func runsOfBytesCopyAndCompareAsArraysDo() {
    var random = SeededGenerator(8)
    for length in Array(0..<70) + [255, 256, 257, 1000] {
      let source = Blob((0..<length).map { _ in UInt8(random.below(3)) })
      for padded in [true, false] {
        let target = Blob([UInt8](repeating: 9, count: length + 1))
        let from = UnsafePointer(source.base)
        if padded {
          copyPadded(from: from, to: target.base, count: length)
        } else {
          copyExactly(from: from, to: target.base, count: length)
          #expect(target.base[length] == 9, "nothing after the end is written")
        }
        #expect(equalBytes(from, UnsafePointer(target.base), count: length))
        #expect(compareBytes(from, length, UnsafePointer(target.base), length) == 0)
      }
      if length > 0 {
        let other = Blob((0..<length).map { source.base[$0] ^ ($0 == length - 1 ? 128 : 0) })
        #expect(!equalBytes(UnsafePointer(source.base), UnsafePointer(other.base), count: length))
        #expect(compareBytes(UnsafePointer(source.base), length, UnsafePointer(other.base), length) < 0)
      }
    }
  }
}
