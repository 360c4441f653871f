// The end of a way through the graph at one worker: rows are encoded here, in parallel, and wait for the coordinator. In:
// rows. Out: pieces, with the place at which each stands in the step.

import Values

final class SinkOperator: Operator {
  private let encoder: (any SinkEncoder)?
  private let types: [DataType]
  private unowned let worker: Worker
  /// Rows of sources, encoded; and rows that fired or were split by key, which must first be merged with those of other
  /// workers.
  private var pieces: [(position: Position, piece: SinkPiece)] = []
  private var waiting: [PlacedBatch] = []
  /// Whether rows of one source batch may come from several workers.
  private let mayBeSplit: Bool

  init(_ sink: any Sink, schema: Schema, worker: Worker, mayBeSplit: Bool) {
    self.mayBeSplit = mayBeSplit
    encoder = sink.makeEncoder()
    types = schema.fields.map(\.type)
    self.worker = worker
  }

  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    let position = worker.position
    if position.isFired || mayBeSplit {
      waiting.append(PlacedBatch(batch: batch, position: position, offsetsAreRelative: false))
    } else {
      pieces.append((position, encoder.map { .bytes($0.encode(batch)) } ?? .rows(batch)))
    }
  }

  /// Writes what all workers hold, in canonical order: rows of sources, then rows that fired. Gives the checksum of it all
  /// when a journal wants it.
  static func write(
    _ operators: [SinkOperator], to sink: any Sink, step: SinkStep, isSummed: Bool
  ) throws(ExecutionError) -> UInt64 {
    var all: [(position: Position, piece: SinkPiece, owner: SinkOperator)] = []
    var waiting: [PlacedBatch] = []
    for operation in operators {
      all += operation.pieces.map { ($0.position, $0.piece, operation) }
      waiting += operation.waiting
      operation.pieces = []
      operation.waiting = []
    }
    guard let first = operators.first else { return 0 }
    let order = all.indices.sorted { left, right in
      all[left].position == all[right].position ? left < right : all[left].position < all[right].position
    }
    var sum: UInt64 = 0
    for index in order {
      if isSummed { sum = Hash.combine(sum, all[index].piece.checksum(types: first.types)) }
      try sink.write(all[index].piece, step: step)
      if case .bytes(let encoded) = all[index].piece { all[index].owner.encoder?.recycle(encoded.bytes) }
    }
    for placed in PlacedBatch.inOrder(waiting, types: first.types) {
      let piece: SinkPiece = first.encoder.map { .bytes($0.encode(placed.batch)) } ?? .rows(placed.batch)
      if isSummed { sum = Hash.combine(sum, piece.checksum(types: first.types)) }
      try sink.write(piece, step: step)
    }
    try sink.endStep(step)
    return sum
  }
}

extension SinkPiece {
  /// A hash of every row, that of the whole piece only if its rows come in the same batches: a replay's do.
  func checksum(types: [DataType]) -> UInt64 {
    switch self {
    case .bytes(let encoded): return Hash.bytes(UnsafePointer(encoded.bytes.base), count: encoded.bytes.count)
    case .rows(let batch):
      let hashes = KeyHash.hashes(batch.columns, types: types, count: batch.count)
      var sum: UInt64 = 0
      for row in 0..<batch.count {
        let weight = batch.weights.map { UInt64(bitPattern: $0.base[row]) } ?? 1
        sum = Hash.combine(sum, hashes.base[row] &+ weight)
      }
      return sum
    }
  }
}
