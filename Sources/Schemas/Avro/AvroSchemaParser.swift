// From a JSON tree to an Avro schema. In: the tree. Out: types, with every name resolved to its full form; or the first
// mistake with its path. Names, namespaces, duplicates, unions and defaults are checked as the specification says.

/// Reads schemas; it knows the names that were defined so far.
struct AvroSchemaParser {
  private(set) var named: [String: AvroType] = [:]
  /// Names of records whose fields are being read: only they may refer to themselves.
  private var open: Set<String> = []

  private func error(_ path: String, _ reason: String) -> AvroSchemaError {
    AvroSchemaError(path: path, reason: reason)
  }

  mutating func type(_ tree: JSONValue, namespace: String, path: String) throws(AvroSchemaError) -> AvroType {
    switch tree {
    case .string(let name): return try reference(name, namespace: namespace, path: path)
    case .array(let branches): return try union(branches, namespace: namespace, path: path)
    case .object: return try complex(tree, namespace: namespace, path: path)
    case .null, .bool, .number:
      throw error(path, "expected a type: a name, an object with `type`, or an array of types")
    }
  }

  private func reference(_ name: String, namespace: String, path: String) throws(AvroSchemaError) -> AvroType {
    if let primitive = AvroPrimitive(rawValue: name) { return .primitive(primitive, nil) }
    let full = name.contains(".") || namespace.isEmpty ? name : "\(namespace).\(name)"
    for candidate in [full, name] where named[candidate] != nil || open.contains(candidate) {
      return .reference(candidate)
    }
    throw error(path, "the type `\(name)` is not defined before this place")
  }

  private mutating func complex(_ tree: JSONValue, namespace: String, path: String) throws(AvroSchemaError) -> AvroType
  {
    guard let type = tree["type"] else { throw error(path, "the object has no `type`") }
    guard case .string(let name) = type else { return try self.type(type, namespace: namespace, path: path + ".type") }
    switch name {
    case "record", "error": return try record(tree, namespace: namespace, path: path)
    case "enum": return try enumeration(tree, namespace: namespace, path: path)
    case "fixed": return try fixed(tree, namespace: namespace, path: path)
    case "array":
      guard let items = tree["items"] else { throw error(path, "an array has no `items`") }
      return .array(try self.type(items, namespace: namespace, path: path + ".items"))
    case "map":
      guard let values = tree["values"] else { throw error(path, "a map has no `values`") }
      return .map(try self.type(values, namespace: namespace, path: path + ".values"))
    default:
      guard let primitive = AvroPrimitive(rawValue: name) else {
        return try reference(name, namespace: namespace, path: path + ".type")
      }
      return .primitive(primitive, try logicalType(tree, of: primitive, size: nil, path: path))
    }
  }

  private mutating func union(
    _ branches: [JSONValue], namespace: String, path: String
  ) throws(AvroSchemaError) -> AvroType {
    var types: [AvroType] = []
    var kinds: Set<String> = []
    for (index, branch) in branches.enumerated() {
      let type = try type(branch, namespace: namespace, path: "\(path)[\(index)]")
      if case .union = type { throw error("\(path)[\(index)]", "a union cannot hold another union directly") }
      guard kinds.insert(type.unionKind).inserted else {
        throw error("\(path)[\(index)]", "the union has `\(type.unionKind)` twice")
      }
      types.append(type)
    }
    if types.isEmpty { throw error(path, "a union has no types") }
    return .union(types)
  }

  private mutating func record(
    _ tree: JSONValue, namespace: String, path: String
  ) throws(AvroSchemaError) -> AvroType {
    let (name, inner) = try fullName(tree, namespace: namespace, path: path)
    guard let list = tree["fields"]?.elements else { throw error(path, "a record has no `fields` array") }
    open.insert(name)
    var fields: [AvroField] = []
    for (index, field) in list.enumerated() {
      let place = "\(path).fields[\(index)]"
      guard let fieldName = field["name"]?.text else { throw error(place, "a field has no `name`") }
      try checkName(fieldName, path: place + ".name")
      if fields.contains(where: { $0.name == fieldName }) {
        throw error(place + ".name", "the record has two fields called `\(fieldName)`")
      }
      guard let fieldType = field["type"] else { throw error(place, "the field `\(fieldName)` has no `type`") }
      let type = try type(fieldType, namespace: inner, path: place + ".type")
      let value = field["default"]
      if let value, !fits(value, type) {
        throw error(place + ".default", "the default \(value.compactText) is not of the field's type")
      }
      fields.append(AvroField(name: fieldName, type: type, defaultValue: value))
    }
    open.remove(name)
    let type = AvroType.record(name: name, fields: fields)
    named[name] = type
    return type
  }

