// All families in one library, in the order in which the reference prints them.

extension FunctionLibrary {
  /// The scalar functions of the language.
  package static let scalar = FunctionLibrary(families.flatMap(\.functions))

  private static var families: [FunctionFamily] {
    var operators = FunctionFamily(.operators)
    operators.declareArithmetic()
    operators.declareComparisons()
    var json = FunctionFamily(.json)
    json.declareJSON()
    return [operators, json]
  }
}
