// What Tab offers at each kind of place, over a session with known names.

import Engine
import Foundation
import Testing

/// A session of fixed names that remembers what it was told.
final class RecordingSession: ShellSession {
  var follows = false
  private(set) var executed: [(text: String, name: String, format: ResultFormat?)] = []
  var outcome = Engine.ExitStatus.done

  func execute(
    _ text: String, name: String, format: ResultFormat?, interrupted: @escaping @Sendable () -> Bool
  ) -> Engine.ExitStatus {
    executed.append((text, name, format))
    return outcome
  }

  var relationNames: [String] { ["payments", "persons", "fraud.late", "bids"] }
  var functionNames: [String] { ["UPPER", "COUNT", "COALESCE"] }

  func columnNames(of relation: String) -> [String] {
    switch relation {
    case "bids": ["auction", "price", "bidder"]
    case "payments": ["card_id", "amount"]
    case "'events.jsonl'": ["kind"]
    default: []
    }
  }
}

@Suite("Completion")
struct CompletionTests {
  private func words(_ before: String, _ after: String = "") -> [String] {
    Completer(RecordingSession()).candidates(before: before, after: after).words
  }

  @Test("relations after FROM, JOIN and INTO, whatever their case")
  func relations() {
    #expect(words("FROM pa") == ["payments"])
    #expect(words("from P") == ["payments", "persons"])
    #expect(words("FROM bids |> JOIN p") == ["payments", "persons"])
    #expect(words("INSERT INTO f") == ["fraud.late"])
    #expect(words("FROM fraud.l") == ["fraud.late"])
    #expect(words("FROM ") == ["bids", "fraud.late", "payments", "persons"])
    #expect(words("FROM `pay") == ["payments"])
  }

  @Test("columns of the relations that the statement names, before and after the cursor")
  func columns() {
    #expect(words("FROM bids |> WHERE ") == ["auction", "price", "bidder"])
    #expect(words("FROM bids |> WHERE pr") == ["price"])
    #expect(words("SELECT am", " FROM payments;") == ["amount"])
    #expect(words("FROM 'events.jsonl' |> WHERE ki") == ["kind"])
    #expect(words("SELECT a FROM bids; FROM payments |> WHERE au").contains("auction") == false)
  }

  @Test("after a dot, the columns of what stands before it")
  func members() {
    #expect(words("SELECT b.", " FROM bids AS b JOIN payments p") == ["auction", "price", "bidder"])
    #expect(words("FROM bids AS b |> JOIN payments p ON p.ca") == ["card_id"])
    #expect(words("FROM bids |> WHERE bids.b") == ["bidder"])
  }

  @Test("functions open their parenthesis; keywords follow the user's case")
  func spelling() {
    let function = Completer(RecordingSession()).candidates(before: "FROM bids |> WHERE upp")
    #expect(function == CompletionCandidates(prefixLength: 3, words: ["upper"], suffix: "("))
    #expect(words("FROM bids |> WHERE UPP") == ["UPPER"])
    #expect(words("FROM bids |> whe") == ["where"])
    #expect(words("FROM bids |> WHE") == ["WHERE"])
    #expect(words("SEL") == ["SELECT"])
    #expect(words("SHOW st") == ["streams"])
  }

  @Test("only operators after `|>`")
  func pipes() {
    let offered = words("FROM bids |> ")
    #expect(offered.contains("AGGREGATE"))
    #expect(!offered.contains("price"))
    #expect(!offered.contains("FROM"))
  }

  @Test("nothing inside comments, and quotes inside comments open nothing")
  func comments() {
    #expect(words("FROM bids -- pr").isEmpty)
    #expect(words("FROM bids /* pr").isEmpty)
    #expect(words("-- it's\nFROM bi") == ["bids"])
    #expect(words("/* ' */ FROM bi") == ["bids"])
  }

  @Test("names of files inside quotes; a folder stays open, a file closes the quote")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let inner = folder.appendingPathComponent("data")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    try Data().write(to: inner.appendingPathComponent("bids.jsonl"))
    try Data().write(to: inner.appendingPathComponent(".hidden"))
    let completer = Completer(RecordingSession())
    #expect(
      completer.candidates(before: "FROM '\(folder.path)/da")
        == CompletionCandidates(prefixLength: 2, words: ["data/"], suffix: ""))
    #expect(
      completer.candidates(before: "FROM '\(folder.path)/data/")
        == CompletionCandidates(prefixLength: 0, words: ["bids.jsonl"], suffix: "'"))
    #expect(completer.candidates(before: ".read \(inner.path)/b").words == ["bids.jsonl"])
    #expect(completer.candidates(before: "FROM '/no/such/folder/x").words.isEmpty)
  }

  @Test("commands of the shell and their arguments")
  func dotCommands() {
    #expect(words(".ti") == [".timer"])
    #expect(words(".timer o") == ["on", "off"])
    #expect(words(".schema pa") == ["payments"])
    #expect(words(".format ") == ["csv", "jsonl", "table"])
    #expect(words(".help x").isEmpty)
  }

  @Test("what all candidates share is typed, in the spelling of the first")
  func commonPrefix() {
    #expect(CompletionCandidates(prefixLength: 1, words: ["payments", "Paying"]).commonPrefix == "pay")
    #expect(CompletionCandidates.none.commonPrefix.isEmpty)
    #expect(CompletionCandidates(prefixLength: 0, words: ["aa", "b", "cc"]).columns(width: 9) == "aa  b\ncc\n")
  }
}
