// How the fields of states go into a snapshot and come back: as columns, in the versioned form of `Values`.

import Values

extension ColumnWriter {
  mutating func writeState(_ field: StateVector<Int64>) { write(Column(.int(field.copy()))) }
  mutating func writeState(_ field: StateVector<Int128>) { write(Column(.decimal(field.copy()))) }
  mutating func writeState(_ field: StateVector<Bool>) { write(Column(.bool(field.copy()))) }

  mutating func writeState(_ field: StateVector<DoubleDouble>) {
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
