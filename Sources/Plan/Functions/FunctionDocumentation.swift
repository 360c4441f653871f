// The function reference as data: what pages, completion and `--help` are made from. In: the library. Out: plain values,
// in the order of chapters and names. Never text with layout.

/// One entry of the reference.
package struct FunctionDocumentation: Hashable, Sendable {
  package var name: String
  package var aliases: [String]
  package var category: FunctionCategory
  package var summary: String
  /// Each way to write it, with types.
  package var signatures: [String]
  package var isDeterministic: Bool
  package var examples: [FunctionExample]
}

extension FunctionLibrary {
  /// All functions and special forms, by chapter and name.
  package func documentation() -> [FunctionDocumentation] {
    let declared = functions.map { function in
      FunctionDocumentation(
        name: function.name, aliases: function.aliases, category: function.category, summary: function.summary,
        signatures: function.signatures.map { "\(function.name)\($0.text)" },
        isDeterministic: function.isDeterministic, examples: function.examples)
    }
    let forms = SpecialForm.all.map { form in
      FunctionDocumentation(
        name: form.name, aliases: form.aliases, category: form.category, summary: form.summary,
        signatures: [form.syntax], isDeterministic: true, examples: form.examples)
    }
    let chapters = FunctionCategory.allCases
    return chapters.flatMap { chapter in
      (declared + forms).filter { $0.category == chapter }.sorted { $0.name < $1.name }
    }
  }
}
