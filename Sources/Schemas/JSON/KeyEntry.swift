// The keys of an object as a decoder expects them: which key follows which, how a key is recognised in two loads, and
// what is done with its value. In: names and actions. Out: a table that learns the order of keys, known and unknown.

import Values

/// What is done with the value of a key.
enum KeyAction: UInt8 {
  /// Nobody asked for it.
  case skip
  /// An integer column; integers, text and timestamps are worth a way of their own.
  case integer
  case text
  case timestamp
  /// An object some of whose fields are columns.
  case object
  /// Any other column.
  case column
  /// More than one of these: the value is read once for each.
  case several
}

/// One key of an object. `"name":` is compared as the record has it, by its first and its last eight bytes.
struct KeyEntry {
  var first: UInt64 = .max
  var firstMask: UInt64 = .max
  var last: UInt64 = 0
  var lastMask: UInt64 = .max
  var lastOffset = 0
  /// The length of `"name":`.
  var length = 0
  /// `"name":`, then slack.
  var token: Cursor
  var action = KeyAction.skip
  /// The action of this entry alone when `action` is `several`.
  var own = KeyAction.skip
  /// The slot or the object node.
  var target = 0
  /// The next entry for the same key, or -1.
  var twin = -1
  /// The key that was last seen after this one; the table's first entry, which never matches, when none was.
  var next: UnsafeMutablePointer<KeyEntry>

  /// Prepares the comparison; a key that JSON writes with escapes, or a very long one, is only found by name.
  mutating func makePredictable() {
    guard length <= 48 else { return }
    for i in 1..<(length - 2) where token[i] < 0x20 || token[i] == Byte.quote || token[i] == Byte.backslash { return }
    first = loadWord(token)
    if length >= 8 {
      firstMask = .max
      lastOffset = length - 8
      last = loadWord(token + lastOffset)
      lastMask = .max
    } else {
      firstMask = ~(.max &<< UInt64(truncatingIfNeeded: length * 8))
      lastOffset = 0
      last = first
      lastMask = firstMask
    }
  }
}

extension UnsafeMutablePointer<KeyEntry> {
  /// Whether the record has this key, quotes and colon included, at `p`. On the pointer, for a copy of the entry would
  /// cost more than the comparison.
  @inline(__always)
  func matches(_ p: Cursor) -> Bool {
    let start = (loadWord(p) ^ pointee.first) & pointee.firstMask
    let end = (loadWord(p + pointee.lastOffset) ^ pointee.last) & pointee.lastMask
    if start | end != 0 { return false }
    return pointee.length <= 16 || equalBytes(p + 8, pointee.token + 8, count: pointee.length &- 16)
  }
}

/// An object on the way to columns.
struct ObjectNode {
  /// The entry whose `next` is the expected first key.
  var head: UnsafeMutablePointer<KeyEntry>
  /// The number of the record in which it was last seen: a second one is a duplicate.
  var stamp = 0
  /// 1 when the columns below count for the record being complete, 0 inside a struct that is a column as a whole.
  var weight: Int
  /// Open addressing: entry numbers by hash of the name; 0 is free.
  var table: UnsafeMutablePointer<Int32>
  var tableMask: Int
  /// How many more unknown keys may be learned.
  var room: Int
}

/// The keys of all objects of a decoder.
final class KeyTable {
  /// Unknown keys that one object remembers, so that they are expected too.
  static let learnedKeys = 64

  let nodes: UnsafeMutablePointer<ObjectNode>
  let entries: UnsafeMutablePointer<KeyEntry>
  private let nodeCount: Int
  private(set) var entryCount: Int
  private let entryCapacity: Int
  private var tokens: [Blob] = []

