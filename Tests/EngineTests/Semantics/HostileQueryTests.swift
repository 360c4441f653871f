// Queries that nobody would write: valid ones with tokens dropped, moved and exchanged, and plans with their bytes changed.
// Whatever comes of them, nothing traps: a query compiles or is refused, a plan runs or is refused.

import Compiler
import Foundation
import Plan
import Testing

@testable import Engine

private struct Draws {
  var state: UInt64

  mutating func below(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(max(limit, 1)))
  }
}

@Suite("Nothing that a query or a plan may hold traps")
struct HostileQueryTests {
  private static let seeds =
    CuttingTests.queries + [
      "SELECT CAST(v AS TINYINT), v % 3, DIV(7, v), ABS(-9223372036854775808), SAFE.ABS(v), SUBSTR(k, -2, v) FROM events",
      "SELECT TIMESTAMP_MICROS(9223372036854775807), TIMESTAMP '9999-12-31 23:59:59' + INTERVAL '300000' DAY, DATE '0001-01-01'",
      "SELECT ARRAY[1, 2, v][OFFSET(0)], STRUCT(v AS a, k AS b).b, JSON_VALUE('{\"a\":[1]}', '$.a[0]') FROM events",
      "SELECT CASE WHEN v IN (1, NULL) THEN k ELSE 'x' END AS c, COUNT(*) FROM events GROUP BY c HAVING COUNT(*) > 1 ORDER BY 2",
      "WITH t AS (FROM events |> WHERE d > 0) SELECT * EXCEPT (d) REPLACE (v * 2 AS v) FROM t WHERE k LIKE '%a_' LIMIT 3",
      "SELECT CAST(1.25 AS DECIMAL(3, 1)) * 10.5, ROUND(2.5e0), LPAD(k, 3, 'x'), REPEAT(k, 2), DATE_TRUNC(ts, DAY) FROM events",
      "VALUES (1, 'a', NOW()), (NULL, 'b', NULL) |> AS t |> SET column1 = 3 |> RENAME column2 AS c |> DROP column3",
    ]

  private static func tokens(_ text: String) -> [String] {
    var result: [String] = []
    var word = ""
    var quoted = false
    for character in text {
      if quoted || character.isLetter || character.isNumber || character == "_" || character == "'" {
        word.append(character)
        if character == "'" { quoted.toggle() }
        continue
      }
      if !word.isEmpty { result.append(word) }
      word = ""
      if character == ">" && result.last == "|" {
        result[result.count - 1] = "|>"
      } else if !character.isWhitespace {
        result.append(String(character))
      }
    }
    return word.isEmpty ? result : result + [word]
  }

  private static let edges = [
    "NULL", "9223372036854775807", "0", "-1", "1e308", "''", "TIMESTAMP_MICROS(9223372036854775807)", "2147483648",
    "INTERVAL '999999999' DAY", "CAST(NULL AS INT)", "ARRAY[1]", "CAST('NaN' AS DOUBLE)", "v", "k", "ts", "d", "(", ")",
  ]

  @Test("mutated queries compile and run, or are refused", arguments: 0..<6)
  func mutatedQueries(_ seed: Int) throws {
    var draws = Draws(state: UInt64(seed) &* 7919 &+ 17)
    let drive = try QueryDrive()
    try drive.write(
      "events.jsonl",
      """
      {"ts":"2024-01-01 00:00:01","k":"a","v":1,"d":1.5}
      {"ts":"0001-01-01 00:00:00","k":"","v":-2147483648,"d":1e308}
      {"ts":"9999-12-31 23:59:59.999999","k":null,"v":0,"d":-0.0}
      {"ts":null,"k":"é","v":null,"d":null}
      """)
    let lists = Self.seeds.map(Self.tokens)
    var compiled = 0
    for _ in 0..<120 {
      var tokens = lists[draws.below(lists.count)]
      for _ in 0..<draws.below(4) where !tokens.isEmpty {
        let place = draws.below(tokens.count)
        let other = lists[draws.below(lists.count)]
        switch draws.below(5) {
        case 0: tokens.remove(at: place)
        case 1: tokens[place] = other[draws.below(other.count)]
        case 2: tokens.insert(other[draws.below(other.count)], at: place)
        case 3: tokens[place] = Self.edges[draws.below(Self.edges.count)]
        default:
          let from = draws.below(other.count)
          tokens.replaceSubrange(place..<min(tokens.count, place + 2), with: other[from..<min(other.count, from + 5)])
        }
      }
      let text =
        CuttingTests.declaration.replacing("%", with: "events.jsonl") + tokens.joined(separator: " ")
      guard let result = try? drive.compile(text), let plan = result.dataflow else { continue }
      compiled += 1
      #expect(throws: Never.self, "the plan of: \(tokens.joined(separator: " "))") { try plan.validate() }
      if let rows = try? drive.run(plan, Cutting(workers: 1 + draws.below(2))) {
        #expect(rows.balances, "the books of: \(tokens.joined(separator: " "))")
      }
    }
    #expect(compiled > 10, "too few of the queries compiled to try much")
  }

