// Type names to types: the language's names, the spellings of other systems, and CREATE TYPE. In: a `TypeName`. Out: a
// `DataType`, or a diagnostic with the nearest name.

import Plan
import Syntax
import Values

extension Resolver {
  func type(_ name: TypeName) throws(CompileError) -> DataType {
    switch name.kind {
    case .named(let qualified, let parameters): return try namedType(qualified, parameters, at: name.span)
    case .array(let element): return .array(element: try type(element), elementNullable: true)
    case .map(let keyName, let valueName):
      let key = try type(keyName)
      guard TypeConstraint.equatable.allows(key) else {
        throw failure(Codes.unknownType, "\(article(key)) is no key of a MAP: it cannot be compared", at: keyName.span)
      }
      return .map(key: key, value: try type(valueName))
    case .structure(let fields):
      let resolved = try collecting(fields) { (field) throws(CompileError) -> Field in
        Field(field.name.text, try self.type(field.type), nullable: !field.isNotNull)
      }
      var seen: Set<String> = []
      for field in fields where !seen.insert(Scope.folded(field.name.text)).inserted {
        throw failure(Codes.duplicateName, "the STRUCT has two fields called `\(field.name.text)`", at: field.name.span)
      }
      return .row(resolved)
    case .interval(let range):
      switch range {
      case .yearToMonth: return .intervalYearMonth
      case .dayToSecond, nil: return .intervalDaySecond
      }
    }
  }

  /// The names that a type may have, for suggestions.
  static let typeNames = [
    "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "DECIMAL", "FLOAT", "DOUBLE", "STRING", "VARCHAR", "BYTES",
    "TIMESTAMP", "DATE", "TIME", "JSON", "UUID", "ARRAY", "MAP", "STRUCT", "INTERVAL",
  ]

  private func namedType(
    _ name: QualifiedName, _ parameters: [IntegerLiteral], at span: SourceSpan
  ) throws(CompileError) -> DataType {
    let text = name.text
    if let type = catalog.type(named: text) { return type }
    let upper = text.uppercased()
    if let simple = Resolver.simpleTypes[upper] {
      guard parameters.isEmpty || upper.hasPrefix("TIME") else {
        throw failure(Codes.unknownType, "the type \(upper) takes no parameters", at: span)
      }
      return simple
    }
    switch upper {
    case "VARCHAR", "CHAR", "CHARACTER", "STRING", "TEXT":
      return .string(maximumLength: try length(parameters, at: span))
    case "VARBINARY", "BINARY", "BYTES":
      return .bytes(maximumLength: try length(parameters, at: span))
    case "DECIMAL", "NUMERIC", "DEC": return try decimalType(parameters, at: span)
    case "MAP":
      throw failure(Codes.unknownType, "a MAP says what it holds: MAP<STRING, BIGINT>", at: span)
    case "VARIANT", "DATETIME", "MULTISET":
      throw notSupported("the type \(upper)", at: span)
    default: break
    }
    throw failure(Codes.unknownType, "there is no type `\(text)`", at: span) { diagnostic in
      guard let near = NameSuggestion.nearest(to: text, in: Resolver.typeNames + self.catalog.types.keys.sorted())
      else { return diagnostic }
      return diagnostic.fix("a type with a similar name", replacing: name.span, with: near, .maybeIncorrect)
    }
  }

  private static let simpleTypes: [String: DataType] = [
    "BOOLEAN": .boolean, "BOOL": .boolean, "TINYINT": .int8, "INT8": .int8, "SMALLINT": .int16, "INT16": .int16,
    "INT": .int32, "INTEGER": .int32, "INT32": .int32, "BIGINT": .int64, "INT64": .int64, "FLOAT": .float32,
    "FLOAT32": .float32, "REAL": .float32, "DOUBLE": .float64, "FLOAT64": .float64, "TIMESTAMP": .timestamp,
    "TIMESTAMP_LTZ": .timestamp, "TIMESTAMPTZ": .timestamp, "DATE": .date, "TIME": .time, "JSON": .json,
    "INTERVAL": .intervalDaySecond, "UUID": .uuid,
  ]

  private func length(_ parameters: [IntegerLiteral], at span: SourceSpan) throws(CompileError) -> Int? {
    guard let first = parameters.first else { return nil }
    guard parameters.count == 1, let value = first.value, (1...Int64(Int32.max)).contains(value) else {
      throw failure(Codes.unknownType, "a length is one whole number from 1", at: span)
    }
    return Int(value)
  }

  private func decimalType(_ parameters: [IntegerLiteral], at span: SourceSpan) throws(CompileError) -> DataType {
    let numbers = parameters.map { $0.value ?? -1 }
    let precision = numbers.first ?? 38
    let scale = numbers.count > 1 ? numbers[1] : (numbers.isEmpty ? 9 : 0)
    guard numbers.count <= 2, (1...38).contains(precision), (0...precision).contains(scale) else {
      throw failure(
        Codes.unknownType, "DECIMAL(p, s) needs 1 <= p <= 38 digits, s of them (0 <= s <= p) after the point", at: span)
    }
    return .decimal(precision: Int(precision), scale: Int(scale))
  }
}
