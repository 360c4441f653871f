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
  /// Whether its states hold every different value of a group.
  package var keepsValues: Bool
  /// Makes empty states for converted argument types.
  var makeStates: @Sendable ([DataType], DataType) -> any AccumulatorState
  /// Makes the states for input that takes rows back, where those of `makeStates` cannot.
  var makeRetractingStates: (@Sendable ([DataType], DataType) -> any AccumulatorState)?
  /// What it makes of sorted values, for a function that takes ORDER BY, LIMIT and RESPECT NULLS.
  var gathering: CountedStates.Result?

  init(
    _ name: String, aliases: [String] = [], parameters: String, _ summary: String, example: AggregateExample,
    supportsRetraction: Bool = false, keepsValues: Bool = false,
    resolve: @escaping @Sendable ([DataType]) -> AggregateResolution?,
    makeStates: @escaping @Sendable ([DataType], DataType) -> any AccumulatorState,
    retracting: (@Sendable ([DataType], DataType) -> any AccumulatorState)? = nil,
    gathering: CountedStates.Result? = nil
  ) {
    self.name = name
    self.aliases = aliases
    self.parameters = parameters
    self.summary = summary
    self.example = example
    self.supportsRetraction = supportsRetraction || retracting != nil
    self.keepsValues = keepsValues
    makeRetractingStates = retracting
    self.gathering = gathering
    self.resolve = resolve
    self.makeStates = makeStates
  }
}

/// All aggregate functions.
package enum AggregateLibrary {
  package static let functions: [AggregateFunction] =
    countFunctions + sumFunctions + extremumFunctions + logicalFunctions + bitFunctions + varianceFunctions
    + sketchFunctions + countedFunctions + distributionFunctions + regressionFunctions + momentFunctions
    + derivedFunctions + funnelFunctions

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
    if call.distinct && !call.arguments.isEmpty { return DistinctStates(call) }
    return plainStates(function, call)
  }

  /// The states of a call, its DISTINCT left out.
  static func plainStates(for call: AggregateCall) -> any AccumulatorState {
    guard let function = function(named: call.function.name) else {
      preconditionFailure("the plan calls the aggregate \(call.function.name), which this version does not have")
    }
    return plainStates(function, call)
  }

  private static func plainStates(_ function: AggregateFunction, _ call: AggregateCall) -> any AccumulatorState {
    let types = call.arguments.map(\.type)
    if let result = function.gathering, !call.ordering.isEmpty || call.limit != nil || call.keepsNulls {
      return CountedStates(types, ordering: call.ordering, limit: call.limit, keepsNulls: call.keepsNulls, result)
    }
    if call.takesRowsBack, let make = function.makeRetractingStates { return make(types, call.result.type) }
    return function.makeStates(types, call.result.type)
  }
}

extension AggregateCall {
  /// Whether the states hold every different value of a group: their size is then not bounded by the groups.
  package var keepsValues: Bool {
    let function = AggregateLibrary.function(named: function.name)
    return distinct || function?.keepsValues == true || (takesRowsBack && function?.makeRetractingStates != nil)
  }

  /// Whether ORDER BY, LIMIT and RESPECT NULLS mean something to the function.
  package static func takesOrder(_ name: String) -> Bool {
    AggregateLibrary.function(named: name)?.gathering != nil
  }
}
