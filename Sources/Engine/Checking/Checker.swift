// `check`, `compile` and `explain`: what can be said of a text without running it. In: paths and settings. Out:
// diagnostics, plans, explanations.

import Compiler
import Foundation
import Plan
import Syntax

/// How a plan is printed.
package enum PlanFormat: String, Sendable {
  case text, json, dot, mermaid
}

package struct Checker {
  private let console: Console

  package init(console: Console) { self.console = console }

  package func check(_ paths: [String], asJSON: Bool, settings: RunSettings) throws -> ExitStatus {
    var status = ExitStatus.done
    var objects: [String] = []
    for path in paths {
      let query = try QuerySource(.file(path))
      let result = try compiled(query, settings)
      if asJSON {
        let printer = DiagnosticJSON([query.source])
        objects += result.diagnostics.map { printer.render($0) }
      } else {
        console.report(result.diagnostics, of: query.source)
      }
      if result.hasErrors { status = .wrongQuery }
    }
    // One document, however many files.
    if asJSON { console.output(objects.isEmpty ? "[]\n" : "[\n" + objects.joined(separator: ",\n") + "\n]\n") }
    return status
  }

  package func compile(_ path: String, to output: String?, settings: RunSettings) throws -> ExitStatus {
    let query = try QuerySource(.file(path))
    let result = try compiled(query, settings)
    console.report(result.diagnostics, of: query.source)
    guard !result.hasErrors else { return .wrongQuery }
    guard let plan = result.dataflow else {
      throw EngineError(
        "there is nothing to compile in `\(path)`: it has definitions only",
        advice: "add a query, an INSERT or a pipeline", status: .wrongQuery)
    }
    let bytes = try PlanFile.encode(plan)
    guard let output else {
      console.output(bytes: bytes)
      return .done
    }
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: output), options: .atomic)
    } catch {
      throw EngineError("cannot write `\(output)`: \(systemReason(error))", advice: "name another file with -o")
    }
    return .done
  }

  package func explain(_ text: QueryText, format: PlanFormat, settings: RunSettings) throws -> ExitStatus {
    if case .file(let path) = text, path.hasSuffix(".json") {
      return try show(try PlanFile.read(path), format)
    }
    let query = try QuerySource(text)
    let result = try compiled(query, settings)
    console.report(result.diagnostics, of: query.source)
    guard !result.hasErrors else { return .wrongQuery }
    try StatementEffects(console: console, settings: settings).apply(result)
    guard let plan = result.dataflow else { return .done }
    return try show(plan, format)
  }

  private func show(_ plan: Dataflow, _ format: PlanFormat) throws -> ExitStatus {
    switch format {
    case .text: console.output(DataflowPrinter(plan).text)
    case .json: console.output(bytes: try PlanFile.encode(plan))
    case .dot: console.output(GraphvizPrinter(plan).text)
    case .mermaid: console.output(MermaidPrinter(plan).text)
    }
    return .done
  }

  private func compiled(_ query: QuerySource, _ settings: RunSettings) throws -> CompileResult {
    let catalog = try CatalogLoader.catalog(DataFolder(path: settings.dataFolder))
    return try Compilation(settings: settings, catalog: catalog).compile(query)
  }

  /// Whether a word is a code and not a path: a letter and four digits.
  package static func looksLikeCode(_ word: String) -> Bool {
    let scalars = Array(word.unicodeScalars)
    return scalars.count == 5 && "EWRewr".unicodeScalars.contains(scalars[0])
      && scalars.dropFirst().allSatisfy { ("0"..."9").contains($0) }
  }

  /// Prints the rule behind a code, with an example and its mend.
  package func explain(code: String) -> ExitStatus {
    let code = code.uppercased()
    if let text = CodeExplanation.text(of: code) {
      console.output(text)
      return .done
    }
    let near = closestName(to: code, among: CodeExplanation.codes)
    console.error(
      "error: there is no code \(code)" + (near.map { "; did you mean \($0)?" } ?? "") + "\n"
        + "  every code is listed in Docs/errors.md\n")
    return .wrongUsage
  }
}

extension Console {
  /// Prints diagnostics to standard error, as people read them.
  package func report(_ diagnostics: [Diagnostic], of source: SourceText) {
    guard !diagnostics.isEmpty else { return }
    error(DiagnosticRenderer([source], usesColour: usesColour).render(diagnostics) + "\n")
  }
}
