// The declaration of an aggregate function: name, documentation, signature rule and the making of its states, in one
// place. In: argument types. Out: what the compiler must know of a call, and the states that run it.

import Values

/// What the compiler learns of a call from the types of its arguments.
package struct AggregateResolution: Hashable, Sendable {
  /// The types to which the arguments are converted.
  package var parameterTypes: [DataType]
  package var type: DataType
  /// Whether the result is NULL for a group without a row that counts.
  package var nullableWhenEmpty: Bool

  package init(_ parameterTypes: [DataType], _ type: DataType, nullableWhenEmpty: Bool = true) {
    self.parameterTypes = parameterTypes
    self.type = type
    self.nullableWhenEmpty = nullableWhenEmpty
  }
}

/// An example of the documentation: an aggregate over the rows (1), (2), (NULL) of the column `x`, and its result as text.
package struct AggregateExample: Hashable, Sendable {
  package var expression: String
  package var result: String

  package init(_ expression: String, _ result: String) {
    self.expression = expression
    self.result = result
  }
}

/// A declared aggregate function.
package struct AggregateFunction: Sendable {
  package var name: String
  package var aliases: [String]
  /// The parameters as the documentation writes them.
  package var parameters: String
  package var summary: String
  package var example: AggregateExample
  /// Whether rows can be taken back from its states (weights of -1).
  package var supportsRetraction: Bool
  /// The rule of the signature; nil where the argument types are not accepted.
  package var resolve: @Sendable ([DataType]) -> AggregateResolution?
  /// Makes empty states for converted argument types.
  var makeStates: @Sendable ([DataType], DataType) -> any AccumulatorState

  init(
    _ name: String, aliases: [String] = [], parameters: String, _ summary: String, example: AggregateExample,
    supportsRetraction: Bool = false, resolve: @escaping @Sendable ([DataType]) -> AggregateResolution?,
    makeStates: @escaping @Sendable ([DataType], DataType) -> any AccumulatorState
  ) {
    self.name = name
    self.aliases = aliases
    self.parameters = parameters
    self.summary = summary
    self.example = example
    self.supportsRetraction = supportsRetraction
    self.resolve = resolve
    self.makeStates = makeStates
  }
}

/// All aggregate functions.
package enum AggregateLibrary {
  package static let functions: [AggregateFunction] =
    countFunctions + sumFunctions + extremumFunctions + logicalFunctions + bitFunctions + varianceFunctions
    + sketchFunctions + countedFunctions + regressionFunctions + momentFunctions + derivedFunctions

  private static let byName: [String: AggregateFunction] = {
    var table: [String: AggregateFunction] = [:]
    for function in functions {
      for name in [function.name] + function.aliases { table[name] = function }
    }
    return table
  }()

  /// The function called `name`, whatever its case.
  package static func function(named name: String) -> AggregateFunction? { byName[name.uppercased()] }

  /// Every name that may be written, for suggestions and completion.
  package static var names: [String] { byName.keys.sorted() }

  /// Makes the empty states of a call; a DISTINCT call folds each different argument in once.
  package static func makeStates(for call: AggregateCall) -> any AccumulatorState {
    guard let function = function(named: call.function.name) else {
      preconditionFailure("the plan calls the aggregate \(call.function.name), which this version does not have")
    }
    let types = call.arguments.map(\.type)
    let states = function.makeStates(types, call.result.type)
    return call.distinct && !types.isEmpty ? DistinctStates(of: states, argumentTypes: types) : states
  }
}
