// All families in one library, in the order in which the reference prints them.

extension FunctionLibrary {
  /// The scalar functions of the language.
  package static let scalar = FunctionLibrary(
    family(.operators) { $0.declareArithmetic() }
      + family(.operators) { $0.declareComparisons() }
      + family(.conditional) { $0.declareConditionals() }
      + family(.mathematics) { $0.declareMath() }
      + family(.bits) { $0.declareBits() }
      + family(.text) { $0.declareText() }
      + family(.patterns) { $0.declarePatterns() }
      + family(.encoding) { $0.declareEncodings() }
      + family(.time) { $0.declareTimes() }
      + family(.time) { $0.declareTimeParts() }
      + family(.arrays) { $0.declareArrays() }
      + family(.json) { $0.declareJSON() })

  private static func family(
    _ category: FunctionCategory, _ declare: (inout FunctionFamily) -> Void
  ) -> [ScalarFunction] {
    var family = FunctionFamily(category)
    declare(&family)
    return family.functions
  }
}

extension FunctionFamily {
  fileprivate mutating func declareText() {
    declareTextParts()
    declareCase()
    declareTextBuilding()
    declareFormat()
  }
}
