// The library of scalar functions: lookup by name, choice of the overload, calls with their conversions made explicit.
// In: a name and arguments. Out: a resolved call, or what is wrong with it. Never evaluates.

import Values

/// The functions of one kind, by name.
package struct FunctionLibrary: Sendable {
  package let functions: [ScalarFunction]
  private let positions: [String: Int]

  init(_ functions: [ScalarFunction]) {
    self.functions = functions
    var positions: [String: Int] = [:]
    for (index, function) in functions.enumerated() {
      for name in [function.name] + function.aliases {
        precondition(positions.updateValue(index, forKey: name) == nil, "function \(name) is declared twice")
      }
    }
    self.positions = positions
  }

  /// The function called `name`, in any case, by its canonical name or an alias.
  package func function(_ name: String) -> ScalarFunction? {
    (positions[name] ?? positions[name.uppercased()]).map { functions[$0] }
  }

  /// Every name that `function` finds, sorted, for completion.
  package var names: [String] { positions.keys.sorted() }

  /// The examples of all functions.
  package var allExamples: [FunctionExample] { functions.flatMap(\.examples) }
}

/// The overload that a call means.
package struct FunctionResolution: Sendable {
  package var function: FunctionReference
  /// The type to which each argument is converted; many are converted already.
  package var parameterTypes: [DataType]
  package var resultType: DataType
  package var nulls: NullRule
  package var isDeterministic: Bool
}

/// Why a call does not resolve, as data for a diagnostic.
package enum ResolutionFailure: Error, Hashable, Sendable {
  /// No function of that name; names that look like it, nearest first.
  case unknownFunction(name: String, near: [String])
  /// No signature takes that many arguments.
  case wrongCount(name: String, given: Int, candidates: [String])
  /// No signature takes these types. `argument` is the first that fits no signature, when one alone is to blame.
  case wrongTypes(name: String, given: [DataType], argument: Int?, candidates: [String])
  /// A constant argument that the function can never accept, such as a pattern that does not parse.
  case invalidConstant(name: String, argument: Int, message: String)
}

extension FunctionLibrary {
  /// The best overload of `name` for these arguments: exact types first, then the fewest and shortest widenings.
  package func resolve(_ name: String, _ types: [DataType]) -> Result<FunctionResolution, ResolutionFailure> {
    guard let function = function(name) else {
      return .failure(.unknownFunction(name: name, near: nearNames(name)))
    }
    let candidates = function.signatures.map { "\(function.name)\($0.text)" }
    var best: (index: Int, match: SignatureMatch)?
    for (index, signature) in function.signatures.enumerated() {
      guard let match = signature.match(types) else { continue }
      if let best, best.match.cost <= match.cost { continue }
      best = (index, match)
    }
    if let best {
      let signature = function.signatures[best.index]
      return .success(
        FunctionResolution(
          function: FunctionReference(name: function.name, signature: best.index),
          parameterTypes: best.match.parameterTypes, resultType: best.match.resultType, nulls: signature.nulls,
          isDeterministic: function.isDeterministic))
    }
    if !function.signatures.contains(where: { $0.patterns(count: types.count) != nil }) {
      return .failure(.wrongCount(name: function.name, given: types.count, candidates: candidates))
    }
    let culprit = types.indices.filter { index in
      var relaxed = types
      relaxed[index] = .null
      return function.signatures.contains { $0.match(relaxed) != nil }
    }
    return .failure(
      .wrongTypes(
        name: function.name, given: types, argument: culprit.count == 1 ? culprit.first : nil, candidates: candidates))
  }

  /// A call of `name` with the conversions of its arguments made explicit, or why there is none. Constant patterns,
  /// formats and units are checked too.
  package func makeCall(
    _ name: String, _ arguments: [Expression], range: TextRange? = nil, timeZone: TimeZoneRules = .utc
  ) -> Result<Expression, ResolutionFailure> {
    resolve(name, arguments.map(\.type)).flatMap { resolution in
      let converted = zip(arguments, resolution.parameterTypes).map { argument, type in argument.converted(to: type) }
      let call = Expression(
        .call(resolution.function, converted), type: resolution.resultType,
        nullable: resolution.nulls.nullable(arguments.map(\.nullable)), range: range)
      if let failure = validate(call, timeZone: timeZone) { return .failure(failure) }
      return .success(call)
    }
  }

  /// What is wrong with the constant arguments of a call; nil when nothing is.
  package func validate(_ call: Expression, timeZone: TimeZoneRules = .utc) -> ResolutionFailure? {
    guard case .call(let reference, let arguments) = call.kind else { return nil }
    do throws(InvalidConstant) {
      _ = try prepare(reference, arguments: arguments, resultType: call.type, timeZone: timeZone)
      return nil
    } catch {
      return .invalidConstant(name: reference.name, argument: error.argument, message: error.message)
    }
  }

  /// The evaluator of a call; nil when the library has no such function (a plan of another version).
  func prepare(
    _ reference: FunctionReference, arguments: [Expression], resultType: DataType, timeZone: TimeZoneRules
  ) throws(InvalidConstant) -> (Evaluator, NullRule)? {
    guard let function = function(reference.name), function.signatures.indices.contains(reference.signature) else {
      return nil
    }
    let signature = function.signatures[reference.signature]
    let site = CallSite(
      types: arguments.map(\.type), result: resultType, constants: arguments.map(\.constant), zone: timeZone)
    return (try signature.kernel.prepare(site), signature.nulls)
  }

  /// Known names within an edit or two of `name`.
  private func nearNames(_ name: String) -> [String] {
    let wanted = Array(name.uppercased().utf8)
    let limit = max(1, wanted.count / 3)
    let scored = names.compactMap { candidate -> (Int, String)? in
      let distance = editDistance(wanted, Array(candidate.utf8))
      return distance <= limit ? (distance, candidate) : nil
    }
    return scored.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(3).map(\.1)
  }
}

extension Expression {
  /// This expression as one of type `target`; itself when its values already are.
  package func converted(to target: DataType) -> Expression {
    if type == target || type.isSameStorage(as: target) { return self }
    if case .literal(.null) = kind { return .literal(.null, target, range: range) }
    return Expression(.cast(self, safe: false), type: target, nullable: nullable, range: range)
  }

  /// The value of a literal, nil for anything else.
  var constant: Value? {
    if case .literal(let value) = kind { value } else { nil }
  }
}

extension DataType {
  /// Whether every value of this type is, bit for bit, a value of `other`: no conversion is needed. Nullability of
  /// elements and fields, and limits on lengths, do not matter here.
  func isSameStorage(as other: DataType) -> Bool {
    switch (self, other) {
    case (.string, .string(maximumLength: nil)), (.bytes, .bytes(maximumLength: nil)): true
    case (.array(let a, _), .array(let b, _)): a.isSameStorage(as: b)
    case (.row(let a), .row(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.type.isSameStorage(as: $1.type) }
    case (.map(let k1, let v1, _), .map(let k2, let v2, _)): k1.isSameStorage(as: k2) && v1.isSameStorage(as: v2)
    case (_, _) where isInteger && other.isInteger: integerDigits <= other.integerDigits
    case (.float32, .float64): true
    default: self == other
    }
  }
}
