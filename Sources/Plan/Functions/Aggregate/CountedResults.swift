// Percentiles and lists out of the counted values of groups. In: values in ascending order with their counts. Out: one
// result for each group. A share outside 0 to 1, and what is longer than a value may be, is a row error.

import Values

enum Percentile {
  @Sendable static func median(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    let results = values.ranges.indices.map { group in interpolated(values, group, share: 0.5) }
    return (Column(optional: results), RowErrors())
  }

  @Sendable static func continuous(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    var errors = RowErrors()
    let results = values.ranges.indices.map { group -> Double? in
      guard let share = share(values, group, &errors) else { return nil }
      return interpolated(values, group, share: share)
    }
    return (Column(optional: results), errors)
  }

  @Sendable static func discrete(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    var errors = RowErrors()
    let chosen = values.ranges.indices.map { group -> Int? in
      guard let share = share(values, group, &errors) else { return nil }
      let rank = max((share * Double(values.totals[group])).rounded(.up) - 1, 0)
      return entry(values, group, Int64(rank))
    }
    return (values.columns[0].gather(optional: chosen, type: type), errors)
  }

  /// The share asked for: that of the row with the greatest value, for it should be the same in all.
  private static func share(_ values: SortedValues, _ group: Int, _ errors: inout RowErrors) -> Double? {
    let range = values.ranges[group]
    guard !range.isEmpty, case .double(let shares) = values.columns[1].data else { return nil }
    let share = shares.base[range.upperBound - 1]
    if share >= 0 && share <= 1 { return share }
    errors.list.append(RowError(row: Int32(truncatingIfNeeded: group), code: .invalidArgument, range: nil))
    return nil
  }

  /// The entry of the row number `rank`, from 0, of a group.
  private static func entry(_ values: SortedValues, _ group: Int, _ rank: Int64) -> Int? {
    var passed: Int64 = 0
    for entry in values.ranges[group] {
      passed &+= values.copies.base[entry]
      if passed > rank { return entry }
    }
    return values.ranges[group].last
  }

  private static func interpolated(_ values: SortedValues, _ group: Int, share: Double) -> Double? {
    guard values.totals[group] > 0, case .double(let numbers) = values.columns[0].data else { return nil }
    let position = share * Double(values.totals[group] - 1)
    let rank = position.rounded(.down)
    let part = position - rank
    guard let low = entry(values, group, Int64(rank)), let high = entry(values, group, Int64(rank) + 1) else {
      return nil
    }
    let (a, b) = (numbers.base[low], numbers.base[high])
    // Weights instead of a difference, which could overflow; equal neighbours stay what they are.
    return part == 0 || a == b ? a : a * (1 - part) + b * part
  }
}

enum Gathering {
  @Sendable static func texts(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    var rows = Rows(count: values.ranges.count, now: 0)
    let texts = Text.lane(.column(values.columns[0]))
    let separators = Text.lane(values.columns.count > 1 ? .column(values.columns[1]) : .scalar(.string(",")))
    let result = Kernel.write(&rows, bytes: texts.blob.capacity, or: .null) { group, sink in
      let range = values.ranges[group]
      guard let last = range.last else { return false }
      // As with shares, the separator of the row with the greatest text.
      let separator = Text.read(separators, last)
      for entry in range {
        var copies = values.copies.base[entry]
        // Empty texts with empty separators would take time without ever getting too long.
        let text = Text.read(texts, entry)
        if text.count == 0 && separator.count == 0 { copies = 0 }
        while copies > 0 && !sink.isTooLong {
          if sink.pending.count > 0 || entry > range.lowerBound || copies < values.copies.base[entry] {
            sink.append(separator)
          }
          sink.append(text)
          copies -= 1
        }
      }
      return true
    }
    let errors = rows.failures.map { RowError(row: $0.row, code: $0.code, range: nil) }
    return (result.column(.text, count: rows.count), RowErrors(errors))
  }

  @Sendable static func values(_ values: SortedValues, _ type: DataType) -> (Column, RowErrors) {
    var errors = RowErrors()
    let views = Vector<ByteView>(uninitialized: values.ranges.count)
    let chosen = VectorBuilder<Int32>()
    for (group, range) in values.ranges.enumerated() {
      let start = chosen.count
      if values.totals[group] > ArrayKernel.maximumLength {
        errors.list.append(RowError(row: Int32(truncatingIfNeeded: group), code: .overflow, range: nil))
      } else {
        for entry in range {
          chosen.append(repeating: Int32(truncatingIfNeeded: entry), count: Int(values.copies.base[entry]))
        }
      }
      views.base[group] = ByteView(offset: start, length: chosen.count - start)
    }
    let present = values.ranges.map { !$0.isEmpty }
    let elements = values.columns[0].gather(chosen.finish())
    let validity = present.contains(false) ? Vector(present) : nil
    return (Column(.array(ArrayVector(views: views, elements: elements)), validity: validity), errors)
  }
}
