// Between Avro schemas and the columns of a relation. In: a record schema. Out: fields in the same order with the same
// nullability; and back. What has no column type is refused by name.

import Values

extension AvroSchema {
  /// The columns of a record schema.
  package func columns() throws(AvroSchemaError) -> Schema {
    guard case .record(let name, let fields) = root else {
      throw AvroSchemaError(path: "$", reason: "the schema of a stream is a record")
    }
    return Schema(try self.fields(fields, path: "$", within: [name]))
  }

  private func fields(
    _ fields: [AvroField], path: String, within: [String]
  ) throws(AvroSchemaError) -> [Field] {
    var result: [Field] = []
    for (index, field) in fields.enumerated() {
      let (type, nullable) = try column(field.type, path: "\(path).fields[\(index)].type", within: within)
      result.append(Field(field.name, type, nullable: nullable))
    }
    return result
  }

  private func column(
    _ type: AvroType, path: String, within: [String]
  ) throws(AvroSchemaError) -> (type: DataType, nullable: Bool) {
    guard case .union(let branches) = type else { return (try plain(type, path: path, within: within), false) }
    let others = branches.enumerated().filter { $0.element != .primitive(.null, nil) }
    guard others.count == 1, let only = others.first else {
      throw AvroSchemaError(
        path: path, reason: "a union is supported when it is one type and, if that may be missing, `null`")
    }
    let column = try plain(only.element, path: "\(path)[\(only.offset)]", within: within)
    return (column, branches.count > 1)
  }

  private func plain(_ type: AvroType, path: String, within: [String]) throws(AvroSchemaError) -> DataType {
    switch type {
    case .primitive(let primitive, let logical):
      if let column = primitive.column(logical) { return column }
      throw AvroSchemaError(path: path, reason: "a field that is always null has no column type")
    case .record(let name, let fields):
      return .row(try self.fields(fields, path: path, within: within + [name]))
    case .enumeration: return .text
    case .array(let items):
      let (element, nullable) = try column(items, path: path + ".items", within: within)
      return .array(element: element, elementNullable: nullable)
    case .map(let values):
      let (value, nullable) = try column(values, path: path + ".values", within: within)
      return .map(key: .text, value: value, valueNullable: nullable)
    case .union: throw AvroSchemaError(path: path, reason: "a union cannot hold another union directly")
    case .fixed(_, let size, let logical):
      if case .decimal(let precision, let scale) = logical { return .decimal(precision: precision, scale: scale) }
      return .bytes(maximumLength: size)
    case .reference(let name):
      guard !within.contains(name), let definition = named[name] else {
        throw AvroSchemaError(path: path, reason: "`\(name)` contains itself: recursive records are not supported")
      }
      return try plain(definition, path: path, within: within)
    }
  }

  /// The record schema of some columns. Avro has no integers below 32 bits, no lengths and no JSON: they become int,
  /// string and bytes.
  package init(columns schema: Schema, name: String) throws(AvroSchemaError) {
    let tree = try AvroText.record(schema.fields, name: name, path: "$")
    var parser = AvroSchemaParser()
    root = try parser.type(tree, namespace: "", path: "$")
    named = parser.named
  }
}

extension AvroPrimitive {
  /// The column type; nil for `null`.
  fileprivate func column(_ logical: AvroLogicalType?) -> DataType? {
    switch logical {
    case .decimal(let precision, let scale): return .decimal(precision: precision, scale: scale)
    case .date: return .date
    case .timeMillis, .timeMicros: return .time
    case .timestampMillis, .timestampMicros: return .timestamp
    case .uuid: return .uuid
    case nil: break
    }
    switch self {
    case .null: return nil
    case .boolean: return .boolean
    case .int: return .int32
    case .long: return .int64
    case .float: return .float32
    case .double: return .float64
    case .bytes: return .bytes()
    case .string: return .text
    }
  }
}

/// Columns in Avro's JSON notation, as trees.
private enum AvroText {
  static func record(_ fields: [Field], name: String, path: String) throws(AvroSchemaError) -> JSONValue {
    var list: [JSONValue] = []
    for (index, field) in fields.enumerated() {
      let place = "\(path).fields[\(index)]"
      let type = try nullable(field.type, field.nullable, name: "\(name)_\(field.name)", path: place)
      var members = [JSONMember("name", .string(field.name)), JSONMember("type", type)]
      if field.nullable { members.append(JSONMember("default", .null)) }
      list.append(.object(members))
    }
    return .object([
      JSONMember("type", .string("record")), JSONMember("name", .string(name)), JSONMember("fields", .array(list)),
    ])
  }

  private static func nullable(
    _ type: DataType, _ isNullable: Bool, name: String, path: String
  ) throws(AvroSchemaError) -> JSONValue {
    let plain = try plain(type, name: name, path: path)
    return isNullable ? .array([.string("null"), plain]) : plain
  }

  private static func plain(_ type: DataType, name: String, path: String) throws(AvroSchemaError) -> JSONValue {
    switch type {
    case .boolean: return .string("boolean")
    case .int8, .int16, .int32: return .string("int")
    case .int64: return .string("long")
    case .float32: return .string("float")
    case .float64: return .string("double")
    case .string, .json: return .string("string")
    case .bytes: return .string("bytes")
    case .decimal(let precision, let scale):
      return logical("bytes", .decimal(precision: precision, scale: scale))
    case .timestamp: return logical("long", .timestampMicros)
    case .date: return logical("int", .date)
    case .time: return logical("long", .timeMicros)
    case .array(let element, let isNullable):
      let items = try nullable(element, isNullable, name: name, path: path + ".items")
      return .object([JSONMember("type", .string("array")), JSONMember("items", items)])
    case .row(let fields): return try record(fields, name: name, path: path)
    case .uuid: return logical("string", .uuid)
    case .map(let key, let value, let isNullable):
      guard key.isString else { throw AvroSchemaError(path: path, reason: "a map in Avro has STRING keys, not \(key)") }
      let values = try nullable(value, isNullable, name: name, path: path + ".values")
      return .object([JSONMember("type", .string("map")), JSONMember("values", values)])
    case .null, .intervalYearMonth, .intervalDaySecond:
      throw AvroSchemaError(path: path, reason: "\(type) has no type in Avro")
    }
  }

  private static func logical(_ type: String, _ logical: AvroLogicalType) -> JSONValue {
    .object([JSONMember("type", .string(type))] + logical.members)
  }
}

extension DataType {
  /// The type that comes back when a column's type goes through Avro: what a declared type is compared by.
  package var registered: DataType {
    switch self {
    case .int8, .int16: .int32
    case .string, .json: .text
    case .bytes: .bytes()
    case .array(let element, let nullable): .array(element: element.registered, elementNullable: nullable)
    case .row(let fields): .row(fields.map { Field($0.name, $0.type.registered, nullable: $0.nullable) })
    case .map(let key, let value, let nullable):
      .map(key: key.registered, value: value.registered, valueNullable: nullable)
    case .null, .boolean, .int32, .int64, .decimal, .float32, .float64, .timestamp, .date, .time, .intervalYearMonth,
      .intervalDaySecond, .uuid:
      self
    }
  }
}
