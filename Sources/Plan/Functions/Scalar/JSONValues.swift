// JSON steps, strict and lax scalars, and JSON made of values. In: JSON or any values. Out: parts of it, scalars, JSON. The
// strict forms fail on JSON of another kind; the LAX_ forms convert what they can and give NULL for the rest.

import Values

extension FunctionFamily {
  mutating func declareJSONValues() {
    declare(
      "JSON_FIELD", [], "The member of a JSON object, written json.name or json['name']; NULL when there is none.",
      examples: ["PARSE_JSON('{\"a\": [1, 2]}').a": "[1, 2]", "PARSE_JSON('{\"a b\": 1}')['a b']": "1"],
      [FunctionSignature(["json": .json, "name": .text], .json, nulls: .strictOrMissing, JSONValues.field)])
    declare(
      "JSON_ELEMENT", [], "The element of a JSON array, from 0, written json[n]; NULL when there is none.",
      examples: ["PARSE_JSON('[7, 8]')[1]": "8"],
      [FunctionSignature(["json": .json, "index": .int], .json, nulls: .strictOrMissing, JSONValues.element)])
    declare(
      "TO_JSON", [], "The value as JSON; NULL is null.", examples: ["TO_JSON(ARRAY[1, 2])": "[1, 2]"],
      [FunctionSignature(["value": .any], .json, nulls: .never, JSONKernel.write)])
    declare(
      "JSON_ARRAY", [], "A JSON array of the values.", examples: ["JSON_ARRAY(1, 'a', NULL)": "[1, \"a\", null]"],
      [FunctionSignature(["values": .variadic(.any)], .json, nulls: .never, JSONValues.array)])
    declare(
      "JSON_OBJECT", [], "A JSON object of names and values, one after the other.",
      examples: ["JSON_OBJECT('a', 1, 'b', 'x')": "{\"a\": 1, \"b\": \"x\"}"],
      [FunctionSignature(["pairs": .variadic(.any)], .json, nulls: .never, JSONValues.object)])
    declare(
      "LAX_STRING", [], "A JSON scalar as text; NULL for what is none.",
      examples: ["LAX_STRING(PARSE_JSON('12'))": "12"],
      [FunctionSignature(["json": .json], .text, nulls: .strictOrMissing, JSONValues.laxText)])
    declare(
      "STRING", [], "The text of a JSON string; other JSON is an error.",
      examples: ["STRING(PARSE_JSON('\"a\"'))": "a"],
      [FunctionSignature(["json": .json], .text, nulls: .strictOrMissing, JSONValues.strictText)])
    scalar(
      "INT64", "BIGINT", "12", .int64, { JSONValues.integer($0, lax: false) }, { JSONValues.integer($0, lax: true) })
    scalar(
      "FLOAT64", "DOUBLE", "1.5", .float64, { JSONValues.double($0, lax: false) }, { JSONValues.double($0, lax: true) })
    scalar(
      "BOOL", "BOOLEAN", "true", .boolean, { JSONValues.truth($0, lax: false) }, { JSONValues.truth($0, lax: true) })
  }

  private mutating func scalar<R: Cell>(
    _ name: String, _ word: String, _ example: String, _ type: DataType,
    _ strict: @escaping @Sendable (Text) -> R?, _ lax: @escaping @Sendable (Text) -> R?
  ) {
    declare(
      name, [], "The \(word) of JSON; JSON of another kind is an error.",
      examples: ["\(name)(PARSE_JSON('\(example)'))": example],
      [FunctionSignature(["json": .json], type, nulls: .strictOrMissing, JSONValues.scalar(strict, isStrict: true))])
    declare(
      "LAX_\(name)", [], "A JSON scalar as \(word) where it converts; NULL where not.",
      examples: ["LAX_\(name)(PARSE_JSON('\"\(example)\"'))": example],
      [FunctionSignature(["json": .json], type, nulls: .strictOrMissing, JSONValues.scalar(lax, isStrict: false))])
  }
}

/// The kernels of single values of JSON.
enum JSONValues {
  static let field = Kernel { site in
    let constant = site.text(1).map { JSONPath(steps: [.name($0)]) }
    return { arguments, rows in
      let names = Text.lane(arguments[1])
      return Kernel.view(&rows, of: Text.lane(arguments[0]), or: .null) { row, json in
        (constant ?? JSONPath(steps: [.name(Text.read(names, row).array)])).find(in: json)
      }
    }
  }

  static let element = Kernel.plain { arguments, rows in
    let indices = Int64.lane(arguments[1])
    return Kernel.view(&rows, of: Text.lane(arguments[0]), or: .null) { row, json in
      let index = Int64.read(indices, row)
      // No text holds more elements than bytes.
      guard index >= 0, index < Int64(json.count) else { return nil }
      return JSONPath(steps: [.index(Int(index))]).find(in: json)
    }
  }

  static func scalar<R: Cell>(_ read: @escaping @Sendable (Text) -> R?, isStrict: Bool) -> Kernel {
    .plain { arguments, rows in
      let lane = Text.lane(arguments[0])
      var wrong: [Int] = []
      let result = Kernel.partial(&rows, .null) { row -> R? in
        let json = trimmed(Text.read(lane, row))
        let value = read(json)
        if value == nil, isStrict, !JSONScanner.isNull(json) { wrong.append(row) }
        return value
      }
      for row in wrong { rows.fail(row, .invalidCast) }
      return result
    }
  }

