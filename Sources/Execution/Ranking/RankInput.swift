// From an input batch to what a ranking keeps: groups, sort keys, and what breaks ties. Rows on which an expression fails are
// handed to the error stream here.

import Plan
import Values

final class RankInput {
  private let groupCount: Int
  private let program: ExpressionProgram
  private let orderEncoder: KeyEncoder
  /// Rows of input that takes rows back are told apart by their content alone: when they came says nothing.
  private let contentEncoder: KeyEncoder?
  /// Of rows that are equal in the order, the last one to arrive is the first.
  private let latestFirst: Bool

  init(
    _ ranking: Ranking, schema: Schema, inputIsAppendOnly: Bool, latestFirst: Bool, timeZone: TimeZoneRules
  ) {
    groupCount = ranking.partition.count
    program = ExpressionProgram(ranking.partition + ranking.order.map(\.expression), timeZone: timeZone)
    orderEncoder = KeyEncoder(
      types: ranking.order.map(\.expression.type),
      orders: ranking.order.map { KeyOrder(descending: $0.descending, nullsFirst: $0.nullsFirst) })
    contentEncoder = inputIsAppendOnly ? nil : KeyEncoder(types: schema.fields.map(\.type))
    self.latestFirst = latestFirst
  }

  func rows(of batch: Batch, step: StepContext, output: any OperatorOutput) -> RankedBatch {
    var batch = batch
    var (columns, errors) = program.rows(of: batch, now: step.now)
    if !errors.isEmpty {
      output.fail(errors.list.map { FailedRow($0) }, of: batch)
      let good = errors.goodRows(of: batch.count)
      columns = columns.map { $0.gather(good) }
      batch = batch.gather(good)
    }
    return RankedBatch(
      rows: batch.columns, count: batch.count, groups: Array(columns.prefix(groupCount)),
      orders: orderEncoder.encode(Array(columns.dropFirst(groupCount)), count: batch.count), ties: ties(of: batch))
  }

  private func ties(of batch: Batch) -> BytesVector {
    if let contentEncoder { return contentEncoder.encode(batch.columns, count: batch.count) }
    let arrival = batch.order ?? batch.arrivalKeys ?? BytesVector.ascendingNumbers(count: batch.count)
    return latestFirst ? arrival.inverted : arrival
  }
}

extension BytesVector {
  /// Strings of the opposite order, where none begins with another.
  fileprivate var inverted: BytesVector {
    let builder = BytesBuilder(rows: count)
    for row in 0..<count {
      let view = views.base[row]
      let length = Int(view.length)
      guard let target = builder.reserve(length) else {
        preconditionFailure("the keys of one batch cannot take more than 4 GiB")
      }
      let source = blob.base + Int(view.offset)
      for i in 0..<length { target[i] = ~source[i] }
      builder.commit(length)
    }
    return withExtendedLifetime(self) { builder.finish() }
  }
}
