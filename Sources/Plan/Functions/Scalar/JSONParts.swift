// Members and elements of JSON: keys, lengths, arrays, quoting. In: STRING or JSON. Out: arrays, numbers, text. Text that
// is not JSON, or not of the kind asked for, gives NULL.

import Values

extension FunctionFamily {
  mutating func declareJSONParts() {
    declare(
      "JSON_ARRAY_LENGTH", [], "The number of elements of a JSON array; NULL for what is none.",
      examples: ["JSON_ARRAY_LENGTH('[1, [2, 3]]')": "2"],
      bothForms(
        .int64,
        .plain { arguments, rows in
          let lane = Text.lane(arguments[0])
          return Kernel.partial(&rows, .null) { row in
            JSONParts.elements(Text.read(lane, row)).map { Int64($0.count) }
          }
        }))
    declare(
      "JSON_KEYS", ["JSON_OBJECT_KEYS"],
      "The names of a JSON object in their order, as written; NULL for what is none.",
      examples: ["JSON_KEYS('{\"a\": 1, \"b\": 2}')": "[\"a\", \"b\"]"],
      bothForms(.array(element: .text), JSONParts.arrays { JSONParts.keys($0) }))
    declare(
      "JSON_QUERY_ARRAY", ["JSON_EXTRACT_ARRAY"], "The elements of a JSON array as JSON texts; NULL for what is none.",
      examples: ["JSON_QUERY_ARRAY('[1, {\"a\": 2}]')": "[\"1\", \"{\\\"a\\\": 2}\"]"],
      bothForms(.array(element: .text), JSONParts.arrays { JSONParts.elements($0) }))
    declare(
      "JSON_EXISTS", [], "Whether a JSON has a value at a path.",
      examples: ["JSON_EXISTS('{\"a\": 1}', '$.a')": "true"],
      [
        FunctionSignature(["json": .text, "path": .text], .boolean, JSONParts.exists),
        FunctionSignature(["json": .json, "path": .text], .boolean, JSONParts.exists),
      ])
    declare(
      "JSON_QUOTE", [], "The text as a JSON string.", examples: ["JSON_QUOTE('a\"b')": "\"a\\\"b\""],
      [FunctionSignature(["text": .text], .text, JSONKernel.write)])
    declare(
      "JSON_UNQUOTE", [], "The text of a JSON string; any other text as it is.",
      examples: ["JSON_UNQUOTE('\"a\\u00f6\"')": "aö"],
      [
        FunctionSignature(
          ["json": .text], .text,
          .writing { (text: Text, sink: TextSink) in
            if text.count >= 2, text[0] == UInt8(ascii: "\""), JSONScanner.isValid(text) {
              var scanner = JSONScanner(text)
              scanner.unquote(into: sink)
            } else {
              sink.append(text)
            }
            return true
          })
      ])
  }

  private func bothForms(_ result: DataType, _ kernel: Kernel) -> [FunctionSignature] {
    [
      FunctionSignature(["json": .text], result, nulls: .strictOrMissing, kernel),
      FunctionSignature(["json": .json], result, nulls: .strictOrMissing, kernel),
    ]
  }
}

enum JSONParts {
  /// The elements of an array; nil for what is none.
  static func elements(_ text: Text) -> [Text]? {
    guard JSONScanner.isValid(text) else { return nil }
    var scanner = JSONScanner(text)
    guard scanner.take("[") else { return nil }
    var result: [Text] = []
    if scanner.take("]") { return result }
    repeat {
      scanner.skipSpace()
      let start = scanner.position
      guard scanner.skipValue() else { return nil }
      result.append(text.part(start, scanner.position))
    } while scanner.take(",")
    return result
  }

  /// The names of an object, without quotes; nil for what is none.
  static func keys(_ text: Text) -> [Text]? {
    guard JSONScanner.isValid(text) else { return nil }
    var scanner = JSONScanner(text)
    guard scanner.take("{") else { return nil }
    var result: [Text] = []
    if scanner.take("}") { return result }
    repeat {
      scanner.skipSpace()
      let start = scanner.position + 1
      guard scanner.skipString() else { return nil }
      result.append(text.part(start, scanner.position - 1))
      guard scanner.take(":"), scanner.skipValue() else { return nil }
    } while scanner.take(",")
    return result
  }

  /// Arrays of parts of the argument; NULL where the function has none.
  static func arrays(_ function: @escaping @Sendable (Text) -> [Text]?) -> Kernel {
    .plain { arguments, rows in
      let lane = Text.lane(arguments[0])
      let parts = ArrayViews(rows: rows.count)
      let found = Vector<Bool>(uninitialized: rows.count)
      for row in 0..<rows.count {
        let elements = function(Text.read(lane, row))
        found.base[row] = elements != nil
        for element in elements ?? [] { parts.append(element, in: lane) }
        parts.endRow()
      }
      guard case .column(var column) = parts.finish(lane.blob) else { return .scalar(.null) }
      column.validity = found
      return .column(column)
    }
  }

  static let exists = Kernel { site throws(InvalidConstant) in
    let constant = site.text(1).map { JSONPath($0) }
    if case .some(.none) = constant {
      throw InvalidConstant(argument: 1, message: "the path must look like $.name[0]")
    }
    return { arguments, rows in
      let source = Text.lane(arguments[0])
      let paths = Text.lane(arguments[1])
      return Kernel.partial(&rows, .null) { row in
        let path = (constant ?? nil) ?? JSONPath(Text.read(paths, row).array)
        return path?.find(in: Text.read(source, row)) != nil
      }
    }
  }
}
