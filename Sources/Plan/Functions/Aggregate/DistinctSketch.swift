// APPROX_COUNT_DISTINCT by HyperLogLog (Flajolet et al. 2007) with 4096 registers: a standard error of 1.6 %. A group has a
// short list of its registers, and 4096 bytes once it has many. What it holds is the maximum of each register over its
// values, so neither the order of rows nor a split over states changes the answer; rows cannot be taken back.

import Values

extension AggregateLibrary {
  static let sketchFunctions: [AggregateFunction] = [
    AggregateFunction(
      "APPROX_COUNT_DISTINCT", aliases: ["APPROX_DISTINCT"], parameters: "x",
      "Counts the different values approximately, in at most 4 KiB; nearly exact up to a thousand or so. Exact, and larger, where rows are taken back.",
      example: AggregateExample("APPROX_COUNT_DISTINCT(x)", "2"),
      resolve: { types in
        types.count == 1 ? AggregateResolution(types, .int64, nullableWhenEmpty: false) : nil
      },
      makeStates: { types, _ in DistinctSketch(types) },
      retracting: { types, _ in CountedStates(types, result: nil) })
  ]
}

final class DistinctSketch: AccumulatorState {
  /// Registers of one group.
  static let registers = 1 << registerBits
  private static let registerBits = 12
  /// The largest rank: the zeros before the first one among the other bits of a hash, and 1.
  private static let maximumRank = 64 - registerBits + 1
  /// A list of more registers than this becomes an array; the list is searched from end to end.
  private static let longestList = 96
  /// Mixed into the stable hash of a value, whose upper bits choose partitions elsewhere.
  private static let seed: UInt64 = 0x6A09_E667_F3BC_C909

  private let types: [DataType]
  /// The first node of each group's list, -1 for none, and -2 - slot for an array.
  private let heads = StateVector<Int32>(empty: -1)
  private let lengths = StateVector<Int32>(empty: 0)
  /// Nodes: register * 64 + rank, and the next node.
  private let entries = StateVector<Int32>(empty: 0)
  private let next = StateVector<Int32>(empty: -1)
  private var freeNode: Int32 = -1
  private let arrays = StateVector<UInt8>(empty: 0)
  private var freeArrays: [Int32] = []

  init(_ types: [DataType]) { self.types = types }

  var byteCount: Int {
    heads.byteCount + lengths.byteCount + entries.byteCount + next.byteCount + arrays.byteCount
  }

