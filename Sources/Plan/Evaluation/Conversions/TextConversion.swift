// CAST to and from text, JSON and bytes, through the text forms of `Values`. In: a type. Out: evaluators. Text that is
// no value of the type is a failure of its row; so is text longer than VARCHAR(n) allows.

import Values

extension Conversion {
  /// Text of a value of any type.
  static func toText(_ from: DataType, limit: Int?, zone: TimeZoneRules) -> Evaluator {
    { arguments, rows in
      let column = arguments[0].column(from, count: rows.count)
      var text = column
      if from.isBytes {
        let utf8 = Text.lane(.column(column))
        for row in 0..<rows.count where !UTF8Check.isValid(Text.read(utf8, row)) { rows.fail(row, .invalidCast) }
      } else if !from.isString {
        var writer = TextWriter(TextOptions(zone: zone))
        text = writer.format(column, type: from)
      }
      if let limit {
        let lane = Text.lane(.column(text))
        for row in 0..<rows.count {
          let value = Text.read(lane, row)
          if value.count > limit && UTF8Scalar.count(value) > limit { rows.fail(row, .stringTooLong) }
        }
      }
      return .column(text)
    }
  }

  /// A value of `to` out of text.
  static func fromText(_ to: DataType, zone: TimeZoneRules) -> Evaluator? {
    switch to {
    case .array, .row, .map: return nil
    case .bytes(let limit): return bytes(limit: limit)
    case .json: return { arguments, rows in JSONKernel.validated(arguments[0], &rows) }
    default: break
    }
    return { arguments, rows in
      let column = arguments[0].column(.text, count: rows.count)
      guard case .bytes(let text) = column.data else { return .scalar(.null) }
      var reader = TextReader(TextOptions(zone: zone))
      let parsed = reader.parse(text, validity: column.validity, type: to)
      if let failures = parsed.failures {
        for row in 0..<rows.count where failures.base[row] != 0 {
          rows.fail(row, parsed.failure(row) == .tooLong ? .stringTooLong : .invalidCast)
        }
      }
      return .column(parsed.column)
    }
  }

  /// JSON of a value.
  static func toJSON(_ from: DataType, zone: TimeZoneRules) -> Evaluator? {
    do throws(InvalidConstant) {
      return try JSONKernel.write.prepare(CallSite(types: [from], result: .json, constants: [nil], zone: zone))
    } catch {
      return nil
    }
  }

  /// A value out of JSON: scalars out of scalars, `"text"` without its quotes, numbers and Booleans as written; arrays,
  /// structs and maps out of arrays and objects. JSON null is NULL.
  static func fromJSON(_ to: DataType, zone: TimeZoneRules) -> Evaluator? {
    if to.storage == .array || to.storage == .row { return JSONStructure.evaluator(to, zone: zone) }
    guard let parse = fromText(to, zone: zone) else { return nil }
    return { arguments, rows in
      let text = JSONKernel.scalarText(arguments[0], rows.count)
      let json = Text.lane(arguments[0])
      for row in 0..<rows.count where text.isNull(row) && !JSONScanner.isNull(Text.read(json, row)) {
        rows.fail(row, .invalidCast)
      }
      let result = parse([.column(text)], &rows)
      guard case .column(var column) = result else { return result }
      column.validity = RowMask.and(column.validity, text.validity)
      return .column(column)
    }
  }

  /// The 16 bytes of a UUID.
  static func uuid(_ from: DataType, _ to: DataType) -> Evaluator {
    { arguments, rows in
      let lane = Text.lane(arguments[0])
      if to == .uuid {
        for row in 0..<rows.count where Text.read(lane, row).count != UUIDText.byteCount {
          rows.fail(row, .invalidCast)
        }
      } else if case .bytes(let limit?) = to, limit < UUIDText.byteCount {
        for row in 0..<rows.count { rows.fail(row, .stringTooLong) }
      }
      return arguments[0]
    }
  }

  /// Bytes are themselves, if they are short enough; text gives its UTF-8.
  static func bytes(limit: Int?) -> Evaluator {
    { arguments, rows in
      if let limit {
        let lane = Text.lane(arguments[0])
        for row in 0..<rows.count where Text.read(lane, row).count > limit { rows.fail(row, .stringTooLong) }
      }
      return arguments[0]
    }
  }
}

/// Whether bytes are UTF-8.
enum UTF8Check {
  static func isValid(_ text: Text) -> Bool {
    if UTF8Scalar.isASCII(text) { return true }
    var position = 0
    while position < text.count {
      let (scalar, length) = UTF8Scalar.decode(text, at: position)
      if scalar == 0xFFFD && length == 1 { return false }
      position &+= length
    }
    return true
  }
}
