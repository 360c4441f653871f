// The key of a record, taken out of its line without decoding the rest.

import Testing

@testable import Engine

@Suite("Field of a JSON line")
struct JSONFieldTests {
  private func value(_ name: String, _ line: String) -> String? {
    Array(line.utf8).withUnsafeBytes { JSONField(name).value(in: $0) }.map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  @Test("strings without quotes, other values as they are written")
  func values() {
    #expect(value("a", #"{"a":"x"}"#) == "x")
    #expect(value("a", #" { "b" : 1 , "a" : -1.5e3 } "#) == "-1.5e3")
    #expect(value("a", #"{"a":true,"b":1}"#) == "true")
    #expect(value("a", #"{"a":{"b":[1,"}"]},"c":2}"#) == #"{"b":[1,"}"]}"#)
    #expect(value("a", #"{"a":""}"#) == "")
  }

  @Test("NULL and a missing field have no value")
  func absent() {
    #expect(value("a", #"{"a":null}"#) == nil)
    #expect(value("a", #"{"b":1}"#) == nil)
    #expect(value("a", "{}") == nil)
  }

  @Test("only the top level counts, and the first of two")
  func level() {
    #expect(value("a", #"{"b":{"a":1},"c":["a"],"a":2,"a":3}"#) == "2")
    #expect(value("a", #"{"b":"\"a\":1","a":2}"#) == "2")
  }

  @Test("escapes in names and values")
  func escapes() {
    #expect(value("a", #"{"\u0061":"q\"\\\/\n\u00e9\ud83d\udc4d"}"#) == "q\"\\/\né👍")
    #expect(value("a", #"{"a":"\ud83d!"}"#) == "\u{FFFD}!")
    #expect(value("é", #"{"é":1}"#) == "1")
  }

  @Test(
    "a broken line has no fields",
    arguments: [
      "", "a", "[1]", "{", #"{"a"#, #"{"a""#, #"{"a":"#, #"{"a":"x"#, #"{"b":"\"#, #"{b:1,"a":2}"#, #"{"b":[1,"a":2}"#,
    ])
  func broken(line: String) {
    #expect(value("a", line) == nil)
  }
}
