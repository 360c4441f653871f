// Grows a validity mask. In: which rows are not NULL. Out: nil while none is NULL, for that is the common case and free.

/// Grows the `validity` of a column.
public final class ValidityBuilder {
  @exclusivity(unchecked) @usableFromInline var mask: VectorBuilder<Bool>?
  @exclusivity(unchecked) @usableFromInline var rows: Int

  /// Makes an empty builder.
  public init() {
    mask = nil
    rows = 0
  }

  /// The number of rows so far.
  @inlinable public var count: Int { rows }

  /// Adds one row.
  @inlinable
  public func append(_ isValid: Bool) {
    if !isValid || mask != nil { appendSlow(isValid, count: 1) }
    rows &+= 1
  }

  /// Adds `count` rows that are all valid, or all NULL.
  @inlinable
  public func append(repeating isValid: Bool, count: Int) {
    if count > 0, !isValid || mask != nil { appendSlow(isValid, count: count) }
    rows &+= count
  }

  @usableFromInline
  func appendSlow(_ isValid: Bool, count: Int) {
    materialized().append(repeating: isValid, count: count)
  }

  private func materialized() -> VectorBuilder<Bool> {
    if let mask { return mask }
    let made = VectorBuilder<Bool>(capacity: max(rows &* 2, 64))
    made.append(repeating: true, count: rows)
    mask = made
    return made
  }

  /// Adds the rows of `range` of a column's mask.
  public func append(contentsOf validity: Vector<Bool>?, range: Range<Int>) {
    guard let validity else { return append(repeating: true, count: range.count) }
    materialized().append(contentsOf: UnsafePointer(validity.base + range.lowerBound), count: range.count)
    rows &+= range.count
    withExtendedLifetime(validity) {}
  }

  /// Adds the rows of a column's mask at `selection`, in that order.
  public func append(gathering validity: Vector<Bool>?, at selection: Vector<Int32>) {
    guard let validity else { return append(repeating: true, count: selection.count) }
    materialized().append(gathering: validity, at: selection)
    rows &+= selection.count
  }

  /// Hands the mask over, nil when no row is NULL; the builder is empty afterwards.
  public func finish() -> Vector<Bool>? {
    defer {
      mask = nil
      rows = 0
    }
    guard let mask else { return nil }
    let result = mask.finish()
    for i in 0..<result.count where !result.base[i] { return result }
    return nil
  }
}
