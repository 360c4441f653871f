// Whether an expression fits its input and itself: columns there, operands of the types that functions take. In: an
// expression of a plan and the schema it reads. Out: nothing, or why it does not fit.

import Values

struct ExpressionValidation {
  let input: Schema

  func check(_ expression: Expression) throws(Misfit) {
    for child in expression.children { try check(child) }
    try expression.type.checkBounds()
    let type = expression.type
    switch expression.kind {
    case .column(let index):
      try Misfit.demand(
        input.fields.indices.contains(index) && input[index].type.isAlike(type), "an expression reads no such column")
    case .literal(let value): try Misfit.demand(value.fits(type), "a constant is no \(type)")
    case .call(let function, let arguments): try check(function, arguments, type)
    case .cast, .isNull, .safe: try checkOperand(of: expression)
    case .and(let operands), .or(let operands):
      try demand(operands, alike: .boolean)
      try Misfit.demand(type == .boolean, "a condition is a \(type)")
    case .conditional(let branches, let otherwise):
      try demand(branches.map(\.condition), alike: .boolean)
      try demand(branches.map(\.result) + [otherwise], alike: type)
    case .coalesce(let operands): try demand(operands, alike: type)
    case .inList(let operand, let values, _):
      try Misfit.demand(
        type == .boolean && values.allSatisfy { !$0.isNull && $0.fits(operand.type) }, "a list of IN does not fit")
    case .field(let operand, let index):
      guard case .row(let fields) = operand.type, fields.indices.contains(index), fields[index].type.isAlike(type)
      else { throw Misfit("an expression reads no such field") }
    case .makeRow(let operands):
      guard case .row(let fields) = type, fields.count == operands.count,
        zip(fields, operands).allSatisfy({ $0.type.isAlike($1.type) })
      else { throw Misfit("a STRUCT does not fit its type") }
    case .makeArray(let operands):
      guard case .array(let element, _) = type else { throw Misfit("an ARRAY does not fit its type") }
      for operand in operands { try Misfit.demand(operand.type.isAlike(element), "an ARRAY does not fit its type") }
    }
  }

  private func checkOperand(of expression: Expression) throws(Misfit) {
    if case .isNull = expression.kind { try Misfit.demand(expression.type == .boolean, "IS NULL is a condition") }
    if case .safe(let operand) = expression.kind {
      try Misfit.demand(operand.type.isAlike(expression.type), "SAFE keeps the type")
    }
  }

  private func demand(_ operands: [Expression], alike type: DataType) throws(Misfit) {
    try Misfit.demand(!operands.isEmpty, "an expression has no operands")
    for operand in operands {
      try Misfit.demand(operand.type.isAlike(type), "an operand is \(operand.type) where \(type) is needed")
    }
  }

  private func check(
    _ reference: FunctionReference, _ arguments: [Expression], _ result: DataType
  ) throws(Misfit) {
    // Which signature the types would choose does not matter: what the chosen one takes does.
    guard let function = FunctionLibrary.scalar.function(reference.name),
      function.signatures.indices.contains(reference.signature)
    else { throw Misfit("it calls the function \(reference.name), which is not there") }
    let match = function.signatures[reference.signature].match(arguments.map(\.type))
    try Misfit.demand(
      match.map { match in
        match.resultType.isAlike(result) && zip(match.parameterTypes, arguments).allSatisfy { $0.isAlike($1.type) }
      } ?? false,
      "it calls \(reference.name) with \(arguments.map(\.type)) for \(result), and that takes "
        + "\(match.map { "\($0.parameterTypes) for \($0.resultType)" } ?? "others")")
  }
}

extension Value {
  /// Whether this is stored as values of the type are.
  func fits(_ type: DataType) -> Bool {
    switch (self, type) {
    case (.null, _): true
    case (.array(let values), .array), (.array(let values), .map):
      values.allSatisfy { $0.fits(type.elementType ?? .null) }
    case (.row(let values), .row(let fields)):
      values.count == fields.count && zip(values, fields).allSatisfy { $0.fits($1.type) }
    case (.array, _), (.row, _): false
    case (.bool, _): type.storage == .bool
    case (.int, _): type.storage == .int
    case (.double, _): type.storage == .double
    case (.decimal, _): type.storage == .decimal
    case (.bytes, _): type.storage == .bytes
    }
  }
}

extension DataType {
  /// Whether values of both types are stored alike, which is what kernels rely on: a widening that changes nothing in
  /// memory leaves no trace in a plan. A bare NULL goes with every type.
  package func isAlike(_ other: DataType) -> Bool {
    switch (self, other) {
    case (.null, _), (_, .null): true
    case (.decimal, .decimal): self == other
    case (.array(let left, _), .array(let right, _)): left.isAlike(right)
    case (.map(let k1, let v1, _), .map(let k2, let v2, _)): k1.isAlike(k2) && v1.isAlike(v2)
    case (.array, .map), (.map, .array): false
    case (.row(let left), .row(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.type.isAlike($1.type) }
    default: storage == other.storage
    }
  }

  func checkBounds() throws(Misfit) {
    switch self {
    case .decimal(let precision, let scale):
      try Misfit.demand((1...38).contains(precision) && (0...precision).contains(scale), "\(self) has no such digits")
    case .array(let element, _): try element.checkBounds()
    case .row(let fields): for field in fields { try field.type.checkBounds() }
    case .map(let key, let value, _):
      try key.checkBounds()
      try value.checkBounds()
    case .string(let length), .bytes(let length): try Misfit.demand((length ?? 1) >= 0, "\(self) has no such length")
    case .null, .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .timestamp, .date, .time,
      .intervalYearMonth, .intervalDaySecond, .json, .uuid:
      break
    }
  }
}
