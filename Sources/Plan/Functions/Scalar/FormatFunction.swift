// FORMAT: printf for rows. In: a format and values of any type. Out: text. `%t` writes a value as CAST to STRING does;
// what a directive cannot write is a row error, or one of the compiler where the format is a constant.

import Values

extension FunctionFamily {
  mutating func declareFormat() {
    declare(
      "FORMAT", ["PRINTF"], "Values put into a format: %d, %s, %f, %x, %t and their widths.",
      examples: ["FORMAT('%05d|%.2f|%-4s|%t', 42, 3.14159, 'ab', TRUE)": "00042|3.14|ab  |true"],
      [
        FunctionSignature(["format": .text, "values": .variadic(.any)], .text, TextFormat.kernel)
      ])
  }
}

/// A compiled printf format.
struct TextFormat: Sendable {
  struct Directive: Sendable {
    var letter: UInt8
    var width = 0
    var precision: Int?
    var isLeft = false
    var isZero = false
    var isSigned = false
    var isGrouped = false
  }

  enum Item: Sendable {
    case literal(UInt8)
    case directive(Directive)
  }

  var items: [Item] = []

  var count: Int { items.reduce(0) { if case .directive = $1 { $0 + 1 } else { $0 } } }

  /// Reads a format; nil when it has an unknown directive.
  init?(_ format: [UInt8]) {
    var position = 0
    while position < format.count {
      let byte = format[position]
      position += 1
      guard byte == UInt8(ascii: "%") else {
        items.append(.literal(byte))
        continue
      }
      guard let directive = Self.directive(format, &position) else { return nil }
      items.append(directive.letter == byte ? .literal(byte) : .directive(directive))
    }
  }

  private static func directive(_ format: [UInt8], _ position: inout Int) -> Directive? {
    var result = Directive(letter: 0)
    flags: while position < format.count {
      switch Unicode.Scalar(format[position]) {
      case "-": result.isLeft = true
      case "0": result.isZero = true
      case "+": result.isSigned = true
      case "'": result.isGrouped = true
      case " ", "#": break
      default: break flags
      }
      position += 1
    }
    result.width = number(format, &position) ?? 0
    if position < format.count, format[position] == UInt8(ascii: ".") {
      position += 1
      result.precision = number(format, &position) ?? 0
    }
    guard position < format.count, result.width <= 10_000, result.precision ?? 0 <= 1000 else { return nil }
    result.letter = format[position]
    position += 1
    return Array("%disfFgtTxXo".utf8).contains(result.letter) ? result : nil
  }

  private static func number(_ format: [UInt8], _ position: inout Int) -> Int? {
    var value: Int?
    while position < format.count, (48...57).contains(format[position]) {
      value = min((value ?? 0) * 10 + Int(format[position]) - 48, 1_000_000)
      position += 1
    }
    return value
  }

  static let kernel = Kernel { site throws(InvalidConstant) in
    var constant: TextFormat?
    if let text = site.text(0) {
      constant = TextFormat(text)
      guard let constant else {
        throw InvalidConstant(argument: 0, message: "the format has an unknown directive; use %d %s %f %x %o %t %%")
      }
      if constant.count != site.types.count - 1 {
        throw InvalidConstant(
          argument: 0, message: "the format takes \(constant.count) values, but \(site.types.count - 1) are given")
      }
    }
    let prepared = constant
    return { arguments, rows in
      let formats = Text.lane(arguments[0])
      let columns = zip(arguments, site.types).dropFirst().map { $0.column($1, count: rows.count) }
      var writer = TextWriter(TextOptions(zone: site.zone))
      return Kernel.write(&rows, bytes: rows.count * 32, or: .failure(.invalidArgument)) { row, sink in
        guard let format = prepared ?? TextFormat(Text.read(formats, row).array), format.count == columns.count else {
          return false
        }
        return format.write(columns, Array(site.types.dropFirst()), row, &writer, sink)
      }
    }
  }

  private func write(
    _ columns: [Column], _ types: [DataType], _ row: Int, _ writer: inout TextWriter, _ sink: TextSink
  ) -> Bool {
    var index = 0
    for item in items {
      switch item {
      case .literal(let byte): sink.append(byte)
      case .directive(let directive):
        guard let text = Self.text(directive, columns[index], types[index], row, &writer) else { return false }
        Self.pad(text, directive, sink)
        index += 1
      }
    }
    return true
  }