  /// `objects` are the nodes with the keys of each; the root is node 0.
  init(_ objects: [ObjectDraft]) {
    nodeCount = objects.count
    let known = objects.reduce(0) { $0 + $1.keys.reduce(0) { $0 + $1.actions.count } }
    entryCapacity = 1 + objects.count * (1 + Self.learnedKeys) + known
    nodes = .allocate(capacity: max(objects.count, 1))
    entries = .allocate(capacity: entryCapacity)
    entryCount = 1
    entries.initialize(to: KeyEntry(token: Blob.empty.base, next: entries))
    for (index, object) in objects.enumerated() { addObject(index, object) }
  }

  deinit {
    for index in 0..<nodeCount { nodes[index].table.deallocate() }
    nodes.deallocate()
    entries.deallocate()
  }

  private func addObject(_ index: Int, _ object: ObjectDraft) {
    var size = 256
    while size < (object.keys.count + Self.learnedKeys) * 2 { size *= 2 }
    let table = UnsafeMutablePointer<Int32>.allocate(capacity: size)
    table.initialize(repeating: 0, count: size)
    let head = append(KeyEntry(token: Blob.empty.base, next: entries))
    (nodes + index).initialize(
      to: ObjectNode(
        head: entries + head, weight: object.isColumn ? 0 : 1, table: table, tableMask: size - 1, room: Self.learnedKeys
      ))
    var previous = head
    for key in object.keys {
      let entry = insert(Array(key.name.utf8), node: index)
      entries[previous].next = entries + entry
      previous = entry
      addActions(key.actions, to: entry)
    }
  }

  private func addActions(_ actions: [(action: KeyAction, target: Int)], to entry: Int) {
    var current = entry
    for (number, action) in actions.enumerated() {
      if number > 0 {
        let twin = append(KeyEntry(token: Blob.empty.base, next: entries))
        entries[current].twin = twin
        current = twin
      }
      entries[current].own = action.action
      entries[current].target = action.target
    }
    entries[entry].action = actions.count > 1 ? .several : entries[entry].own
  }

  private func append(_ entry: KeyEntry) -> Int {
    (entries + entryCount).initialize(to: entry)
    entryCount += 1
    return entryCount - 1
  }

  private func insert(_ name: [UInt8], node: Int) -> Int {
    let token = Blob([Byte.quote] + name + [Byte.quote, Byte.colon])
    tokens.append(token)
    var entry = KeyEntry(token: token.base, next: entries)
    entry.length = name.count + 3
    entry.makePredictable()
    let number = append(entry)
    var place = Int(truncatingIfNeeded: Hash.bytes(token.base + 1, count: name.count)) & nodes[node].tableMask
    while nodes[node].table[place] != 0 { place = (place + 1) & nodes[node].tableMask }
    nodes[node].table[place] = Int32(truncatingIfNeeded: number)
    return number
  }

  /// The entry for a name, or nil. The name must have 16 readable bytes after its end.
  func find(_ name: Cursor, count: Int, node: Int) -> Int? {
    var place = Int(truncatingIfNeeded: Hash.bytes(name, count: count)) & nodes[node].tableMask
    while nodes[node].table[place] != 0 {
      let number = Int(nodes[node].table[place])
      if entries[number].length == count &+ 3, equalBytes(entries[number].token + 1, name, count: count) {
        return number
      }
      place = (place + 1) & nodes[node].tableMask
    }
    return nil
  }

  /// Remembers a key that nobody asked for, so that it is expected in its place; 0 when there is no room.
  func learn(_ name: Cursor, count: Int, node: Int) -> Int {
    if nodes[node].room == 0 || count > 45 { return 0 }
    nodes[node].room -= 1
    return insert(Array(UnsafeBufferPointer(start: name, count: count)), node: node)
  }
}

/// The keys of one object before they are laid out.
struct ObjectDraft {
  /// Whether the object is a struct column as a whole.
  var isColumn: Bool
  var keys: [(name: String, actions: [(action: KeyAction, target: Int)])] = []

  mutating func add(_ name: String, _ action: KeyAction, _ target: Int) {
    if let index = keys.firstIndex(where: { $0.name == name }) {
      keys[index].actions.append((action, target))
    } else {
      keys.append((name, [(action, target)]))
    }
  }
}
