// Which overload a call means, what is converted, and what a failing call says.

import Testing
import Values

@testable import Plan

@Suite("Resolution")
struct ResolutionTests {
  static func resolve(_ name: String, _ types: DataType...) -> Result<FunctionResolution, ResolutionFailure> {
    FunctionLibrary.scalar.resolve(name, types)
  }

  static func result(_ name: String, _ types: DataType...) -> DataType? {
    if case .success(let resolution) = FunctionLibrary.scalar.resolve(name, types) {
      resolution.resultType
    } else {
      nil
    }
  }

  @Test("names are found in any case and by every alias")
  func names() {
    #expect(FunctionLibrary.scalar.function("substring")?.name == "SUBSTR")
    #expect(FunctionLibrary.scalar.function("Now")?.name == "CURRENT_TIMESTAMP")
    #expect(FunctionLibrary.scalar.function("!=")?.name == "<>")
    #expect(FunctionLibrary.scalar.functions.count >= 110)
  }

  @Test("numbers widen, and nothing else converts by itself")
  func widening() {
    #expect(Self.result("+", .int32, .int8) == .int64)
    #expect(Self.result("+", .int64, .float32) == .float64)
    #expect(Self.result("+", .decimal(precision: 5, scale: 2), .float64) == .float64)
    #expect(Self.result("+", .text, .int64) == nil)
    #expect(Self.result("=", .text, .int64) == nil)
    #expect(Self.result("=", .date, .timestamp) == nil)
    #expect(Self.result("=", .int32, .decimal(precision: 4, scale: 2)) == .boolean)
    #expect(Self.result("+", .null, .int64) == .int64)
    #expect(Self.result("GREATEST", .int8, .float64, .null) == .float64)
    #expect(Self.result("<", .json, .json) == nil)
  }

  @Test("conversions of a call are explicit")
  func conversions() {
    let sum = call("+", column(0, .int32), column(1, .float64))
    guard case .call(let function, let arguments) = sum.kind else { return }
    #expect(function == FunctionReference(name: "+", signature: 2))
    #expect(arguments.map(\.type) == [.float64, .float64])
    guard case .cast = arguments[0].kind else {
      Issue.record("the integer is not converted")
      return
    }
  }

  @Test("times and intervals")
  func times() {
    #expect(Self.result("+", .timestamp, .intervalDaySecond) == .timestamp)
    #expect(Self.result("-", .timestamp, .timestamp) == .intervalDaySecond)
    #expect(Self.result("-", .date, .date) == .intervalDaySecond)
    #expect(Self.result("+", .date, .intervalYearMonth) == .date)
    #expect(Self.result("*", .intervalDaySecond, .int32) == .intervalDaySecond)
    #expect(Self.result("+", .timestamp, .timestamp) == nil)
  }

  @Test("failures say what to look at")
  func failures() {
    guard case .failure(.unknownFunction(_, let near)) = Self.resolve("SUBSTRR", .text) else {
      Issue.record("an unknown name resolved")
      return
    }
    #expect(near.contains("SUBSTR"))
    guard case .failure(.wrongCount(let name, let given, let candidates)) = Self.resolve("lower", .text, .text) else {
      Issue.record("a wrong count resolved")
      return
    }
    #expect(name == "LOWER" && given == 2)
    #expect(candidates == ["LOWER(text STRING) -> STRING"])
    guard case .failure(.wrongTypes(_, _, let argument, _)) = Self.resolve("SPLIT_INDEX", .text, .text, .text) else {
      Issue.record("wrong types resolved")
      return
    }
    #expect(argument == 2)
  }

  @Test("constants that can never work are refused", arguments: ["strange/zone", "Europe/Berln"])
  func zones(name: String) {
    let result = FunctionLibrary.scalar.makeCall("DATE", [column(0, .timestamp), text(name)])
    guard case .failure(.invalidConstant(_, 1, _)) = result else {
      Issue.record("\(name) was accepted")
      return
    }
  }

  @Test("every function is documented, with an example unless it reads the clock")
  func documentation() {
    for entry in FunctionLibrary.scalar.documentation() {
      #expect(entry.summary.hasSuffix("."), "\(entry.name)")
      #expect(!entry.signatures.isEmpty, "\(entry.name)")
    }
    for function in FunctionLibrary.scalar.functions where function.isDeterministic {
      let family: Set<String> = ["LTRIM", "RTRIM"]
      #expect(!function.examples.isEmpty || family.contains(function.name), "\(function.name) has no example")
    }
  }

  @Test("a plan that names no function of the library fails its rows, and does not trap")
  func unknownReference() {
    let stranger = Expression(
      .call(FunctionReference(name: "NOT_THERE", signature: 3), [int(1)]), type: .int64, nullable: true)
    #expect(outcome(stranger) == .failure(.invalidArgument))
  }
}
