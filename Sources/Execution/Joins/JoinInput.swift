// From a batch to what a join looks up: the values of its keys, and which rows can meet others at all. In: batches of
// one side. Out: the same with their key columns. Rows on which a key fails go to the error stream here.

import Plan
import Values

/// A batch of one side with its evaluated keys.
struct KeyedRows {
  var batch: Batch
  var keys: [Column]
  /// The rows whose keys are not NULL where NULL matches nothing; nil when all rows can meet others.
  var meeting: Vector<Bool>?

  func gather(_ selection: Vector<Int32>) -> KeyedRows {
    KeyedRows(
      batch: batch.gather(selection), keys: keys.map { $0.gather(selection) }, meeting: meeting?.gather(selection))
  }
}

/// The keys of one side of a join.
struct JoinInput {
  private let program: ExpressionProgram
  /// By key, whether NULL meets NULL.
  private let matchesNulls: [Bool]
  let keyTypes: [DataType]

  init(_ keys: [Expression], matchesNulls: [Bool], timeZone: TimeZoneRules) {
    program = ExpressionProgram(keys, timeZone: timeZone)
    self.matchesNulls = matchesNulls
    keyTypes = keys.map(\.type)
  }

  static func sides(of join: Join, timeZone: TimeZoneRules) -> [JoinInput] {
    let nulls = join.keys.map(\.matchesNulls)
    return [join.keys.map(\.left), join.keys.map(\.right)].map {
      JoinInput($0, matchesNulls: nulls, timeZone: timeZone)
    }
  }

  func rows(of batch: Batch, step: StepContext, output: any OperatorOutput) -> KeyedRows {
    let (keys, errors) = program.rows(of: batch, now: step.now)
    var rows = KeyedRows(batch: batch, keys: keys, meeting: nil)
    if let good = batch.reporting(errors, to: output) { rows = rows.gather(good) }
    rows.meeting = meeting(rows.keys, count: rows.batch.count)
    return rows
  }

  private func meeting(_ keys: [Column], count: Int) -> Vector<Bool>? {
    var result: Vector<Bool>?
    for (key, matchesNulls) in zip(keys, matchesNulls) where !matchesNulls {
      guard let validity = key.validity else { continue }
      guard let known = result else {
        result = validity
        continue
      }
      let both = Vector<Bool>(uninitialized: count)
      for row in 0..<count { both.base[row] = known.base[row] && validity.base[row] }
      result = both
    }
    guard let result else { return nil }
    for row in 0..<count where !result.base[row] { return result }
    return nil
  }
}

extension Vector where Element == Bool {
  func inverted() -> Vector<Bool> {
    let result = Vector<Bool>(uninitialized: count)
    for row in 0..<count { result.base[row] = !base[row] }
    return withExtendedLifetime(self) { result }
  }
}
