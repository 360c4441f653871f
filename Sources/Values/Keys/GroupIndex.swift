// Keys of any type to dense numbers 0, 1, 2, ...: what GROUP BY, joins and DISTINCT keep their columns of state by.
// In: key columns of a batch. Out: the id of each row. Keys are copied: state never pins a batch.

/// The table from keys to ids. NULL equals NULL, NaN equals NaN, -0 equals 0.
///
/// Ids are given in the order in which keys are first met, so they depend on the rows and on nothing else.
public final class GroupIndex {
  enum Table {
    case int(IntTable)
    case pair(PairTable)
    case bytes(BytesTable)
    case encoded(KeyEncoder, BytesTable)
  }

  /// The types of the key's columns.
  public let types: [DataType]
  let table: Table

  /// Makes an empty index for keys of the given types; without types there is one key.
  public init(types: [DataType]) {
    self.types = types
    switch KeyShape(types) {
    case .int: table = .int(IntTable())
    case .pair: table = .pair(PairTable())
    case .bytes: table = .bytes(BytesTable())
    case .encoded(let encoder): table = .encoded(encoder, BytesTable())
    }
  }

  /// The number of keys; ids are less.
  public var count: Int {
    switch table {
    case .int(let table): table.count
    case .pair(let table): table.count
    case .bytes(let table), .encoded(_, let table): table.count
    }
  }

  /// The bytes that the index holds, roughly.
  public var memory: Int {
    switch table {
    case .int(let table): table.memory
    case .pair(let table): table.memory
    case .bytes(let table), .encoded(_, let table): table.memory
    }
  }

  /// The id of each row's key; keys not met before get the next ids.
  public func ids(for columns: [Column], count: Int) -> Vector<Int32> {
    find(columns, count: count, inserting: true)
  }

  /// The id of each row's key, -1 for keys that the index does not hold.
  public func lookup(_ columns: [Column], count: Int) -> Vector<Int32> {
    find(columns, count: count, inserting: false)
  }

  private func find(_ columns: [Column], count: Int, inserting: Bool) -> Vector<Int32> {
    precondition(columns.count == types.count, "a key needs one column for each of its types")
    switch table {
    case .int(let table):
      let part = columns[0].keyPart
      return table.ids(part.values, part.validity, count: count, inserting: inserting)
    case .pair(let table):
      return table.ids(columns[0].keyPart, columns[1].keyPart, count: count, inserting: inserting)
    case .bytes(let table):
      return table.ids(columns[0].keyBytes, columns[0].validity, count: count, inserting: inserting)
    case .encoded(let encoder, let table):
      return table.ids(encoder.encode(columns, count: count), nil, count: count, inserting: inserting)
    }
  }

  /// All keys, by id.
  public func keys() -> [Column] { keys(Vector.indices(count)) }

  /// The keys of the given ids, each less than `count`.
  public func keys(_ ids: Vector<Int32>) -> [Column] {
    switch table {
    case .int(let table):
      return [Column(.int(table.keys.gathered(ids)), validity: Self.validity(ids, null: table.nullID))]
    case .pair(let table):
      let flags = table.nulls.gathered(ids)
      return [
        Column(.int(table.firsts.gathered(ids)), validity: Self.validity(flags, bit: 1)),
        Column(.int(table.seconds.gathered(ids)), validity: Self.validity(flags, bit: 2)),
      ]
    case .bytes(let table):
      return [Column(.bytes(table.keys(ids)), validity: Self.validity(ids, null: table.nullID))]
    case .encoded(let encoder, let table): return encoder.decode(table.keys(ids))
    }
  }

  private static func validity(_ ids: Vector<Int32>, null: Int32) -> Vector<Bool>? {
    if null < 0 { return nil }
    let builder = ValidityBuilder()
    for i in 0..<ids.count { builder.append(ids.base[i] != null) }
    return builder.finish()
  }

  private static func validity(_ flags: Vector<UInt8>, bit: UInt8) -> Vector<Bool>? {
    let builder = ValidityBuilder()
    for i in 0..<flags.count { builder.append(flags.base[i] & bit == 0) }
    return builder.finish()
  }

  /// Forgets every key and keeps the memory for the next ones.
  public func reset() {
    switch table {
    case .int(let table): table.reset()
    case .pair(let table): table.reset()
    case .bytes(let table), .encoded(_, let table): table.reset()
    }
  }

  /// Forgets every key but those of the given distinct ids, which become 0, 1, ... in that order.
  ///
  /// Returns the new id of each old one, -1 where it was forgotten. Columns of state follow with `gather(kept)`.
  @discardableResult
  public func compact(keeping kept: Vector<Int32>) -> Vector<Int32> {
    let remap = Vector<Int32>(repeating: -1, count: count)
    for i in 0..<kept.count { remap.base[Int(kept.base[i])] = Int32(truncatingIfNeeded: i) }
    switch table {
    case .int(let table): table.compact(keeping: kept)
    case .pair(let table): table.compact(keeping: kept)
    case .bytes(let table), .encoded(_, let table): table.compact(keeping: kept)
    }
    return remap
  }
}

extension VectorBuilder {
  /// A vector of the elements at `selection`, in that order.
  @inlinable
  public func gathered(_ selection: Vector<Int32>) -> Vector<Element> {
    let result = Vector<Element>(uninitialized: selection.count)
    for i in 0..<selection.count { result.base[i] = storage[Int(selection.base[i])] }
    return withExtendedLifetime((self, selection)) { result }
  }
}
