// WATERMARK FOR: makes a column event time. In: rows of source partitions, in their order. Out: the same rows, each with the
// watermark of its partition just before it, against which lateness is judged (DESIGN §5). Rows further ahead of the clock
// than MAX AHEAD fail and move nothing. What it knows of partitions lies in the tracker, which the step shares.

import Plan
import Values

final class WatermarkOperator: Operator {
  private let id: Int
  private let column: Int
  private let program: ExpressionProgram
  private let tracker: WatermarkTracker
  private let judgesLateness: Bool
  /// By source node, for those that declare MAX AHEAD.
  private let maximumAhead: [Int: Int64]
  private unowned let worker: Worker
  /// With several workers: batches that wait until the batches before them are known.
  private(set) var waiting: [Waiting] = []

  struct Waiting {
    var placed: PlacedBatch
    /// The greatest declared watermark over the batch's rows before each row; nil when nobody judges lateness.
    var prefix: Vector<Int64>?
    var greatest: Watermark
    /// The watermark before the batch; set between the phases.
    var before: Watermark = .min
  }

  init(
    _ id: Int, column: Int, expression: Expression, topology: Topology, tracker: WatermarkTracker, worker: Worker,
    timeZone: TimeZoneRules
  ) {
    self.id = id
    self.column = column
    program = ExpressionProgram(expression, timeZone: timeZone)
    self.tracker = tracker
    judgesLateness = topology.judgesLateness[id]
    var ahead: [Int: Int64] = [:]
    for source in topology.sources[id] {
      guard case .scan(let index, _) = topology.plan.nodes[source].operation else { continue }
      ahead[source] = topology.plan.sources[index].maximumAhead
    }
    maximumAhead = ahead
    self.worker = worker
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let (declared, errors) = program.evaluate(
      columns: batch.columns, count: batch.count, context: EvaluationContext(now: step.now))
    var batch = batch
    var times = declared
    if let good = batch.reporting(errors, to: output) {
      times = declared.gather(good)
      batch = batch.gather(good)
    }
    if let ahead = rowsAhead(batch, now: step.now) {
      let good = batch.reporting(ahead, to: output) ?? Vector.indices(batch.count)
      times = times.gather(good)
      batch = batch.gather(good)
    }
    guard batch.count > 0 else { return }
    let source = Int(batch.origin?.source ?? -1)
    let partition = Int(batch.origin?.partition ?? 0)
    let isSpread = worker.topology.workers > 1
    let before = isSpread ? Watermark.min : tracker.before(node: id, source: source, partition: partition)
    let (prefix, greatest) = running(times, from: before)
    if isSpread {
      let placed = PlacedBatch(batch: batch, position: worker.position, offsetsAreRelative: worker.offsetsAreRelative)
      waiting.append(Waiting(placed: placed, prefix: prefix, greatest: greatest))
    } else {
      let judged = withWatermarks(batch, prefix, before: before)
      tracker.note(node: id, source: source, partition: partition, greatest: greatest)
      output.emit(judged)
    }
  }

  private func rowsAhead(_ batch: Batch, now: Int64) -> RowErrors? {
    guard let origin = batch.origin, let most = maximumAhead[Int(origin.source)],
      case .int(let times) = batch.columns[column].data
    else { return nil }
    let (limit, overflow) = now.addingReportingOverflow(most)
    if overflow { return nil }
    var list: [RowError] = []
    for row in 0..<batch.count where times.base[row] > limit && !batch.columns[column].isNull(row) {
      list.append(RowError(row: Int32(truncatingIfNeeded: row), code: .timestampAhead, range: nil))
    }
    return list.isEmpty ? nil : RowErrors(list)
  }

  /// The greatest time before each row, when asked for, and the greatest of all.
  private func running(_ times: Column, from start: Watermark) -> (Vector<Int64>?, Watermark) {
    guard case .int(let values) = times.data else { return (nil, start) }
    var greatest = start
    let valid = times.validity?.base
    let prefix = judgesLateness ? Vector<Int64>(uninitialized: values.count) : nil
    for row in 0..<values.count {
      prefix?.base[row] = greatest
      if valid.map({ $0[row] }) ?? true { greatest = max(greatest, values.base[row]) }
    }
    return withExtendedLifetime(times) { (prefix, greatest) }
  }

  private func withWatermarks(_ batch: Batch, _ prefix: Vector<Int64>?, before: Watermark) -> Batch {
    guard let prefix else { return batch }
    var result = batch
    if result.origin != nil {
      result.origin?.watermarks = prefix
    } else {
      // Rows of an operator with state are in no partition's order: all are judged against the watermark before the step.
      result.origin = Origin(
        source: -1, partition: 0, watermarks: Vector(repeating: before, count: batch.count))
    }
    return result
  }

  /// Hands the waiting batches on, now that what lies before them is known.
  func deliver(to node: RunningNode, worker: Worker) {
    let ready = waiting
    waiting = []
    for item in ready {
      var placed = item.placed.withAbsoluteOffsets(worker.group.chunkTable)
      if let prefix = item.prefix, item.before > .min {
        // The vector is this operator's own until it is handed on.
        for row in 0..<prefix.count { prefix.base[row] = max(prefix.base[row], item.before) }
      }
      placed.batch = withWatermarks(placed.batch, item.prefix, before: item.before)
      worker.pass(placed, from: node)
    }
  }

  /// Between the phases: goes through the batches of all workers in the order of their partitions.
  static func combine(_ operators: [WatermarkOperator], id: Int, tracker: WatermarkTracker, now: Int64) {
    var places: [(owner: Int, item: Int, position: Position)] = []
    for (owner, operation) in operators.enumerated() {
      for (item, waiting) in operation.waiting.enumerated() { places.append((owner, item, waiting.placed.position)) }
    }
    places.sort { left, right in
      left.position == right.position
        ? (left.owner, left.item) < (right.owner, right.item) : left.position < right.position
    }
    for place in places {
      let origin = operators[place.owner].waiting[place.item].placed.batch.origin
      let source = Int(origin?.source ?? -1)
      let partition = Int(origin?.partition ?? 0)
      operators[place.owner].waiting[place.item].before = tracker.before(node: id, source: source, partition: partition)
      let greatest = operators[place.owner].waiting[place.item].greatest
      tracker.note(node: id, source: source, partition: partition, greatest: greatest)
    }
    _ = tracker.merge(node: id, now: now)
  }

  func advance(to watermark: Watermark, step: StepContext, output: any OperatorOutput) -> Watermark {
    if watermark == Int64.max { return watermark }
    if worker.topology.workers > 1 { return tracker.nodes[id]?.merged ?? .min }
    return tracker.merge(node: id, now: step.now)
  }
}
