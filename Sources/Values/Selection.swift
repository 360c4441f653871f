// Which rows: masks become lists of row numbers. In: a mask. Out: ascending row numbers.
// Never branches per row: a mispredicted branch costs more than the store.

extension Vector where Element == Int32 {
  /// 0, 1, ... count - 1.
  public static func indices(_ count: Int) -> Vector<Int32> {
    let result = Vector<Int32>(uninitialized: count)
    for i in 0..<count { result.base[i] = Int32(truncatingIfNeeded: i) }
    return result
  }
}

/// The numbers of the rows where `mask` is true.
@inlinable
public func selection(where mask: Vector<Bool>) -> Vector<Int32> {
  let builder = VectorBuilder<Int32>(capacity: mask.count)
  let target = builder.reserve(mask.count)
  let source = mask.base
  var found = 0
  for i in 0..<mask.count {
    target[found] = Int32(truncatingIfNeeded: i)
    found &+= Int(unsafeBitCast(source[i], to: UInt8.self))
  }
  builder.commit(found)
  return withExtendedLifetime(mask) { builder.finish() }
}

/// The numbers of the rows where `mask` is true and not NULL: what WHERE keeps.
@inlinable
public func selection(where mask: Vector<Bool>, validity: Vector<Bool>?) -> Vector<Int32> {
  guard let validity else { return selection(where: mask) }
  let builder = VectorBuilder<Int32>(capacity: mask.count)
  let target = builder.reserve(mask.count)
  let source = mask.base
  let valid = validity.base
  var found = 0
  for i in 0..<mask.count {
    target[found] = Int32(truncatingIfNeeded: i)
    found &+= Int(unsafeBitCast(source[i], to: UInt8.self) & unsafeBitCast(valid[i], to: UInt8.self))
  }
  builder.commit(found)
  return withExtendedLifetime((mask, validity)) { builder.finish() }
}
