// All families in one library, in the order in which the reference prints them.

extension FunctionLibrary {
  /// The scalar functions of the language.
  package static let scalar = FunctionLibrary(
    family(.operators) { $0.declareArithmetic() }
      + family(.operators) { $0.declareComparisons() }
      + family(.conditional) { $0.declareConditionals() }
      + family(.mathematics) { $0.declareMath() }
      + family(.mathematics) { $0.declareNumberTheory() }
      + family(.bits) { $0.declareBits() }
      + family(.text) { $0.declareText() }
      + family(.patterns) { $0.declarePatterns() }
      + family(.patterns) { $0.declareMatches() }
      + family(.encoding) { $0.declareEncodings() }
      + family(.encoding) { $0.declareWebText() }
      + family(.encoding) { $0.declareChecksums() }
      + family(.time) { $0.declareTimes() }
      + family(.time) { $0.declareTimeParts() }
      + family(.time) { $0.declareTimeBuckets() }
      + family(.arrays) { $0.declareArrays() }
      + family(.arrays) { $0.declareArraySets() }
      + family(.arrays) { $0.declareArrayBuilding() }
      + family(.maps) { $0.declareMaps() }
      + family(.json) { $0.declareJSON() }
      + family(.json) { $0.declareJSONParts() }
      + family(.json) { $0.declareJSONValues() }
      + family(.encoding) { $0.declareUUIDs() })

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
    declareTextEditing()
    declareFormat()
  }
}
