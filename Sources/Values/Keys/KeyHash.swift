// The hash of a row's key, and which part of an exchange it belongs to. In: key columns. Out: hashes, parts.
// Stable: the same row goes to the same part in every process and every run, whatever batch it travels in.
//
// The rule: one integer column hashes as `Hash.int`, two as `Hash.pair` (with a NULL in either, its place is mixed in),
// one string column as `Hash.bytes` of its bytes, anything else as `Hash.bytes` of its memory-comparable key; a NULL
// alone is `Hash.null`. Row r goes to part floor(hash(r) * parts / 2^64): the upper bits, for tables use the lower.

/// How a key is hashed and told apart.
enum KeyShape {
  case int
  case pair
  case bytes
  case encoded(KeyEncoder)

  init(_ types: [DataType]) {
    let storages = types.map(\.storage)
    if storages == [.int] {
      self = .int
    } else if storages == [.int, .int] {
      self = .pair
    } else if storages == [.bytes] {
      self = .bytes
    } else {
      self = .encoded(KeyEncoder(types: types))
    }
  }
}

/// Hashes of keys.
public enum KeyHash {
  /// The hash of each row of the key columns.
  public static func hashes(_ columns: [Column], types: [DataType], count: Int) -> Vector<UInt64> {
    switch KeyShape(types) {
    case .int:
      let part = columns[0].keyPart
      let result = Vector<UInt64>(uninitialized: count)
      for i in 0..<count { result.base[i] = Hash.int(part.values.base[i]) }
      if let valid = part.validity { setNulls(result, valid) }
      return withExtendedLifetime(part) { result }
    case .pair: return pairs(columns[0].keyPart, columns[1].keyPart, count: count)
    case .bytes:
      let result = bytes(columns[0].keyBytes, count: count)
      if let valid = columns[0].validity { setNulls(result, valid) }
      return result
    case .encoded(let encoder): return bytes(encoder.encode(columns, count: count), count: count)
    }
  }

  private static func setNulls(_ hashes: Vector<UInt64>, _ validity: Vector<Bool>) {
    for i in 0..<hashes.count where !validity.base[i] { hashes.base[i] = Hash.null }
    withExtendedLifetime(validity) {}
  }

  private static func pairs(_ first: KeyPart, _ second: KeyPart, count: Int) -> Vector<UInt64> {
    let result = Vector<UInt64>(uninitialized: count)
    for i in 0..<count {
      let x = first.validity?.base[i] ?? true
      let y = second.validity?.base[i] ?? true
      let flags: UInt8 = (x ? 0 : 1) | (y ? 0 : 2)
      result.base[i] = pair(x ? first.values.base[i] : 0, y ? second.values.base[i] : 0, flags)
    }
    return withExtendedLifetime((first, second)) { result }
  }

  /// The hash of two integers of which `flags` says which are NULL.
  @inline(__always)
  static func pair(_ first: Int64, _ second: Int64, _ flags: UInt8) -> UInt64 {
    let hash = Hash.pair(first, second)
    return flags == 0 ? hash : Hash.combine(hash, UInt64(flags))
  }

  /// The hash of each string.
  public static func bytes(_ strings: BytesVector, count: Int) -> Vector<UInt64> {
    let result = Vector<UInt64>(uninitialized: count)
    let base = UnsafePointer(strings.blob.base)
    let views = strings.views.base
    for i in 0..<count {
      result.base[i] = Hash.bytes(base + Int(views[i].offset), count: Int(views[i].length))
    }
    return withExtendedLifetime(strings) { result }
  }

  /// The rows of each of `parts` parts, in their order: a stable counting sort by hash.
  public static func partition(_ hashes: Vector<UInt64>, parts: Int) -> [Vector<Int32>] {
    if parts <= 1 { return [Vector.indices(hashes.count)] }
    let owners = Vector<Int32>(uninitialized: hashes.count)
    var counts = [Int](repeating: 0, count: parts)
    counts.withUnsafeMutableBufferPointer { counts in
      for i in 0..<hashes.count {
        let part = part(of: hashes.base[i], parts: parts)
        owners.base[i] = Int32(truncatingIfNeeded: part)
        counts[part] &+= 1
      }
    }
    let result = counts.map { Vector<Int32>(uninitialized: $0) }
    let ends = Vector(result.map(\.base))
    for i in 0..<hashes.count {
      let part = Int(owners.base[i])
      ends.base[part].pointee = Int32(truncatingIfNeeded: i)
      ends.base[part] += 1
    }
    return withExtendedLifetime(hashes) { result }
  }

  /// The rows of each part, by the hash of their key.
  public static func partition(
    _ columns: [Column], types: [DataType], count: Int, parts: Int
  ) -> [Vector<Int32>] {
    if parts <= 1 { return [Vector.indices(count)] }
    return partition(hashes(columns, types: types, count: count), parts: parts)
  }

  /// The part to which a hash belongs.
  @inlinable
  public static func part(of hash: UInt64, parts: Int) -> Int {
    Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(truncatingIfNeeded: parts)).high)
  }
}

extension Column {
  /// This column as a part of an integer key.
  var keyPart: KeyPart {
    guard case .int(let values) = data else { preconditionFailure("an integer key needs an integer column") }
    return KeyPart(values: values, validity: validity)
  }

  /// This column as a string key.
  var keyBytes: BytesVector {
    guard case .bytes(let values) = data else { preconditionFailure("a string key needs a string column") }
    return values
  }
}
