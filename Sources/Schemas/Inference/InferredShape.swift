// What the values of one field have in common. In: values, one by one. Out: the narrowest type that holds them all.
// Sees a sample only: a later record may still be of another kind, and then fails by itself.

import Values

/// The kinds of values seen in one place.
struct InferredShape {
  private var sawInteger = false
  private var sawLargeInteger = false
  private var sawFraction = false
  private var sawBoolean = false
  private var sawTimestamp = false
  private var sawDate = false
  private var sawText = false
  private var sawArray = false
  private var sawObject = false
  private var element: [InferredShape] = []
  private(set) var fields: [Member] = []

  /// A field of an object. A struct and not a tuple: the compiler takes a tuple of its own type here for a circle.
  struct Member {
    var name: String
    var shape: InferredShape
  }

  private enum Kind { case boolean, number, text, array, object }

  /// Takes in one JSON value.
  mutating func add(_ value: JSONValue) {
    switch value {
    case .null: break
    case .bool: sawBoolean = true
    case .number(let text): addNumber(text)
    case .string(let text): addText(text)
    case .array(let elements):
      sawArray = true
      var shape = element.first ?? InferredShape()
      for value in elements { shape.add(value) }
      element = [shape]
    case .object(let members):
      sawObject = true
      for member in members {
        if let index = fields.firstIndex(where: { $0.name == member.name }) {
          fields[index].shape.add(member.value)
        } else {
          var shape = InferredShape()
          shape.add(member.value)
          fields.append(Member(name: member.name, shape: shape))
        }
      }
    }
  }

  private mutating func addNumber(_ text: String) {
    if Int64(text) != nil {
      sawInteger = true
    } else if text.utf8.allSatisfy({ Byte.isDigit($0) || $0 == Byte.minus }), text.utf8.count <= 38 {
      sawLargeInteger = true
    } else {
      sawFraction = true
    }
  }

  private mutating func addText(_ text: String) {
    switch TimeShape(text) {
    case .timestamp: sawTimestamp = true
    case .date: sawDate = true
    case nil: sawText = true
    }
  }

  /// Takes in the text of one CSV field.
  mutating func addCell(_ text: String) {
    let lower = text.lowercased()
    if lower == "true" || lower == "false" {
      sawBoolean = true
    } else if let parsed = try? JSONValue(parsing: text), case .number(let number) = parsed {
      // What JSON does not take for a number, such as 007, is more likely a code than a quantity.
      addNumber(number)
    } else {
      addText(text)
    }
  }

  /// The type that holds all values seen.
  var type: DataType {
    var kinds: [Kind] = []
    if sawBoolean { kinds.append(.boolean) }
    if sawInteger || sawLargeInteger || sawFraction { kinds.append(.number) }
    if sawTimestamp || sawDate || sawText { kinds.append(.text) }
    if sawArray { kinds.append(.array) }
    if sawObject { kinds.append(.object) }
    guard let kind = kinds.first else { return .text }
    if kinds.count > 1 { return .json }
    switch kind {
    case .boolean: return .boolean
    case .number: return sawFraction ? .float64 : sawLargeInteger ? .decimal(precision: 38, scale: 0) : .int64
    case .text: return sawText ? .text : sawTimestamp ? .timestamp : .date
    case .array: return .array(element: element.first?.type ?? .text)
    case .object: return fields.isEmpty ? .json : .row(fields.map { Field($0.name, $0.shape.type) })
    }
  }

  /// The type of a CSV field, where everything has a text.
  var cellType: DataType { type == .json ? .text : type }
}

/// What a text says about time, if it does.
private enum TimeShape {
  case timestamp
  case date

  init?(_ text: String) {
    let bytes = Array(text.utf8)
    // Only the full form counts: `2015` or `10:30` alone is more often something else.
    guard bytes.count >= 10, bytes.count <= 40, bytes[4] == Byte.minus, bytes[7] == Byte.minus else { return nil }
    let blob = Blob(bytes)
    defer { withExtendedLifetime(blob) {} }
    if bytes.count == 10 {
      guard DateText.parse(date: blob.base, count: 10) != nil else { return nil }
      self = .date
    } else {
      var reader = TimestampReader()
      guard bytes.contains(Byte.colon), reader.parse(blob.base, count: bytes.count) != nil else { return nil }
      self = .timestamp
    }
  }
}