  private static func trimmed(_ json: Text) -> Text {
    var scanner = JSONScanner(json)
    scanner.skipSpace()
    let start = scanner.position
    return scanner.skipValue() ? json.part(start, scanner.position) : json.empty
  }

  /// A number as it is written, or when lax the text of a string.
  private static func number(_ json: Text, lax: Bool) -> Text? {
    guard json.count > 0 else { return nil }
    if json[0] == UInt8(ascii: "\"") { return lax && json.count > 2 ? json.part(1, json.count - 1) : nil }
    return json[0] == UInt8(ascii: "-") || (48...57).contains(json[0]) ? json : nil
  }

  static func integer(_ json: Text, lax: Bool) -> Int64? {
    if lax, let truth = literal(json) { return truth ? 1 : 0 }
    guard let text = number(json, lax: lax) else { return nil }
    if let value = IntText.parse(text.base, count: text.count) { return value }
    guard let value = DoubleText.parse(text.base, count: text.count) else { return nil }
    return Int64(exactly: lax ? value.rounded(.toNearestOrAwayFromZero) : value)
  }

  static func double(_ json: Text, lax: Bool) -> Double? {
    number(json, lax: lax).flatMap { DoubleText.parse($0.base, count: $0.count) }
  }

  private static func literal(_ json: Text) -> Bool? {
    switch json.count > 0 ? json[0] : 0 {
    case UInt8(ascii: "t"): true
    case UInt8(ascii: "f"): false
    default: nil
    }
  }

  static func truth(_ json: Text, lax: Bool) -> Bool? {
    if let truth = literal(json) { return truth }
    guard lax, json.count > 0 else { return nil }
    if json[0] == UInt8(ascii: "\""), json.count > 2 { return TextReader.parseBool(json.base + 1, json.count - 2) }
    return double(json, lax: false).map { $0 != 0 }
  }

  static let laxText = Kernel.plain { arguments, rows in .column(JSONKernel.scalarText(arguments[0], rows.count)) }

  static let strictText = Kernel.plain { arguments, rows in
    let lane = Text.lane(arguments[0])
    for row in 0..<rows.count {
      let json = trimmed(Text.read(lane, row))
      if json.count == 0 || (json[0] != UInt8(ascii: "\"") && json[0] != UInt8(ascii: "n")) {
        rows.fail(row, .invalidCast)
      }
    }
    return .column(JSONKernel.scalarText(arguments[0], rows.count))
  }

  static let array = Kernel { site in
    let types = site.types
    return { arguments, rows in
      written(rows.count, site.zone) { writer, row, buffer in
        buffer.append(UInt8(ascii: "["))
        for (index, argument) in arguments.enumerated() {
          if index > 0 { buffer.append(", ") }
          write(argument, types[index], row: row, &writer, buffer)
        }
        buffer.append(UInt8(ascii: "]"))
      }
    }
  }

  static let object = Kernel { site throws(InvalidConstant) in
    let types = site.types
    if types.count % 2 != 0 {
      throw InvalidConstant(argument: types.count - 1, message: "every name needs a value")
    }
    for index in stride(from: 0, to: types.count, by: 2) where !types[index].isString {
      throw InvalidConstant(argument: index, message: "a name is a STRING")
    }
    return { arguments, rows in
      for index in stride(from: 0, to: arguments.count, by: 2) {
        guard let valid = arguments[index].validity(count: rows.count) else { continue }
        for row in 0..<rows.count where !valid.base[row] { rows.fail(row, .invalidArgument) }
      }
      if arguments.count > 2 { rows.failures.sort { $0.row < $1.row } }
      return written(rows.count, site.zone) { writer, row, buffer in
        buffer.append(UInt8(ascii: "{"))
        for index in stride(from: 0, to: arguments.count, by: 2) {
          if index > 0 { buffer.append(", ") }
          write(arguments[index], types[index], row: row, &writer, buffer)
          buffer.append(": ")
          write(arguments[index + 1], types[index + 1], row: row, &writer, buffer)
        }
        buffer.append(UInt8(ascii: "}"))
      }
    }
  }

  private static func write(
    _ datum: Datum, _ type: DataType, row: Int, _ writer: inout TextWriter, _ buffer: ByteBuffer
  ) {
    switch datum {
    case .column(let column): writer.writeJSON(column, row: row, type: type, into: buffer)
    case .scalar(let value): writer.writeJSON(Column([value], type: type), row: 0, type: type, into: buffer)
    }
  }

  private static func written(
    _ count: Int, _ zone: TimeZoneRules, _ body: (inout TextWriter, Int, ByteBuffer) -> Void
  ) -> Datum {
    var writer = TextWriter(TextOptions(zone: zone))
    let buffer = ByteBuffer(capacity: count * 32)
    let views = Vector<ByteView>(uninitialized: count)
    for row in 0..<count {
      let start = buffer.count
      body(&writer, row, buffer)
      views.base[row] = ByteView(offset: start, length: buffer.count - start)
    }
    return .column(Column(.bytes(BytesVector(views: views, blob: buffer.finish()))))
  }
}