  private mutating func enumeration(
    _ tree: JSONValue, namespace: String, path: String
  ) throws(AvroSchemaError) -> AvroType {
    let (name, _) = try fullName(tree, namespace: namespace, path: path)
    guard let list = tree["symbols"]?.elements else { throw error(path, "an enum has no `symbols` array") }
    var symbols: [String] = []
    for (index, symbol) in list.enumerated() {
      guard let text = symbol.text else { throw error("\(path).symbols[\(index)]", "a symbol is a string") }
      try checkName(text, path: "\(path).symbols[\(index)]")
      if symbols.contains(text) { throw error("\(path).symbols[\(index)]", "the symbol `\(text)` is there twice") }
      symbols.append(text)
    }
    let type = AvroType.enumeration(name: name, symbols: symbols)
    named[name] = type
    return type
  }

  private mutating func fixed(
    _ tree: JSONValue, namespace: String, path: String
  ) throws(AvroSchemaError) -> AvroType {
    let (name, _) = try fullName(tree, namespace: namespace, path: path)
    guard let size = tree["size"]?.integer, size > 0, size <= 1 << 30 else {
      throw error(path, "a fixed type has no `size` that is a positive integer")
    }
    let logical = try logicalType(tree, of: .bytes, size: size, path: path)
    let type = AvroType.fixed(name: name, size: size, logical)
    named[name] = type
    return type
  }

  /// The full name of a definition, and the namespace for the names inside it.
  private func fullName(
    _ tree: JSONValue, namespace: String, path: String
  ) throws(AvroSchemaError) -> (name: String, namespace: String) {
    guard let name = tree["name"]?.text else { throw error(path, "a named type has no `name`") }
    let space = tree["namespace"]?.text ?? namespace
    let full = name.contains(".") || space.isEmpty ? name : "\(space).\(name)"
    let parts = full.split(separator: ".", omittingEmptySubsequences: false)
    for part in parts { try checkName(String(part), path: path + ".name") }
    if AvroPrimitive(rawValue: full) != nil { throw error(path + ".name", "`\(full)` is a type of Avro's own") }
    if named[full] != nil || open.contains(full) { throw error(path + ".name", "`\(full)` is defined twice") }
    return (full, parts.dropLast().joined(separator: "."))
  }

  private func checkName(_ name: String, path: String) throws(AvroSchemaError) {
    func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == 0x5F }
    let isName = name.utf8.first.map(isLetter) == true && name.utf8.allSatisfy { isLetter($0) || Byte.isDigit($0) }
    if !isName { throw error(path, "`\(name)` is no name: letters, digits and `_`, and no digit first") }
  }

  private func logicalType(
    _ tree: JSONValue, of primitive: AvroPrimitive, size: Int?, path: String
  ) throws(AvroSchemaError) -> AvroLogicalType? {
    guard let name = tree["logicalType"]?.text else { return nil }
    switch (name, primitive) {
    case ("decimal", .bytes):
      guard let precision = tree["precision"]?.integer, precision > 0 else {
        throw error(path, "a decimal has no `precision` that is a positive integer")
      }
      let scale = tree["scale"].map { $0.integer ?? -1 } ?? 0
      guard scale >= 0, scale <= precision else {
        throw error(path + ".scale", "the scale of a decimal lies between 0 and its precision")
      }
      if precision > 38 { throw error(path + ".precision", "decimals of more than 38 digits are not supported") }
      return .decimal(precision: precision, scale: scale)
    case ("date", .int): return .date
    case ("time-millis", .int): return .timeMillis
    case ("time-micros", .long): return .timeMicros
    case ("timestamp-millis", .long): return .timestampMillis
    case ("timestamp-micros", .long): return .timestampMicros
    case ("uuid", .string): return .uuid
    default: return nil
    }
  }

  /// Whether a default is a value of the type; that of a union may be of any of its types.
  private func fits(_ value: JSONValue, _ type: AvroType) -> Bool {
    switch (type, value) {
    case (.union(let branches), _): branches.contains { fits(value, $0) }
    case (.reference(let name), _): named[name].map { fits(value, $0) } ?? true
    case (.primitive(.null, _), .null), (.primitive(.boolean, _), .bool): true
    case (.primitive(.int, _), .number(let text)): Int32(text) != nil
    case (.primitive(.long, _), .number(let text)): Int64(text) != nil
    case (.primitive(.float, _), .number), (.primitive(.double, _), .number): true
    case (.primitive(.string, _), .string), (.primitive(.bytes, _), .string), (.fixed, .string): true
    case (.enumeration(_, let symbols), .string(let text)): symbols.contains(text)
    case (.array(let items), .array(let elements)): elements.allSatisfy { fits($0, items) }
    case (.map(let values), .object(let members)): members.allSatisfy { fits($0.value, values) }
    case (.record(_, let fields), .object):
      fields.allSatisfy { field in value[field.name].map { fits($0, field.type) } ?? (field.defaultValue != nil) }
    default: false
    }
  }
}

extension AvroType {
  /// What a union may hold only once: unnamed types by kind, named ones by name.
  fileprivate var unionKind: String {
    switch self {
    case .primitive(let primitive, _): primitive.rawValue
    case .record(let name, _), .enumeration(let name, _), .fixed(let name, _, _), .reference(let name): name
    case .array: "array"
    case .map: "map"
    case .union: "union"
    }
  }
}
