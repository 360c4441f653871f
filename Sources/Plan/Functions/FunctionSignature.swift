// What a function accepts and gives: patterns over types, and the matching of argument types against them.
// In: argument types. Out: the types to convert to and the result's type. Never looks at values.

import Values

/// What one parameter accepts.
package indirect enum ParameterPattern: Sendable {
  /// This type, and whatever converts to it implicitly.
  case type(DataType)
  /// Any decimal, and integers as decimals.
  case decimal
  /// A type variable: all parameters with the same number have one type, the common type of their arguments.
  case generic(Int, TypeConstraint)
  /// An array whose element is the type variable.
  case array(of: Int)
  /// A map whose keys and values are type variables.
  case map(key: Int, value: Int)
  /// An array of structs of two fields, a key and a value, which are type variables.
  case entries(key: Int, value: Int)
  /// Anything, as it is.
  case any
  /// A constant word such as DAY that names a unit of time.
  case part
  case optional(ParameterPattern)
  /// Zero or more arguments; only at the end.
  case variadic(ParameterPattern)

  package static var bool: Self { .type(.boolean) }
  package static var int: Self { .type(.int64) }
  package static var double: Self { .type(.float64) }
  package static var text: Self { .type(.text) }
  package static var bytes: Self { .type(.bytes()) }
  package static var timestamp: Self { .type(.timestamp) }
  package static var date: Self { .type(.date) }
  package static var time: Self { .type(.time) }
  package static var interval: Self { .type(.intervalDaySecond) }
  package static var months: Self { .type(.intervalYearMonth) }
  package static var json: Self { .type(.json) }

  var inner: ParameterPattern {
    switch self {
    case .optional(let pattern), .variadic(let pattern): pattern
    case .type, .decimal, .generic, .array, .map, .entries, .any, .part: self
    }
  }
}

/// Which types a type variable may stand for.
package enum TypeConstraint: String, Sendable {
  case any
  case numeric
  case integer
  /// Types with `=`: all but JSON.
  case equatable
  /// Types with `<`: all but JSON, ARRAY and STRUCT.
  case comparable

  package func allows(_ type: DataType) -> Bool {
    switch (self, type) {
    case (_, .null), (.any, _): true
    case (.numeric, _): type.isNumeric
    case (.integer, _): type.isInteger
    case (.equatable, .array(let element, _)): allows(element)
    case (.equatable, .row(let fields)): fields.allSatisfy { allows($0.type) }
    case (.equatable, .map(let key, let value, _)): allows(key) && allows(value)
    case (.equatable, _): type != .json
    case (.comparable, .array), (.comparable, .row), (.comparable, .map), (.comparable, .json): false
    case (.comparable, _): true
    }
  }
}

/// The result's type.
package enum ResultRule: Sendable {
  case type(DataType)
  case generic(Int)
  case array(of: Int)
  /// A rule over the converted argument types, and how the reference writes it.
  case computed(String, @Sendable ([DataType]) -> DataType)
}

/// When a result is NULL.
package enum NullRule: Sendable {
  /// When an argument is NULL, and then always: kernels never see that row.
  case strict
  /// As `strict`, and for some arguments that are not NULL.
  case strictOrMissing
  /// The kernel sees NULL arguments and decides; the result is never NULL.
  case never
  /// The kernel sees NULL arguments and decides.
  case custom

  package func nullable(_ arguments: [Bool]) -> Bool {
    switch self {
    case .strict: arguments.contains(true)
    case .strictOrMissing, .custom: true
    case .never: false
    }
  }

  var isStrict: Bool {
    switch self {
    case .strict, .strictOrMissing: true
    case .never, .custom: false
    }
  }
}

/// One overload of a function, with the kernel that computes it.
package struct FunctionSignature: Sendable {
  package let parameters: [(name: String, pattern: ParameterPattern)]
  package let result: ResultRule
  package let nulls: NullRule
  let kernel: Kernel

  init(
    _ parameters: KeyValuePairs<String, ParameterPattern>, _ result: ResultRule, nulls: NullRule = .strict,
    _ kernel: Kernel
  ) {
    self.parameters = parameters.map { ($0.key, $0.value) }
    self.result = result
    self.nulls = nulls
    self.kernel = kernel
  }

  init(
    _ parameters: KeyValuePairs<String, ParameterPattern>, _ result: DataType, nulls: NullRule = .strict,
    _ kernel: Kernel
  ) {
    self.init(parameters, .type(result), nulls: nulls, kernel)
  }
}

/// How argument types fit a signature.
struct SignatureMatch {
  var parameterTypes: [DataType]
  var resultType: DataType
  var cost: Int
}

extension FunctionSignature {
  /// The pattern for each of `count` arguments; nil when the signature does not take that many.
  func patterns(count: Int) -> [ParameterPattern]? {
    var patterns: [ParameterPattern] = []
    for (_, pattern) in parameters {
      switch pattern {
      case .optional(let inner): if patterns.count < count { patterns.append(inner) }
      case .variadic(let inner): while patterns.count < count { patterns.append(inner) }
      case .type, .decimal, .generic, .array, .map, .entries, .any, .part: patterns.append(pattern)
      }
    }
    return patterns.count == count ? patterns : nil
  }