  func resize(to groups: Int) {
    heads.resize(to: groups)
    lengths.resize(to: groups)
  }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    let hashes = KeyHash.hashes(arguments, types: types, count: groups.count)
    forEachCountedRow(groups.count, mask: mask, validity: arguments[0].validity, weights: nil) { row, _ in
      let hash = Hash.combine(hashes.base[row], Self.seed)
      let register = Int32(truncatingIfNeeded: hash >> UInt64(64 - Self.registerBits))
      let rest = hash << UInt64(Self.registerBits) | 1 << UInt64(Self.registerBits - 1)
      offer(register, Int32(truncatingIfNeeded: rest.leadingZeroBitCount &+ 1), to: Int(groups.base[row]))
    }
    withExtendedLifetime((groups, hashes)) {}
  }

  /// Raises a register of a group to `rank`.
  private func offer(_ register: Int32, _ rank: Int32, to group: Int) {
    let head = heads.base[group]
    if head < -1 {
      let byte = arrays.base + (Int(-2 &- head) * Self.registers + Int(register))
      if Int32(byte.pointee) < rank { byte.pointee = UInt8(truncatingIfNeeded: rank) }
      return
    }
    var node = head
    while node >= 0 {
      let entry = entries.base[Int(node)]
      if entry >> 6 == register {
        if entry & 63 < rank { entries.base[Int(node)] = register << 6 | rank }
        return
      }
      node = next.base[Int(node)]
    }
    if Int(lengths.base[group]) < Self.longestList { return append(register << 6 | rank, to: group) }
    spread(group)
    offer(register, rank, to: group)
  }

  private func append(_ entry: Int32, to group: Int) {
    var node = freeNode
    if node >= 0 {
      freeNode = next.base[Int(node)]
    } else {
      node = Int32(truncatingIfNeeded: entries.count)
      entries.resize(to: entries.count + 1)
      next.resize(to: entries.count)
    }
    entries.base[Int(node)] = entry
    next.base[Int(node)] = heads.base[group]
    heads.base[group] = node
    lengths.base[group] += 1
  }

  /// Makes the list of a group an array.
  private func spread(_ group: Int) {
    let slot = freeArrays.popLast() ?? Int32(truncatingIfNeeded: arrays.count / Self.registers)
    arrays.resize(to: (Int(slot) + 1) * Self.registers)
    var node = heads.base[group]
    while node >= 0 {
      let entry = entries.base[Int(node)]
      arrays.base[Int(slot) * Self.registers + Int(entry >> 6)] = UInt8(truncatingIfNeeded: entry & 63)
      node = next.base[Int(node)]
    }
    release(group)
    heads.base[group] = -2 - slot
  }

  /// Gives the nodes of a list back.
  private func release(_ group: Int) {
    var node = heads.base[group]
    while node >= 0 {
      let following = next.base[Int(node)]
      next.base[Int(node)] = freeNode
      freeNode = node
      node = following
    }
    heads.base[group] = -1
    lengths.base[group] = 0
  }

  /// Calls `body` with each register of a group that is not 0, and its rank.
  private func forEachRegister(_ group: Int, _ body: (Int32, Int32) -> Void) {
    let head = heads.base[group]
    if head < -1 {
      let base = arrays.base + Int(-2 - head) * Self.registers
      for register in 0..<Self.registers where base[register] > 0 { body(Int32(register), Int32(base[register])) }
      return
    }
    var node = head
    while node >= 0 {
      body(entries.base[Int(node)] >> 6, entries.base[Int(node)] & 63)
      node = next.base[Int(node)]
    }
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? DistinctSketch else { wrongStorage("APPROX_COUNT_DISTINCT") }
    for i in 0..<sources.count {
      other.forEachRegister(Int(sources.base[i])) { offer($0, $1, to: Int(targets.base[i])) }
    }
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    let result = Vector<Int64>(uninitialized: groups.count)
    var histogram = [Int](repeating: 0, count: Self.maximumRank + 1)
    for row in 0..<groups.count {
      for rank in histogram.indices { histogram[rank] = 0 }
      histogram[0] = Self.registers
      forEachRegister(Int(groups.base[row])) { _, rank in
        histogram[Int(rank)] += 1
        histogram[0] -= 1
      }
      result.base[row] = SketchEstimate.count(histogram)
    }
    return (Column(.int(result)), RowErrors())
  }

  func clear(_ groups: Vector<Int32>) {
    for i in 0..<groups.count {
      let group = Int(groups.base[i])
      let head = heads.base[group]
      if head < -1 {
        (arrays.base + Int(-2 - head) * Self.registers).update(repeating: 0, count: Self.registers)
        freeArrays.append(-2 - head)
      }
      release(group)
    }
  }

  func write(to writer: ColumnWriter) {
    let counts = Vector<Int32>(repeating: 0, count: heads.count)
    let words = VectorBuilder<Int32>()
    for group in 0..<heads.count {
      let start = words.count
      forEachRegister(group) { words.append($0 << 6 | $1) }
      counts.base[group] = Int32(truncatingIfNeeded: words.count - start)
    }
    writer.write(counts)
    writer.write(words.finish())
  }

  func read(from reader: ColumnReader) throws(StateFormatError) {
    let counts = try reader.ints32()
    let words = try reader.ints32()
    var total = 0
    for group in 0..<counts.count {
      guard (0...Int32(Self.registers)).contains(counts.base[group]) else {
        throw reader.failure("a sketch has too many registers")
      }
      total += Int(counts.base[group])
    }
    guard total == words.count else { throw reader.failure("the registers of sketches do not fit the sketches") }
    for word in 0..<words.count {
      guard (0..<Int32(Self.registers)).contains(words.base[word] >> 6),
        (1...Int32(Self.maximumRank)).contains(words.base[word] & 63)
      else { throw reader.failure("a register of a sketch is out of range") }
    }
    for field in [heads, lengths, entries, next] { field.replace(with: Vector(repeating: 0, count: 0)) }
    arrays.replace(with: Vector(repeating: 0, count: 0))
    (freeNode, freeArrays) = (-1, [])
    resize(to: counts.count)
    var word = 0
    for group in 0..<counts.count {
      for _ in 0..<counts.base[group] {
        offer(words.base[word] >> 6, words.base[word] & 63, to: group)
        word += 1
      }
    }
  }
}

/// How many values are behind registers, by the improved raw estimator of Ertl ("New cardinality estimation algorithms for
/// HyperLogLog sketches", 2017): without tables, and without a jump between few and many values.
enum SketchEstimate {
  /// `histogram[k]` is the number of registers with rank k.
  static func count(_ histogram: [Int]) -> Int64 {
    let m = Double(DistinctSketch.registers)
    let last = histogram.count - 1
    var z = m * tau(1 - Double(histogram[last]) / m)
    for rank in (1..<last).reversed() { z = 0.5 * (z + Double(histogram[rank])) }
    z += m * sigma(Double(histogram[0]) / m)
    // 1 / (2 ln 2)
    let estimate = 0.721347520444481703680 * m * m / z
    return estimate.isFinite ? Int64(estimate.rounded()) : 0
  }

  private static func sigma(_ start: Double) -> Double {
    if start == 1 { return .infinity }
    var (x, y, sum, before) = (start, 1.0, start, -1.0)
    while sum != before {
      x *= x
      before = sum
      sum += x * y
      y += y
    }
    return sum
  }

  private static func tau(_ start: Double) -> Double {
    if start == 0 || start == 1 { return 0 }
    var (x, y, sum, before) = (start, 1.0, 1 - start, -1.0)
    while sum != before {
      x = x.squareRoot()
      before = sum
      y *= 0.5
      sum -= (1 - x) * (1 - x) * y
    }
    return sum / 3
  }
}
