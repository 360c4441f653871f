// INTERSECT and EXCEPT: how often each distinct row is on both sides says how often it is in the result. In: rows of
// both sides, with weights where they change. Out: at the end of each step what has changed, by row. Keeps two counts
// for each distinct row, for ever or for the time to live.

import Plan
import Values

final class SetOperationOperator: Operator {
  private let operation: SetOperation
  private let types: [DataType]
  private let isAppendOnly: Bool
  private var index: GroupIndex
  /// By row: how often each side has it.
  private let lefts = StateVector<Int64>(empty: 0)
  private let rights = StateVector<Int64>(empty: 0)
  /// By row: the step clock when it was last touched, for the time to live.
  private let touchedAt = StateVector<Int64>(empty: 0)
  /// By row: how often the result had it when the step first touched it, plus one; 0 while untouched.
  private let before = StateVector<Int64>(empty: 0)
  private let touched = VectorBuilder<Int32>()
  private var lastSweep: Int64?

  init(_ operation: SetOperation, schema: Schema, isAppendOnly: Bool) {
    self.operation = operation
    types = schema.fields.map(\.type)
    self.isAppendOnly = isAppendOnly
    index = GroupIndex(types: types)
  }

  var stateSize: StateSize {
    StateSize(
      rows: 0, keys: present(since: .min).count,
      bytes: index.memory + lefts.byteCount + rights.byteCount + touchedAt.byteCount + before.byteCount)
  }

  /// How often the result has a row.
  private func multiplicity(_ row: Int) -> Int64 {
    let (left, right) = (max(lefts.base[row], 0), max(rights.base[row], 0))
    let count: Int64 =
      switch operation.kind {
      case .intersect: min(left, right)
      case .except: operation.all ? max(left &- right, 0) : (right == 0 ? left : 0)
      }
    return operation.all ? count : min(count, 1)
  }

  private func makeRoom() {
    lefts.resize(to: index.count)
    rights.resize(to: index.count)
    touchedAt.resize(to: index.count)
    before.resize(to: index.count)
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let known = index.count
    let ids = index.ids(for: batch.columns, count: batch.count)
    makeRoom()
    let limit = operation.timeToLive.map { step.now.subtractingSaturating($0) } ?? .min
    let counts = input == 0 ? lefts.base : rights.base
    for row in 0..<batch.count {
      let id = Int(ids.base[row])
      // Past its time to live a row starts anew; what was said of it stays said.
      if id < known, touchedAt.base[id] < limit {
        lefts.base[id] = 0
        rights.base[id] = 0
      }
      touchedAt.base[id] = step.now
      if before.base[id] == 0 {
        before.base[id] = multiplicity(id) &+ 1
        touched.append(ids.base[row])
      }
      counts[id] &+= batch.weights?.base[row] ?? 1
    }
  }

  func endStep(isLast: Bool, step: StepContext, output: any OperatorOutput) {
    emitChanges(output)
    sweep(now: step.now)
  }

  private func emitChanges(_ output: any OperatorOutput) {
    guard touched.count > 0 else { return }
    let rows = touched.finish()
    let changed = VectorBuilder<Int32>()
    let weights = VectorBuilder<Int64>()
    for i in 0..<rows.count {
      let row = Int(rows.base[i])
      let change = multiplicity(row) &- (before.base[row] &- 1)
      before.base[row] = 0
      let count = Int(clamping: change.magnitude)
      changed.append(repeating: rows.base[i], count: count)
      weights.append(repeating: change.signum(), count: count)
    }
    guard changed.count > 0 else { return }
    let picks = changed.finish()
    let columns = index.keys(picks)
    let order = KeyEncoder(types: types).encode(columns, count: picks.count)
    let batch = Batch(
      columns: columns, count: picks.count, weights: isAppendOnly ? nil : weights.finish(), order: order)
    output.emit(batch.gather(order.ascendingOrder()))
  }

  // MARK: Forgetting

  private func present(since limit: Int64) -> Vector<Int32> {
    let rows = VectorBuilder<Int32>(capacity: index.count)
    for row in 0..<index.count where lefts.base[row] != 0 || rights.base[row] != 0 {
      if touchedAt.base[row] >= limit { rows.append(Int32(truncatingIfNeeded: row)) }
    }
    return rows.finish()
  }

  /// Gives the memory of rows back that neither side has, or that are past their time to live. Results do not depend on
  /// when.
  private func sweep(now: Int64) {
    var limit = Int64.min
    if let timeToLive = operation.timeToLive {
      if let lastSweep, now.subtractingSaturating(lastSweep) < timeToLive / 4 { return }
      limit = now.subtractingSaturating(timeToLive)
      lastSweep = now
    } else if index.count < lastCount * 2 {
      return
    }
    let kept = present(since: limit)
    lastCount = max(kept.count, 4096)
    guard kept.count < index.count - index.count / 4 else { return }
    index.compact(keeping: kept)
    replace(lefts.gather(kept), rights.gather(kept), touchedAt.gather(kept))
  }

  /// The rows that were left when memory was last looked at.
  private var lastCount = 4096

  private func replace(_ lefts: Vector<Int64>, _ rights: Vector<Int64>, _ touchedAt: Vector<Int64>) {
    self.lefts.replace(with: lefts)
    self.rights.replace(with: rights)
    self.touchedAt.replace(with: touchedAt)
    before.replace(with: Vector(repeating: 0, count: lefts.count))
  }

  func writeState(to writer: ColumnWriter) {
    precondition(touched.count == 0, "a set operation is saved between steps")
    index.write(to: writer)
    for counts in [lefts, rights, touchedAt] { writer.write(counts.copy()) }
    writer.write(lastSweep ?? .min)
  }

  func readState(from reader: ColumnReader) throws(StateFormatError) {
    index = try GroupIndex.read(from: reader, types: types)
    replace(try reader.ints(), try reader.ints(), try reader.ints())
    guard [lefts, rights, touchedAt].allSatisfy({ $0.count == index.count }) else {
      throw reader.failure("a set operation has other counts than rows")
    }
    let sweep = try reader.int()
    lastSweep = sweep == .min ? nil : sweep
  }
}
