// MAPs: made of entries or arrays, looked into by key, taken apart. In: maps as arrays of (key, value) structs in ascending
// order of keys. Out: the same, or parts of them. A key comes once; of several entries with one key the last counts.

import Values

extension FunctionFamily {
  mutating func declareMaps() {
    let map = ResultRule.computed("MAP<T, U>") { types in
      guard case .array(.row(let fields), _)? = types.first, fields.count == 2 else {
        return .map(key: .null, value: .null)
      }
      return .map(key: fields[0].type, value: fields[1].type)
    }
    declare(
      "MAP_FROM_ENTRIES", [], "A map of structs of a key and a value; a NULL key is an error.",
      examples: ["MAP_FROM_ENTRIES(ARRAY[STRUCT('b' AS k, 1 AS v), STRUCT('a', 2)])": "{\"a\": 2, \"b\": 1}"],
      [FunctionSignature(["entries": .entries(key: 0, value: 1)], map, MapKernel.fromEntries)])
    declare(
      "MAP_FROM_ARRAYS", [], "A map of keys and their values; arrays of different lengths are an error.",
      examples: ["MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])": "{\"a\": 1, \"b\": 2}"],
      [
        FunctionSignature(
          ["keys": .array(of: 0), "values": .array(of: 1)],
          .computed("MAP<T, U>") { types in
            .map(key: types.first?.elementType ?? .null, value: types.last?.elementType ?? .null)
          }, MapKernel.fromArrays)
      ])
    declare(
      "MAP_KEYS", [], "The keys of a map in ascending order.",
      examples: ["MAP_KEYS(MAP['b', 1, 'a', 2])": "[\"a\", \"b\"]"],
      [FunctionSignature(["map": .map(key: 0, value: 1)], .array(of: 0), MapKernel.parts { $0.keys })])
    declare(
      "MAP_VALUES", [], "The values of a map in the order of its keys.",
      examples: ["MAP_VALUES(MAP['b', 1, 'a', 2])": "[2, 1]"],
      [FunctionSignature(["map": .map(key: 0, value: 1)], .array(of: 1), MapKernel.parts { $0.values })])
    declare(
      "MAP_ENTRIES", [], "The entries of a map as structs of key and value, in the order of the keys.",
      examples: ["MAP_ENTRIES(MAP['a', 2])": "[{\"key\": \"a\", \"value\": 2}]"],
      [
        FunctionSignature(
          ["map": .map(key: 0, value: 1)],
          .computed("ARRAY<STRUCT<key T, value U>>") { types in
            .array(element: types.first?.elementType ?? .null, elementNullable: false)
          }, MapKernel.parts { $0.entries })
      ])
    declare(
      "MAP_GET", [], "The value of a key, written map[key]; NULL when the map does not have it.",
      examples: ["MAP_GET(MAP['a', 2], 'a')": "2", "MAP['a', 2]['b']": "NULL"],
      [
        FunctionSignature(
          ["map": .map(key: 0, value: 1), "key": .generic(0, .equatable)], .generic(1), nulls: .strictOrMissing,
          MapKernel.get)
      ])
    declare(
      "MAP_CONTAINS_KEY", ["MAP_CONTAINS"], "Whether a map has a key.",
      examples: ["MAP_CONTAINS_KEY(MAP['a', 2], 'b')": "false"],
      [
        FunctionSignature(
          ["map": .map(key: 0, value: 1), "key": .generic(0, .equatable)], .boolean, MapKernel.contains)
      ])
    declare(
      "MAP_CONCAT", [], "The entries of all maps; of several with one key, the last.",
      examples: ["MAP_CONCAT(MAP['a', 1], MAP['a', 2, 'b', 3])": "{\"a\": 2, \"b\": 3}"],
      [
        FunctionSignature(
          ["map": .map(key: 0, value: 1), "maps": .variadic(.map(key: 0, value: 1))],
          .computed("MAP<T, U>") { types in types.first ?? .null }, MapKernel.concat)
      ])
  }
}

/// Arrays or maps of one argument with elements of the storage that their type says, constants too.
struct ElementRows {
  let elements: Column
  private let views: Vector<ByteView>
  private let step: Int

  init(_ datum: Datum, _ type: DataType) {
    let column = datum.isScalar ? datum.column(type, count: 1) : datum.column(type, count: 0)
    step = datum.isScalar ? 0 : 1
    if case .array(let vector) = column.data, vector.elements.count > 0 {
      elements = vector.elements
      views = vector.views
    } else if case .array(let vector) = column.data {
      elements = Column.nulls(type.elementType ?? .null, count: 0)
      views = vector.views
    } else {
      elements = Column.nulls(type.elementType ?? .null, count: 0)
      views = Vector(repeating: ByteView(offset: 0, length: 0), count: max(column.count, 1))
    }
  }

  func range(_ row: Int) -> Range<Int> {
    let view = views.base[row &* step]
    return Int(view.offset)..<(Int(view.offset) + Int(view.length))
  }

  /// The views of `count` rows.
  func expanded(_ count: Int) -> Vector<ByteView> {
    let result = Vector<ByteView>(uninitialized: count)
    for row in 0..<count { result.base[row] = views.base[row &* step] }
    return withExtendedLifetime(views) { result }
  }
}

/// The kernels of maps.
enum MapKernel {
  struct Parts {
    var entries: Column
    var keys: Column
    var values: Column

