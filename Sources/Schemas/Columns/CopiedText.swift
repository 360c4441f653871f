// Strings that are not a stretch of the input: escapes undone, doubled quotes halved, base64 decoded. In: bytes, slot and
// row. Out: for a column that has any, one blob with all its strings; the others stay views of the input, at no cost.

import Values

/// Text that was rewritten on its way into a column.
final class CopiedText {
  struct Entry {
    var row: Int
    var offset: Int
    var length: Int
  }

  /// Room for the next string; grown by `room`.
  private(set) var storage: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var filled = 0
  /// For each slot, the rewritten rows; ascending.
  private var entries: [[Entry]]
  private(set) var isEmpty = true

  init(slots: Int) {
    capacity = 0
    storage = .allocate(capacity: Blob.slack)
    entries = Array(repeating: [], count: slots)
  }

  deinit { storage.deallocate() }

  /// Where the next string goes: `count` bytes and the slack may be written.
  func room(_ count: Int) -> UnsafeMutablePointer<UInt8> {
    if filled + count > capacity {
      let larger = max(filled + count, capacity * 2, 1024)
      let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + Blob.slack)
      moved.update(from: storage, count: filled)
      storage.deallocate()
      storage = moved
      capacity = larger
    }
    return storage + filled
  }

  /// Keeps the `count` bytes written at `room` as the string of a row.
  func keep(slot: Int, row: Int, count: Int) {
    entries[slot].append(Entry(row: row, offset: filled, length: count))
    filled += count
    isEmpty = false
  }

  /// Forgets what was kept for rows of `slot` from `row` on.
  func forget(slot: Int, from row: Int) {
    while let last = entries[slot].last, last.row >= row { entries[slot].removeLast() }
  }

  func removeAll() {
    if isEmpty { return }
    for slot in entries.indices { entries[slot].removeAll(keepingCapacity: true) }
    filled = 0
    isEmpty = true
  }

  /// The strings of a column: views of `blob`, or all of them copied when some were rewritten.
  func resolve(_ slot: Int, views: Vector<ByteView>, blob: Blob) -> BytesVector {
    let rewritten = entries[slot]
    if rewritten.isEmpty { return BytesVector(views: views, blob: blob) }
    var total = rewritten.reduce(0) { $0 + $1.length }
    for row in 0..<views.count { total &+= Int(views.base[row].length) }
    let target = Blob(uninitialized: total)
    var offset = 0
    var next = 0
    for row in 0..<views.count {
      var source = UnsafePointer(blob.base) + Int(views.base[row].offset)
      var length = Int(views.base[row].length)
      if next < rewritten.count, rewritten[next].row == row {
        source = UnsafePointer(storage) + rewritten[next].offset
        length = rewritten[next].length
        next += 1
      }
      (target.base + offset).update(from: source, count: length)
      views.base[row] = ByteView(offset: offset, length: length)
      offset += length
    }
    return withExtendedLifetime(blob) { BytesVector(views: views, blob: target) }
  }
}