  private static func pad(_ text: [UInt8], _ directive: Directive, _ sink: TextSink) {
    let points = text.reduce(0) { $0 + (UTF8Scalar.isStart($1) ? 1 : 0) }
    let missing = max(directive.width - points, 0)
    let isNumber = directive.letter != UInt8(ascii: "s") && directive.letter | 0x20 != UInt8(ascii: "t")
    if directive.isLeft {
      sink.append(text)
      for _ in 0..<missing { sink.append(32) }
    } else if directive.isZero && isNumber {
      let sign = text.first == 45 || text.first == 43 ? 1 : 0
      sink.append(Array(text.prefix(sign)))
      for _ in 0..<missing { sink.append(48) }
      sink.append(Array(text.dropFirst(sign)))
    } else {
      for _ in 0..<missing { sink.append(32) }
      sink.append(text)
    }
  }

  /// The text of one value; nil when the directive is not for its type.
  private static func text(
    _ directive: Directive, _ column: Column, _ type: DataType, _ row: Int, _ writer: inout TextWriter
  ) -> [UInt8]? {
    func plain() -> [UInt8] { Array(writer.text(column.value(at: row), type: type).utf8) }
    switch (Unicode.Scalar(directive.letter), column.data) {
    case ("d", .int(let vector)), ("i", .int(let vector)):
      return signed(integer(vector.base[row], directive), directive)
    case ("x", .int(let vector)): return Array(String(vector.base[row], radix: 16).utf8)
    case ("X", .int(let vector)): return Array(String(vector.base[row], radix: 16, uppercase: true).utf8)
    case ("o", .int(let vector)): return Array(String(vector.base[row], radix: 8).utf8)
    case ("s", .bytes): return cut(plain(), directive)
    case ("f", .double(let vector)), ("F", .double(let vector)):
      return signed(FixedPoint.text(vector.base[row], digits: directive.precision ?? 6), directive)
    case ("f", .decimal(let vector)), ("F", .decimal(let vector)):
      let digits = min(directive.precision ?? 6, 38)
      guard let value = Decimal.rescale(vector.base[row], from: type.scale, to: digits, limit: .max) else {
        return signed(plain(), directive)
      }
      return signed(FixedPoint.text(value, scale: digits), directive)
    case ("f", .int(let vector)), ("F", .int(let vector)):
      return signed(FixedPoint.text(Double(vector.base[row]), digits: directive.precision ?? 6), directive)
    case ("g", .double), ("g", .int), ("g", .decimal): return signed(plain(), directive)
    case ("t", _), ("T", _): return cut(plain(), directive)
    default: return nil
    }
  }

  private static func cut(_ text: [UInt8], _ directive: Directive) -> [UInt8] {
    guard let precision = directive.precision else { return text }
    var points = 0
    return Array(
      text.prefix { byte in
        points += UTF8Scalar.isStart(byte) ? 1 : 0
        return points <= precision
      })
  }

  private static func signed(_ text: [UInt8], _ directive: Directive) -> [UInt8] {
    directive.isSigned && text.first != 45 ? [43] + text : text
  }

  private static func integer(_ value: Int64, _ directive: Directive) -> [UInt8] {
    let digits = Array(String(value.magnitude).utf8)
    var result: [UInt8] = value < 0 ? [45] : []
    for (index, digit) in digits.enumerated() {
      if directive.isGrouped, index > 0, (digits.count - index) % 3 == 0 { result.append(UInt8(ascii: ",")) }
      result.append(digit)
    }
    return result
  }
}

/// Numbers with a fixed count of digits after the point.
enum FixedPoint {
  static func text(_ value: Int128, scale: Int) -> [UInt8] {
    var digits = Array(String(value.magnitude).utf8)
    while digits.count <= scale { digits.insert(48, at: 0) }
    if scale > 0 { digits.insert(46, at: digits.count - scale) }
    return (value < 0 ? [45] : []) + digits
  }

  /// The digits of the double's exact value, rounded half away from zero; beyond 18 digits after the point, zeros.
  static func text(_ value: Double, digits: Int) -> [UInt8] {
    guard value.isFinite, value.magnitude < 1e18 else { return Array("\(value)".utf8) }
    let scale = min(digits, 18)
    let whole = value.magnitude.rounded(.down)
    // The fraction as a number of 64 bits: exact for all doubles whose last bit counts.
    let fraction = (value.magnitude - whole) * 18_446_744_073_709_551_616.0
    let power = Decimal.power(scale)
    let (product, half) = (UInt128(UInt64(fraction)) * UInt128(power), UInt128(1) << 63)
    let unscaled = Int128(whole) * power + Int128((product + half) >> 64)
    let text = text(value < 0 ? 0 &- unscaled : unscaled, scale: scale)
    return text + Array(repeating: 48, count: digits - scale)
  }
}