    init?(_ entries: Column) {
      guard case .row(let fields, _) = entries.data, fields.count == 2 else { return nil }
      self.entries = entries
      keys = fields[0]
      values = fields[1]
    }
  }

  static func parts(_ choose: @escaping @Sendable (Parts) -> Column) -> Kernel {
    Kernel { site in
      let type = site.type(0)
      return { arguments, rows in
        let maps = ElementRows(arguments[0], type)
        guard let parts = Parts(maps.elements) else { return .scalar(.null) }
        return .column(Column(.array(ArrayVector(views: maps.expanded(rows.count), elements: choose(parts)))))
      }
    }
  }

  static let fromEntries = Kernel { site in
    guard case .map(let key, _, _) = site.result else { return { _, _ in .scalar(.null) } }
    let type = site.type(0)
    return { arguments, rows in
      let lists = ElementRows(arguments[0], type)
      guard let parts = Parts(lists.elements) else { return .scalar(.array([])) }
      let views = lists.expanded(rows.count)
      for row in 0..<rows.count {
        for entry in lists.range(row) where parts.entries.isNull(entry) || parts.keys.isNull(entry) {
          rows.fail(row, .invalidArgument)
          views.base[row] = ByteView(offset: 0, length: 0)
          break
        }
      }
      return .column(Column(.array(MapForm.canonical(ArrayVector(views: views, elements: parts.entries), key: key))))
    }
  }

  static let fromArrays = Kernel { site in
    guard case .map(let key, _, _) = site.result else { return { _, _ in .scalar(.null) } }
    let (keyType, valueType) = (site.type(0), site.type(1))
    return { arguments, rows in
      let (keys, values) = (ElementRows(arguments[0], keyType), ElementRows(arguments[1], valueType))
      let views = Vector<ByteView>(uninitialized: rows.count)
      let (ownKeys, ownValues) = (VectorBuilder<Int32>(), VectorBuilder<Int32>())
      for row in 0..<rows.count {
        let (left, right) = (keys.range(row), values.range(row))
        let start = ownKeys.count
        if left.count != right.count || left.contains(where: { keys.elements.isNull($0) }) {
          rows.fail(row, .invalidArgument)
        } else {
          for index in left { ownKeys.append(Int32(truncatingIfNeeded: index)) }
          for index in right { ownValues.append(Int32(truncatingIfNeeded: index)) }
        }
        views.base[row] = ByteView(offset: start, length: ownKeys.count - start)
      }
      let count = ownKeys.count
      let fields = [keys.elements.gather(ownKeys.finish()), values.elements.gather(ownValues.finish())]
      let entries = Column(.row(fields, count: count))
      return .column(Column(.array(MapForm.canonical(ArrayVector(views: views, elements: entries), key: key))))
    }
  }

  static let concat = Kernel { site in
    guard case .map(let key, _, _) = site.result, let entry = site.result.elementType else {
      return { _, _ in .scalar(.null) }
    }
    let types = site.types
    return { arguments, rows in
      let maps = arguments.indices.map { ElementRows(arguments[$0], types[$0]) }
      let elements = Column.concatenate(maps.map(\.elements), type: entry)
      let joined = ArrayKernel.choose(elements, rows) { row, chosen in
        var base = 0
        for map in maps {
          for index in map.range(row) { chosen.append(Int32(truncatingIfNeeded: base + index)) }
          base += map.elements.count
        }
      }
      guard case .column(let column) = joined, case .array(let vector) = column.data else { return joined }
      return .column(Column(.array(MapForm.canonical(vector, key: key))))
    }
  }

  /// The entry of the wanted key in each row, nil where there is none. Equal keys get one number for the batch, so that
  /// any type of key is compared as an integer.
  private static func found(
    _ maps: ElementRows, _ keys: Column, _ wanted: Column, _ type: DataType, _ count: Int
  ) -> [Int?] {
    let used = VectorBuilder<Int32>()
    for row in 0..<count { for entry in maps.range(row) { used.append(Int32(truncatingIfNeeded: entry)) } }
    let total = used.count
    let all = Column.concatenate([wanted, keys.gather(used.finish())], type: type)
    let index = GroupIndex(types: [type])
    let ids = index.ids(for: [all], count: count + total)
    var position = count
    return (0..<count).map { row in
      let range = maps.range(row)
      defer { position += range.count }
      for offset in 0..<range.count where ids.base[position + offset] == ids.base[row] {
        return range.lowerBound + offset
      }
      return nil
    }
  }

  static let get = Kernel { site in
    let (type, keyType) = (site.type(0), site.type(1))
    return { arguments, rows in
      let maps = ElementRows(arguments[0], type)
      guard let parts = Parts(maps.elements) else { return .scalar(.null) }
      let wanted = arguments[1].column(keyType, count: rows.count)
      let chosen = found(maps, parts.keys, wanted, keyType, rows.count)
      return .column(parts.values.gather(optional: chosen, type: site.result))
    }
  }

  static let contains = Kernel { site in
    let (type, keyType) = (site.type(0), site.type(1))
    return { arguments, rows in
      let maps = ElementRows(arguments[0], type)
      guard let parts = Parts(maps.elements) else { return .scalar(.bool(false)) }
      let wanted = arguments[1].column(keyType, count: rows.count)
      let chosen = found(maps, parts.keys, wanted, keyType, rows.count)
      return .column(Column(.bool(Vector(chosen.map { $0 != nil }))))
    }
  }
}