  /// The fit of `types`; nil when some argument needs a CAST.
  func match(_ types: [DataType]) -> SignatureMatch? {
    guard let patterns = patterns(count: types.count) else { return nil }
    guard let variables = bindVariables(patterns, types) else { return nil }
    var match = SignatureMatch(parameterTypes: [], resultType: .null, cost: 0)
    for (pattern, type) in zip(patterns, types) {
      guard let target = target(of: pattern, type, variables), let cost = cost(pattern, type, target) else {
        return nil
      }
      match.parameterTypes.append(target)
      match.cost += cost
    }
    switch result {
    case .type(let type): match.resultType = type
    case .generic(let index): match.resultType = variables[index] ?? .null
    case .array(let index): match.resultType = .array(element: variables[index] ?? .null)
    case .computed(_, let rule): match.resultType = rule(match.parameterTypes)
    }
    return match
  }

  private func bindVariables(_ patterns: [ParameterPattern], _ types: [DataType]) -> [Int: DataType]? {
    var variables: [Int: DataType] = [:]
    for (pattern, type) in zip(patterns, types) {
      guard let bindings = Self.bindings(of: pattern, type) else { return nil }
      for (index, bound, constraint) in bindings {
        guard let common = ImplicitConversion.commonType(variables[index] ?? .null, bound), constraint.allows(common)
        else { return nil }
        variables[index] = common
      }
    }
    return variables
  }

  /// What an argument says about type variables; nil when it is not of the pattern's shape.
  private static func bindings(
    of pattern: ParameterPattern, _ type: DataType
  ) -> [(index: Int, type: DataType, constraint: TypeConstraint)]? {
    switch pattern {
    case .generic(let index, let rule): return [(index, type, rule)]
    case .array(let index):
      switch type {
      case .array(let element, _): return [(index, element, .any)]
      case .null: return [(index, .null, .any)]
      default: return nil
      }
    case .map(let key, let value):
      switch type {
      case .map(let k, let v, _): return [(key, k, .equatable), (value, v, .any)]
      case .null: return [(key, .null, .any), (value, .null, .any)]
      default: return nil
      }
    case .entries(let key, let value):
      switch type {
      case .array(.row(let fields), _) where fields.count == 2:
        return [(key, fields[0].type, .equatable), (value, fields[1].type, .any)]
      case .array(.null, _), .null: return [(key, .null, .any), (value, .null, .any)]
      default: return nil
      }
    case .type, .decimal, .any, .part, .optional, .variadic: return []
    }
  }

  private func target(of pattern: ParameterPattern, _ type: DataType, _ variables: [Int: DataType]) -> DataType? {
    switch pattern {
    case .type(let type): return type
    case .part: return .text
    case .any: return type
    case .generic(let index, _): return variables[index]
    case .array(let index): return .array(element: variables[index] ?? .null)
    case .map(let key, let value): return .map(key: variables[key] ?? .null, value: variables[value] ?? .null)
    case .entries(let key, let value):
      return .array(
        element: .row([Field("key", variables[key] ?? .null), Field("value", variables[value] ?? .null)]))
    case .decimal:
      // An integer stays one: the kernels of decimals widen it on the way.
      if type == .null { return .decimal(precision: 1, scale: 0) }
      return type.decimalShape == nil ? nil : type
    case .optional(let inner), .variadic(let inner): return target(of: inner, type, variables)
    }
  }

  private func cost(_ pattern: ParameterPattern, _ type: DataType, _ target: DataType) -> Int? {
    guard let cost = ImplicitConversion.cost(from: type, to: target) else { return nil }
    // A type asked for by name is a better fit than one that takes everything.
    if case .any = pattern { return cost + 2 }
    if case .decimal = pattern, type.isInteger { return 10 }
    return cost
  }
}

extension FunctionSignature {
  /// The signature as the reference writes it, without the function's name: `(x DOUBLE, [digits BIGINT]) -> DOUBLE`.
  package var text: String {
    let list = parameters.map { name, pattern in
      let type = Self.describe(pattern.inner)
      switch pattern {
      case .optional: return "[\(name) \(type)]"
      case .variadic: return "\(name) \(type), ..."
      case .type, .decimal, .generic, .array, .map, .entries, .any, .part: return "\(name) \(type)"
      }
    }
    let type: String =
      switch result {
      case .type(let type): type.description
      case .generic(let index): Self.variable(index)
      case .array(let index): "ARRAY<\(Self.variable(index))>"
      case .computed(let description, _): description
      }
    return "(\(list.joined(separator: ", "))) -> \(type)"
  }

  private static func variable(_ index: Int) -> String { index == 0 ? "T" : index == 1 ? "U" : "V" }

  private static func describe(_ pattern: ParameterPattern) -> String {
    switch pattern {
    case .type(let type): type.description
    case .decimal: "DECIMAL"
    case .generic(let index, _): variable(index)
    case .array(let index): "ARRAY<\(variable(index))>"
    case .map(let key, let value): "MAP<\(variable(key)), \(variable(value))>"
    case .entries(let key, let value): "ARRAY<STRUCT<\(variable(key)), \(variable(value))>>"
    case .any: "ANY"
    case .part: "PART"
    case .optional(let inner), .variadic(let inner): describe(inner)
    }
  }
}
