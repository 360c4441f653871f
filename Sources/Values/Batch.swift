// The unit that moves between operators: columns of equal count, their weights, and where the rows came from.
// In: columns. Out: columns. Never a row object; its schema is known to whoever holds the plan.

/// Where the rows of a batch came from, row by row, as far as the plan needs to know it.
///
/// It travels with the rows through filters and projections and ends at the first operator that holds state.
public struct Origin: Sendable {
  /// The scan's node in the dataflow, and the partition of its source.
  public var source: Int32
  public var partition: Int32
  /// The offset of each row in its partition (line number in a file, offset in a topic).
  public var offsets: Vector<Int64>?
  /// The record from which each row was decoded, for the error stream.
  public var payload: BytesVector?
  /// For each row, the watermark of its partition just before it: what lateness is judged against (DESIGN §5).
  public var watermarks: Vector<Int64>?

  public init(
    source: Int32, partition: Int32, offsets: Vector<Int64>? = nil, payload: BytesVector? = nil,
    watermarks: Vector<Int64>? = nil
  ) {
    self.source = source
    self.partition = partition
    self.offsets = offsets
    self.payload = payload
    self.watermarks = watermarks
  }

  public func gather(_ selection: Vector<Int32>) -> Origin {
    Origin(
      source: source, partition: partition, offsets: offsets?.gather(selection), payload: payload?.gather(selection),
      watermarks: watermarks?.gather(selection))
  }

  public func slice(_ range: Range<Int>) -> Origin {
    Origin(
      source: source, partition: partition, offsets: offsets?.slice(range), payload: payload?.slice(range),
      watermarks: watermarks?.slice(range))
  }
}

/// Rows as columns of equal count.
public struct Batch: Sendable {
  public var columns: [Column]
  /// The number of rows; a batch may have rows and no columns.
  public var count: Int
  /// +1 for a row that is added, -1 for one that is taken back; nil when every row is added (append-only).
  public var weights: Vector<Int64>?
  /// Where the rows came from; nil for rows made by an operator with state.
  public var origin: Origin?
  /// The canonical order of rows that fired together, as memory-comparable bytes (window, then key); nil for rows
  /// that have an origin, whose order is that of their partition.
  public var order: BytesVector?

  public init(
    columns: [Column], count: Int, weights: Vector<Int64>? = nil, origin: Origin? = nil, order: BytesVector? = nil
  ) {
    self.columns = columns
    self.count = count
    self.weights = weights
    self.origin = origin
    self.order = order
  }

  /// The rows at `selection`, in that order, with all that travels with them.
  public func gather(_ selection: Vector<Int32>) -> Batch {
    Batch(
      columns: columns.map { $0.gather(selection) }, count: selection.count, weights: weights?.gather(selection),
      origin: origin?.gather(selection), order: order?.gather(selection))
  }

  /// The rows of `range`, without a copy.
  public func slice(_ range: Range<Int>) -> Batch {
    Batch(
      columns: columns.map { $0.slice(range) }, count: range.count, weights: weights?.slice(range),
      origin: origin?.slice(range), order: order?.slice(range))
  }

  /// The same rows with other columns: weights, origin and order travel on.
  public func replacing(columns: [Column]) -> Batch {
    Batch(columns: columns, count: count, weights: weights, origin: origin, order: order)
  }
}
