// Each code's example yields the code, and its correction yields no error and not the code.

import Compiler
import Syntax
import Testing
import Values

@Suite struct DiagnosticExampleTests {
  static var catalog: Catalog {
    var catalog = Catalog()
    catalog.registeredSchemas["registered-value"] = Schema([Field("id", .int64, nullable: false)])
    return catalog
  }

  @Test(arguments: Compiler.diagnostics.map(\.code))
  func exampleAndCorrection(code: String) throws {
    let description = try #require(Compiler.diagnostics.first { $0.code == code })
    let options = CompileOptions(follow: !description.correction.hasPrefix("VALUES"))
    let wrong = compile(description.example, catalog: Self.catalog, options: CompileOptions(follow: true))
    #expect(wrong.diagnostics.map(\.code).contains(code), "\(rendered(wrong.diagnostics, description.example))")
    let right = compile(description.correction, catalog: Self.catalog, options: options)
    #expect(!right.hasErrors, "\(rendered(right.diagnostics, description.correction))")
    #expect(!right.diagnostics.map(\.code).contains(code))
  }

  @Test func codesAreUnique() {
    let codes = Compiler.diagnostics.map(\.code)
    #expect(Set(codes).count == codes.count)
  }
}
