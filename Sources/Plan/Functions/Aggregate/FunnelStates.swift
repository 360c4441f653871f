// FUNNEL_DEPTH: how far a group's rows went through a sequence of steps within a length of time (ClickHouse's
// windowFunnel). In: times, the length, and one condition for each step. Out: the number of the last step reached. What is
// kept is the set of times and steps, so that rows may come in any order and be taken back.

import Values

extension AggregateLibrary {
  static let funnelFunctions: [AggregateFunction] = [
    AggregateFunction(
      "FUNNEL_DEPTH", parameters: "ts, length, step, ...",
      "The number of steps, in their order, that rows of the group reach within `length` of the first one; 0 without a first one. A step may have the same time as the one before it.",
      example: AggregateExample(
        "FUNNEL_DEPTH(TIMESTAMP '2026-01-01', INTERVAL '1' HOUR, x = 1, x = 2, x = 3)", "2"),
      supportsRetraction: true, keepsValues: true,
      resolve: { types in
        guard (3...2 + FunnelStates.mostSteps).contains(types.count), types[0] == .timestamp || types[0] == .null,
          types[1] == .intervalDaySecond, types.dropFirst(2).allSatisfy({ $0 == .boolean || $0 == .null })
        else { return nil }
        return AggregateResolution(
          [.timestamp, .intervalDaySecond] + types.dropFirst(2).map { _ in .boolean }, .int64, nullableWhenEmpty: false)
      },
      makeStates: { _, _ in FunnelStates() })
  ]
}

final class FunnelStates: AccumulatorState {
  /// Steps are bits of a number.
  static let mostSteps = 62

  /// (time, length, steps) of each row that reaches a step.
  private let events = CountedValues(types: [.timestamp, .intervalDaySecond, .int64])

  var byteCount: Int { events.byteCount }

  func resize(to groups: Int) { events.resize(to: groups) }

  func accumulate(groups: Vector<Int32>, arguments: [Column], mask: Vector<Bool>?, weights: Vector<Int64>?) {
    let steps = Vector<Int64>(repeating: 0, count: groups.count)
    for (step, condition) in arguments.dropFirst(2).enumerated() {
      guard case .bool(let truth) = condition.data else { wrongStorage("FUNNEL_DEPTH") }
      for row in 0..<groups.count where truth.base[row] && (condition.validity?.base[row] ?? true) {
        steps.base[row] |= 1 << Int64(step)
      }
    }
    let reaches = Vector<Bool>(uninitialized: groups.count)
    for row in 0..<groups.count { reaches.base[row] = steps.base[row] != 0 && (mask?.base[row] ?? true) }
    events.accumulate(
      groups: groups, arguments: [arguments[0], arguments[1], Column(.int(steps))], mask: reaches, weights: weights)
  }

  func merge(_ other: any AccumulatorState, sources: Vector<Int32>, targets: Vector<Int32>) {
    guard let other = other as? FunnelStates else { wrongStorage("FUNNEL_DEPTH") }
    events.merge(other.events, sources: sources, targets: targets)
  }

  func results(of groups: Vector<Int32>) -> (Column, RowErrors) {
    let sorted = events.sorted(groups)
    guard case .int(let times) = sorted.columns[0].data, case .int(let lengths) = sorted.columns[1].data,
      case .int(let steps) = sorted.columns[2].data
    else { wrongStorage("FUNNEL_DEPTH") }
    let depths = Vector<Int64>(repeating: 0, count: groups.count)
    for (row, range) in sorted.ranges.enumerated() {
      depths.base[row] = Self.depth(range, times: times, lengths: lengths, steps: steps)
    }
    return (Column(.int(depths)), RowErrors())
  }

  /// The greatest number of steps that a chain of events takes before the length of its first event is over.
  private static func depth(
    _ events: Range<Int>, times: Vector<Int64>, lengths: Vector<Int64>, steps: Vector<Int64>
  ) -> Int64 {
    // For each step the end of the chain that has reached it last; later first events allow more.
    var ends = [Int64?](repeating: nil, count: mostSteps)
    var depth = 0
    var event = events.lowerBound
    while event < events.upperBound {
      let time = times.base[event]
      // All that happened at one time counts as having happened in the order of the steps.
      var reached: Int64 = 0
      var end = Int64.min
      while event < events.upperBound, times.base[event] == time {
        reached |= steps.base[event]
        if steps.base[event] & 1 != 0 { end = max(end, saturatingSum(time, lengths.base[event])) }
        event += 1
      }
      for step in 0..<mostSteps where reached >> Int64(step) & 1 != 0 {
        if step == 0 {
          ends[0] = end
        } else if let before = ends[step - 1], time <= before {
          ends[step] = before
        } else {
          continue
        }
        depth = max(depth, step + 1)
      }
    }
    return Int64(depth)
  }

  private static func saturatingSum(_ time: Int64, _ length: Int64) -> Int64 {
    let (sum, overflow) = time.addingReportingOverflow(length)
    return overflow ? (length > 0 ? .max : .min) : sum
  }

  func clear(_ groups: Vector<Int32>) { events.clear(groups) }

  func write(to writer: ColumnWriter) { events.write(to: writer) }

  func read(from reader: ColumnReader) throws(StateFormatError) { try events.read(from: reader) }
}
