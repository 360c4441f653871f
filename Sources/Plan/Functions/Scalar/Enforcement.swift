// The enforcement of a CHECK as an expression: TRUE passes, FALSE is a row error. The compiler puts it over the scan of a
// stream; NULL never arrives here.

import Values

extension FunctionFamily {
  mutating func declareEnforcement() {
    declare(
      "ENFORCE", [], "The condition, which must be TRUE: anything else is a row error. CHECK is made of it.",
      examples: ["ENFORCE(1 < 2)": "true"],
      [
        FunctionSignature(
          ["condition": .bool], .boolean, .map(or: .failure(.checkFailed)) { (x: Bool) in x ? true : nil })
      ])
  }
}
