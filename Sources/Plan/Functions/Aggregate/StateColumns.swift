// How the fields of states go into a snapshot and come back: as columns, in the versioned form of `Values`.

import Values

extension ColumnWriter {
  func writeState(_ field: StateVector<Int64>) { write(field.copy()) }

  func writeState(_ field: StateVector<Int128>) { write(Column(.decimal(field.copy()))) }

  func writeState(_ field: StateVector<Bool>) { write(Column(.bool(field.copy()))) }

  func writeState(_ field: StateVector<ByteView>) {
    let pairs = Vector<Int32>(uninitialized: field.count * 2)
    for group in 0..<field.count {
      pairs.base[group * 2] = Int32(bitPattern: field.base[group].offset)
      pairs.base[group * 2 + 1] = Int32(bitPattern: field.base[group].length)
    }
    write(pairs)
  }

  func writeState(_ field: StateVector<DoubleDouble>) {
    let high = Vector<Double>(uninitialized: field.count)
    let low = Vector<Double>(uninitialized: field.count)
    for group in 0..<field.count {
      high.base[group] = field.base[group].high
      low.base[group] = field.base[group].low
    }
    write(Column(.double(high)))
    write(Column(.double(low)))
  }
}

extension ColumnReader {
  func readState(into field: StateVector<Int64>) throws(StateFormatError) { field.replace(with: try ints()) }

  func readState(into field: StateVector<Int128>) throws(StateFormatError) {
    guard case .decimal(let values) = try column(.decimal(precision: 38, scale: 0)).data else {
      throw failure("a column of sums is of another type")
    }
    field.replace(with: values)
  }

  func readState(into field: StateVector<Bool>) throws(StateFormatError) {
    guard case .bool(let values) = try column(.boolean).data else {
      throw failure("a column of marks is of another type")
    }
    field.replace(with: values)
  }

  func readState(into field: StateVector<ByteView>) throws(StateFormatError) {
    let pairs = try ints32()
    guard pairs.count % 2 == 0 else { throw failure("a column of views has half a view") }
    let views = Vector<ByteView>(uninitialized: pairs.count / 2)
    for group in 0..<views.count {
      views.base[group] = ByteView(
        offset: UInt32(bitPattern: pairs.base[group * 2]), length: UInt32(bitPattern: pairs.base[group * 2 + 1]))
    }
    field.replace(with: views)
  }

  func readState(into field: StateVector<DoubleDouble>) throws(StateFormatError) {
    guard case .double(let high) = try column(.float64).data, case .double(let low) = try column(.float64).data,
      high.count == low.count
    else {
      throw failure("the halves of a column of sums do not fit together")
    }
    let pairs = Vector<DoubleDouble>(uninitialized: high.count)
    for group in 0..<high.count { pairs.base[group] = DoubleDouble(high: high.base[group], low: low.base[group]) }
    field.replace(with: pairs)
  }
}
