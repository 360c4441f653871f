// JSON as text: values by path, validation, conversion. In: STRING or JSON. Out: parts of it. A path is read once where
// it is a constant; what a path does not find is NULL.

import Values

extension FunctionFamily {
  mutating func declareJSON() {
    declare(
      "JSON_VALUE", ["JSON_EXTRACT_SCALAR"], "The scalar at a path, as text; NULL when there is none.",
      examples: ["JSON_VALUE('{\"a\": {\"b\": [1, \"x\"]}}', '$.a.b[1]')": "x"],
      [
        FunctionSignature(["json": .text, "path": .text], .text, nulls: .strictOrMissing, JSONKernel.value),
        FunctionSignature(["json": .json, "path": .text], .text, nulls: .strictOrMissing, JSONKernel.value),
      ])
    declare(
      "JSON_QUERY", ["JSON_EXTRACT"], "The JSON at a path; NULL when there is none.",
      examples: ["JSON_QUERY('{\"a\": [1, 2]}', '$.a')": "[1, 2]"],
      [
        FunctionSignature(["json": .text, "path": .text], .text, nulls: .strictOrMissing, JSONKernel.query),
        FunctionSignature(["json": .json, "path": .text], .json, nulls: .strictOrMissing, JSONKernel.query),
      ])
    declare(
      "PARSE_JSON", [], "The text as JSON; text that is none is an error.",
      examples: ["PARSE_JSON('{\"a\": 1}')": "{\"a\": 1}"],
      [FunctionSignature(["text": .text], .json, .plain { JSONKernel.validated($0[0], &$1) })])
    declare(
      "IS_JSON", [], "Whether a text is JSON.", examples: ["IS_JSON('[1, 2')": "false"],
      [FunctionSignature(["text": .text], .boolean, .map { (text: Text) in JSONScanner.isValid(text) })])
    declare(
      "TO_JSON_STRING", [], "The value as JSON.", examples: ["TO_JSON_STRING('a\"b')": "\"a\\\"b\""],
      [FunctionSignature(["value": .any], .text, nulls: .never, JSONKernel.write)])
    declare(
      "JSON_TYPE", [], "What a JSON value is: object, array, string, number, boolean or null.",
      examples: ["JSON_TYPE(PARSE_JSON('[1]'))": "array"],
      [FunctionSignature(["json": .json], .text, JSONKernel.kind)])
  }
}

/// The kernels of JSON functions.
enum JSONKernel {
  private static func path(_ site: CallSite) throws(InvalidConstant) -> JSONPath? {
    guard let text = site.text(1) else { return nil }
    guard let path = JSONPath(text) else {
      throw InvalidConstant(argument: 1, message: "the path must look like $.name[0]")
    }
    return path
  }

  static let query = Kernel { site throws(InvalidConstant) in
    let constant = try path(site)
    return { arguments, rows in
      let source = Text.lane(arguments[0])
      let paths = Text.lane(arguments[1])
      return Kernel.view(&rows, of: source, or: .null) { row, text in
        (constant ?? JSONPath(Text.read(paths, row).array)).flatMap { $0.find(in: text) }
      }
    }
  }

  static let value = Kernel { site throws(InvalidConstant) in
    let constant = try path(site)
    return { arguments, rows in
      let source = Text.lane(arguments[0])
      let paths = Text.lane(arguments[1])
      return Kernel.write(&rows, bytes: rows.count * 16, or: .null) { row, sink in
        let path = constant ?? JSONPath(Text.read(paths, row).array)
        guard let found = path?.find(in: Text.read(source, row)) else { return false }
        return writeScalar(found, sink)
      }
    }
  }

  /// Appends a scalar as text; false for null, objects and arrays.
  private static func writeScalar(_ json: Text, _ sink: TextSink) -> Bool {
    switch json.count > 0 ? json[0] : 0 {
    case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "n"), 0: return false
    case UInt8(ascii: "\""):
      var scanner = JSONScanner(json)
      scanner.unquote(into: sink)
    default: sink.append(json)
    }
    return true
  }

  /// The texts of JSON scalars, NULL for what is none.
  static func scalarText(_ datum: Datum, _ count: Int) -> Column {
    var rows = Rows(count: count, now: 0)
    let source = Text.lane(datum)
    let text = Kernel.write(&rows, bytes: count * 16, or: .null) { row, sink in
      let json = Text.read(source, row)
      var scanner = JSONScanner(json)
      scanner.skipSpace()
      return writeScalar(json.part(scanner.position, json.count), sink)
    }
    return text.column(.text, count: count)
  }

  /// The same text, if it is JSON.
  static func validated(_ datum: Datum, _ rows: inout Rows) -> Datum {
    let lane = Text.lane(datum)
    for row in 0..<rows.count where !JSONScanner.isValid(Text.read(lane, row)) { rows.fail(row, .invalidCast) }
    return datum
  }

  static let write = Kernel { site in
    { arguments, rows in
      let column = arguments[0].column(site.type(0), count: rows.count)
      var writer = TextWriter(TextOptions(zone: site.zone))
      let buffer = ByteBuffer(capacity: rows.count * 16)
      let views = Vector<ByteView>(uninitialized: rows.count)
      for row in 0..<rows.count {
        let start = buffer.count
        writer.writeJSON(column, row: row, type: site.type(0), into: buffer)
        views.base[row] = ByteView(offset: start, length: buffer.count - start)
      }
      return .column(Column(.bytes(BytesVector(views: views, blob: buffer.finish()))))
    }
  }

  static let kind = Kernel.writing { (json: Text, sink: TextSink) in
    var scanner = JSONScanner(json)
    scanner.skipSpace()
    switch scanner.peek {
    case UInt8(ascii: "{"): sink.append("object")
    case UInt8(ascii: "["): sink.append("array")
    case UInt8(ascii: "\""): sink.append("string")
    case UInt8(ascii: "t"), UInt8(ascii: "f"): sink.append("boolean")
    case UInt8(ascii: "n"): sink.append("null")
    default: sink.append("number")
    }
    return true
  }
}
