// From the columns asked for to the objects on the way to them. In: paths and slots. Out: the keys of each object with
// what to do for each, ready for a `KeyTable`.

import Values

/// The objects of a decoder; number 0 is the record.
struct JSONTrie {
  private(set) var objects = [ObjectDraft(isColumn: false)]
  private let table: ColumnSlots

  init(_ table: ColumnSlots) { self.table = table }

  /// Leads `path` from object `node` to a slot.
  mutating func add(_ path: ArraySlice<String>, slot: Int, to node: Int) {
    guard let name = path.first else { return }
    if path.count == 1 {
      objects[node].add(name, action(slot), slot)
      return
    }
    let existing = objects[node].keys.first { $0.name == name }?.actions.first { $0.action == .object }
    var child = existing?.target ?? -1
    if child < 0 {
      child = objects.count
      objects.append(ObjectDraft(isColumn: false))
      objects[node].add(name, .object, child)
    }
    add(path.dropFirst(), slot: slot, to: child)
  }

  /// Makes the object of a struct column, whose fields are slots.
  mutating func addStruct(_ index: Int) {
    guard case .row(let fields) = table.types[index] else { return }
    var draft = ObjectDraft(isColumn: true)
    for (number, field) in fields.enumerated() {
      let child = table.slots[index].firstChild + number
      draft.add(field.name, action(child), child)
    }
    table.slots[index].node = objects.count
    objects.append(draft)
  }

  private func action(_ slot: Int) -> KeyAction {
    switch table.slots[slot].kind {
    case .integer: .integer
    case .text: table.slots[slot].limit == .max ? .text : .column
    case .timestamp: .timestamp
    case .null, .boolean, .decimal, .float, .double, .bytes, .date, .time, .months, .duration, .json, .uuid, .array,
      .row,
      .map:
      .column
    }
  }
}
