import Testing
import Values

@Suite struct StateTests {
  private func everything() -> (Blob, [Column]) {
    var random = SeededGenerator(31)
    let columns = RandomValues.types.map { RandomValues.column($0, 40, &random) }
    let writer = ColumnWriter()
    writer.write(Int64.min)
    writer.write(-0.5)
    writer.write(true)
    writer.write("Zürich")
    writer.write(Value.row([.null, .array([.decimal(Int128.max), .double(.nan)]), .bytes([0, 255])]))
    writer.write(Vector<Int64>([1, -1, Int64.max]))
    writer.write(Vector<Int32>([5, -6]))
    writer.write(columns)
    return (writer.finish(), columns)
  }

  @Test func whatWasWrittenIsReadBack() throws {
    let (blob, columns) = everything()
    let reader = try ColumnReader(blob)
    #expect(try reader.int() == Int64.min)
    #expect(try reader.double() == -0.5)
    #expect(try reader.bool())
    #expect(try reader.string() == "Zürich")
    #expect(
      try reader.value() == .row([.null, .array([.decimal(Int128.max), .double(.nan)]), .bytes([0, 255])]))
    #expect(try reader.ints().array == [1, -1, Int64.max])
    #expect(try reader.ints32().array == [5, -6])
    let back = try reader.columns(RandomValues.types)
    #expect(reader.isAtEnd)
    for (column, copy) in zip(columns, back) { #expect(copy.values == column.values) }
  }

  @Test func slicesAndSelectionsAreWrittenAlone() throws {
    let column = Column((0..<100).map { .array([.string("element \($0)")]) }, type: .array(element: .text))
    let writer = ColumnWriter()
    writer.write(column.gather(Vector([7, 7, 3])))
    let blob = writer.finish()
    #expect(blob.capacity < 200)
    let back = try ColumnReader(blob).column(.array(element: .text))
    #expect(back.values == [7, 7, 3].map { .array([.string("element \($0)")]) })
  }

  @Test func everyFlippedBitIsNoticed() {
    let (blob, _) = everything()
    let bytes = (0..<blob.capacity).map { blob.base[$0] }
    var random = SeededGenerator(32)
    for _ in 0..<400 {
      var damaged = bytes
      damaged[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
      #expect(throws: StateFormatError.self) { try ColumnReader(damaged) }
    }
    for _ in 0..<100 {
      #expect(throws: StateFormatError.self) { try ColumnReader(Array(bytes.prefix(random.below(bytes.count)))) }
    }
  }

  /// With the checksum made to fit, the reader must still survive anything that lies between.
  @Test func damagedItemsAreErrorsAndNeverTraps() {
    let (blob, _) = everything()
    let bytes = (0..<blob.capacity - 8).map { blob.base[$0] }
    var random = SeededGenerator(33)
    var failures = 0
    for _ in 0..<1500 {
      var damaged = bytes
      for _ in 0..<(1 + random.below(3)) { damaged[5 + random.below(bytes.count - 5)] = UInt8(random.below(256)) }
      if random.chance(4) { damaged.removeLast(random.below(bytes.count - 5)) }
      let sealed = Blob(damaged)
      let hash = Hash.bytes(UnsafePointer(sealed.base), count: damaged.count)
      damaged += (0..<8).map { UInt8(truncatingIfNeeded: hash >> ($0 * 8)) }
      do throws(StateFormatError) {
        let reader = try ColumnReader(damaged)
        _ = try reader.int()
        _ = try reader.double()
        _ = try reader.bool()
        _ = try reader.string()
        _ = try reader.value()
        _ = try reader.ints()
        _ = try reader.ints32()
        for column in try reader.columns(RandomValues.types) { #expect(column.values.count == column.count) }
      } catch {
        failures += 1
        #expect(error.offset <= damaged.count)
      }
    }
    #expect(failures > 300)
  }

  @Test func errorsSayWhatAndWhere() throws {
    let writer = ColumnWriter()
    writer.write(7)
    let blob = writer.finish()
    let error = #expect(throws: StateFormatError.self) { try ColumnReader(blob).bool() }
    #expect(error?.description == "expected a Boolean, found an integer, at byte 6 of the saved state")
    let old = #expect(throws: StateFormatError.self) {
      try ColumnReader([77, 82, 83, 84, 9] + [UInt8](repeating: 0, count: 8))
    }
    #expect(old?.what == "saved state has version 9, this program reads 1")
  }

  @Test func aColumnOfAnotherTypeIsRefused() throws {
    let writer = ColumnWriter()
    writer.write(Column([.int(1)], type: .int64))
    let blob = writer.finish()
    #expect(throws: StateFormatError.self) { try ColumnReader(blob).column(.text) }
  }
}
