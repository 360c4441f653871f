// A group index in saved state: its keys by id. In: an index, or bytes. Out: bytes, or an index that gives the same ids.

extension GroupIndex {
  /// Writes all keys.
  public func write(to writer: ColumnWriter) {
    writer.write(count)
    writer.write(keys())
  }

  /// Reads an index for keys of the given types.
  public static func read(from reader: ColumnReader, types: [DataType]) throws(StateFormatError) -> GroupIndex {
    let index = GroupIndex(types: types)
    let count = try reader.int()
    let columns = try reader.columns(types)
    guard count >= 0, count <= Int64(Int32.max), columns.allSatisfy({ $0.count == count }),
      !types.isEmpty || count <= 1
    else { throw reader.failure("an index of \(count) keys has columns of another count") }
    let ids = index.ids(for: columns, count: Int(count))
    for i in 0..<ids.count where ids.base[i] != i { throw reader.failure("a key of an index is there twice") }
    return index
  }
}
