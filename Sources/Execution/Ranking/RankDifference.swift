// What to say when the first rows of a group have become others. In: the rows that were said and those that are first now, both
// by place. Out: the rows to take back and to give, by place, taking back before giving; nothing for what has stayed.

import Values

final class RankDifference {
  /// Whether a row that stays with another rank is another row.
  private let comparesRanks: Bool
  /// For each row number, where it stands in the new list: its index, or -1.
  private let standing = StateVector<Int32>(empty: -1)
  private(set) var rows: [RankedRow] = []
  private var weights = VectorBuilder<Int64>()

  init(comparesRanks: Bool) { self.comparesRanks = comparesRanks }

  var byteCount: Int { standing.byteCount }

  /// Makes ready for row numbers below `ids`.
  func begin(ids: Int) { standing.resize(to: ids) }

  /// Hands over what was added.
  func take() -> (rows: [RankedRow], weights: Vector<Int64>) {
    defer { rows = [] }
    return (rows, weights.finish())
  }

  /// Adds the difference of one group. `isSame` says whether two rows hold the same values.
  func add(old: ArraySlice<RankedRow>, new: [RankedRow], isSame: (Int32, Int32) -> Bool) {
    for (position, row) in new.enumerated() { standing.base[Int(row.id)] = Int32(truncatingIfNeeded: position) }
    defer { for row in new { standing.base[Int(row.id)] = -1 } }
    var stays = [Bool](repeating: false, count: new.count)
    var gone: [RankedRow] = []
    for row in old {
      let position = Int(standing.base[Int(row.id)])
      if position >= 0, !comparesRanks || new[position].rank == row.rank {
        stays[position] = true
      } else {
        gone.append(row)
      }
    }
    var come = zip(new, stays).filter { !$1 }.map(\.0)
    cancel(&gone, &come, isSame)
    merge(gone, come)
  }

  /// Rows that differ in nothing but their number are the same to everyone else.
  private func cancel(_ gone: inout [RankedRow], _ come: inout [RankedRow], _ isSame: (Int32, Int32) -> Bool) {
    guard !gone.isEmpty, !come.isEmpty else { return }
    gone.removeAll { old in
      let twin = come.firstIndex { new in (!comparesRanks || new.rank == old.rank) && isSame(old.id, new.id) }
      if let twin { come.remove(at: twin) }
      return twin != nil
    }
  }

  private func merge(_ gone: [RankedRow], _ come: [RankedRow]) {
    var next = 0
    for row in gone {
      while next < come.count, come[next].place < row.place {
        add(come[next], 1)
        next += 1
      }
      add(row, -1)
    }
    for row in come[next...] { add(row, 1) }
  }

  private func add(_ row: RankedRow, _ weight: Int64) {
    rows.append(row)
    weights.append(weight)
  }
}

extension BytesVector {
  /// The keys with the rows' places behind them.
  func followed(by rows: [RankedRow]) -> BytesVector {
    joined(
      with: KeyEncoder(types: [.int64]).encode([Column(.int(Vector(rows.map { Int64($0.place) })))], count: count))
  }

  /// The keys with other keys behind them.
  func joined(with places: BytesVector) -> BytesVector {
    let builder = BytesBuilder(rows: count)
    for row in 0..<count {
      let (key, place) = (views.base[row], places.views.base[row])
      let length = Int(key.length) + Int(place.length)
      guard let target = builder.reserve(length) else {
        preconditionFailure("the keys of one emission cannot take more than 4 GiB")
      }
      target.update(from: blob.base + Int(key.offset), count: Int(key.length))
      (target + Int(key.length)).update(from: places.blob.base + Int(place.offset), count: Int(place.length))
      builder.commit(length)
    }
    return withExtendedLifetime((self, places)) { builder.finish() }
  }
}