  @Test("a plan that was written and read again gives the same rows", arguments: CuttingTests.queries)
  func planFiles(_ query: String) throws {
    let drive = try QueryDrive()
    try drive.write("events.jsonl", #"{"ts":"2024-01-01 00:00:01","k":"a","v":1,"d":1.5}"# + "\n")
    let result = try drive.compile(CuttingTests.declaration.replacing("%", with: "events.jsonl") + query)
    let plan = try #require(result.dataflow)
    let text = String(decoding: try PlanFile.encode(plan), as: UTF8.self)
    let read = try PlanFile.read(try drive.write("q.plan.json", text))
    #expect(read == plan)
    #expect(try drive.run(read) == drive.run(plan))
  }

  @Test("a plan of another version is refused, and says which")
  func unknownVersion() throws {
    let drive = try QueryDrive()
    let plan = try #require(try drive.compile("SELECT 1 AS a").dataflow)
    let text = String(decoding: try PlanFile.encode(plan), as: UTF8.self)
    let other = text.replacing("\"version\" : \(Dataflow.currentVersion)", with: "\"version\" : 999")
    #expect(other != text)
    let error = #expect(throws: EngineError.self) { try PlanFile.read(try drive.write("q.plan.json", other)) }
    #expect(error?.message.contains("version 999") == true)
  }

  @Test("a plan with numbers and words exchanged runs or is refused", arguments: 0..<4)
  func tamperedPlans(_ seed: Int) throws {
    var draws = Draws(state: UInt64(seed) &* 104_729 &+ 3)
    let drive = try QueryDrive()
    try drive.write("events.jsonl", #"{"ts":"2024-01-01 00:00:01","k":"a","v":1,"d":1.5}"# + "\n")
    var ran = 0
    for query in CuttingTests.queries {
      let result = try drive.compile(CuttingTests.declaration.replacing("%", with: "events.jsonl") + query)
      let plan = try #require(result.dataflow)
      let whole = try JSONSerialization.jsonObject(with: Data(try PlanFile.encode(plan)))
      for _ in 0..<12 {
        let changed = Self.tampered(whole, &draws)
        let data = try JSONSerialization.data(withJSONObject: changed)
        let file = try drive.write("t.plan.json", String(decoding: data, as: UTF8.self))
        if let read = try? PlanFile.read(file), (try? drive.run(read)) != nil { ran += 1 }
      }
    }
    #expect(ran > 0, "no tampered plan got as far as to run")
  }

  /// The tree with one or two of its leaves exchanged for others.
  private static func tampered(_ value: Any, _ draws: inout Draws) -> Any {
    if var object = value as? [String: Any] {
      guard let key = object.keys.sorted().dropFirst(draws.below(object.count)).first, let inner = object[key] else {
        return value
      }
      if draws.below(12) == 0 {
        object[key] = nil
      } else {
        object[key] = tampered(inner, &draws)
      }
      return object
    }
    if var list = value as? [Any] {
      guard !list.isEmpty else { return value }
      let place = draws.below(list.count)
      switch draws.below(8) {
      case 0: list.remove(at: place)
      case 1: list.append(list[place])
      default: list[place] = tampered(list[place], &draws)
      }
      return list
    }
    if value is String { return ["int64", "text", "", "ts", "boolean", "ADD", "COUNT", "float64"][draws.below(8)] }
    let numbers = [0, 1, -1, 2, 7, 1 << 40, Int(Int64.max), Int(Int64.min)]
    return numbers[draws.below(numbers.count)]
  }
}
