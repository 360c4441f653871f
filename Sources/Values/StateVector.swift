// Growing memory for one trivial field of the states of many groups. In: a group count. Out: a pointer for loops over a
// batch. Never allocates per group.

/// One field of the states of all groups, indexed by group id.
public final class StateVector<Element: BitwiseCopyable> {
  /// The first group's value; moves when `resize` grows the memory.
  public private(set) var base: UnsafeMutablePointer<Element>
  /// The number of groups.
  public private(set) var count = 0
  private var capacity: Int
  private let empty: Element

  /// Makes a field whose value in a new group is `empty`.
  public init(empty: Element) {
    self.empty = empty
    capacity = 16
    base = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
  }

  deinit { base.deallocate() }

  /// The bytes held.
  public var byteCount: Int { capacity * MemoryLayout<Element>.stride }

  /// Makes room for `groups` groups; new ones have the empty value.
  public func resize(to groups: Int) {
    guard groups > count else { return }
    if groups > capacity {
      let larger = max(groups, capacity * 2)
      let target = UnsafeMutablePointer<Element>.allocate(capacity: larger)
      target.initialize(from: base, count: count)
      base.deallocate()
      base = target
      capacity = larger
    }
    (base + count).initialize(repeating: empty, count: groups - count)
    count = groups
  }

  /// Gives the groups the empty value again.
  public func clear(_ groups: Vector<Int32>) {
    for i in 0..<groups.count { base[Int(groups.base[i])] = empty }
  }

  /// The values of `groups`, in that order.
  public func gather(_ groups: Vector<Int32>) -> Vector<Element> {
    let result = Vector<Element>(uninitialized: groups.count)
    for i in 0..<groups.count { result.base[i] = base[Int(groups.base[i])] }
    return result
  }

  /// A copy of all values.
  public func copy() -> Vector<Element> {
    let result = Vector<Element>(uninitialized: count)
    result.base.initialize(from: base, count: count)
    return result
  }

  /// Replaces all values.
  public func replace(with values: Vector<Element>) {
    count = 0
    resize(to: values.count)
    base.update(from: values.base, count: values.count)
  }
}
