// The `test` command: the TEST statements of files and folders. In: paths. Out: one line for each test, what went wrong,
// an exit status. Each test runs in several ways that must give the same (see `TestMode`).

import Compiler
import Execution
import Foundation
import Plan
import Syntax
import Values

package struct PipelineTester {
  private let console: Console

  package init(console: Console) { self.console = console }

  package func test(_ paths: [String], filter: String?, settings: RunSettings) throws -> ExitStatus {
    var passed = 0
    var failed = 0
    for path in try paths.flatMap(Self.files) {
      let query = try QuerySource(.file(path))
      for outcome in try run(query, filter: filter, settings: settings) {
        let mark = outcome.failure == nil ? "ok  " : "FAIL"
        console.output("\(mark) \(path): \(outcome.title)\n")
        if let failure = outcome.failure {
          console.output(failure)
          failed += 1
        } else {
          passed += 1
        }
      }
    }
    console.output("\(passed) passed, \(failed) failed\n")
    console.flush()
    if passed + failed == 0, filter != nil {
      throw EngineError("no test has `\(filter ?? "")` in its name", advice: "run without --filter to see the names")
    }
    return failed == 0 ? .done : .wrongQuery
  }

  /// What became of one test.
  package struct Outcome: Sendable {
    package var title: String
    /// Why it failed, in lines; nil when it passed.
    package var failure: String?
  }

  /// Runs the tests of one text.
  package func run(_ query: QuerySource, filter: String? = nil, settings: RunSettings) throws -> [Outcome] {
    let (script, mistakes) = Parser.parseScript(query.source)
    let tests: [TestStatement] = script.statements.compactMap {
      if case .test(let test) = $0.kind { test } else { nil }
    }.filter { filter.map($0.title.value.contains) ?? true }
    let result = try Compilation(settings: settings).compile(query)
    if result.hasErrors || mistakes.contains(where: \.isError) {
      return expectedErrors(tests, result.diagnostics, query)
    }
    return try tests.map { test in
      try outcome(of: test, query: query, settings: settings)
    }
  }

  private func outcome(of test: TestStatement, query: QuerySource, settings: RunSettings) throws -> Outcome {
    var settings = settings
    for option in test.options where option.key.text == "time_zone" {
      if case .string(let zone) = option.value.kind { settings.timeZone = zone }
    }
    for mode in TestMode.allCases {
      do throws(TestFailure) {
        let prepared = try PreparedTest(test, query: query, settings: settings)
        try prepared.run(mode)
      } catch {
        let how = mode == .plain ? "" : "  (\(mode.description))\n"
        return Outcome(title: test.title.value, failure: how + error.text)
      }
    }
    return Outcome(title: test.title.value, failure: nil)
  }

  /// A text with errors passes those tests that expect them.
  private func expectedErrors(_ tests: [TestStatement], _ diagnostics: [Diagnostic], _ query: QuerySource) -> [Outcome]
  {
    let codes = Set(diagnostics.map(\.code))
    let rendered = DiagnosticRenderer([query.source]).render(diagnostics.filter(\.isError)) + "\n"
    let outcomes = tests.map { test in
      let expected = test.steps.compactMap { step in
        if case .expectError(let code) = step.kind { code.value } else { String?.none }
      }
      let missing = expected.filter { !codes.contains($0) }
      if !expected.isEmpty, missing.isEmpty { return Outcome(title: test.title.value, failure: nil) }
      let why = missing.isEmpty ? "  the file does not compile\n" : "  expected \(missing.joined(separator: ", "))\n"
      return Outcome(title: test.title.value, failure: why + rendered)
    }
    return outcomes.isEmpty ? [Outcome(title: "the file compiles", failure: rendered)] : outcomes
  }

  /// The .pipe files that a path means.
  package static func files(_ path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw EngineError("there is no file or folder `\(path)`", advice: "check the path")
    }
    guard isFolder.boolValue else { return [path] }
    guard let walker = FileManager.default.enumerator(atPath: path) else { return [] }
    return walker.compactMap { $0 as? String }.filter { $0.hasSuffix(".pipe") }.sorted().map {
      path.hasSuffix("/") ? path + $0 : path + "/" + $0
    }
  }
}

/// The ways in which every test runs. All must give the same rows.
package enum TestMode: CaseIterable, CustomStringConvertible {
  case plain
  /// Batches of one row, steps of one chunk.
  case smallBatches
  case threeWorkers
  case unoptimised
  /// Saved and restored between any two steps of the test.
  case resumed

  package var description: String {
    switch self {
    case .plain: "in one piece"
    case .smallBatches: "with batches of one row"
    case .threeWorkers: "with three workers"
    case .unoptimised: "with the optimiser off"
    case .resumed: "saved and resumed between its steps"
    }
  }
}

/// Why a test failed, in lines for the user.
struct TestFailure: Error {
  var text: String

  init(_ text: String) { self.text = text.hasSuffix("\n") ? text : text + "\n" }
}
