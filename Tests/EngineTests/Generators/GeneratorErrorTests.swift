// What cannot be generated is refused in words, before or while writing.

import Engine
import Foundation
import Testing

@Suite struct GeneratorErrorTests {
  private func failure(_ change: (inout GeneratorOptions) -> Void) throws -> GeneratorError {
    let folder = GeneratedFolder()
    var options = GeneratorOptions(kind: .nexmark, events: 10, directory: folder.path)
    change(&options)
    let error = try #require(throws: GeneratorError.self) { try generate(options) }
    #expect(!FileManager.default.fileExists(atPath: folder.path), "nothing is made for a bad request")
    return error
  }

  @Test func badOptionsNameTheOptionAndTheRange() throws {
    #expect(
      try failure { $0.partitions = 0 }.description
        == "--partitions: 0 is out of range. Give a whole number from 1 to 128.")
    #expect(try failure { $0.events = -1 }.description.hasPrefix("--events: -1 is out of range."))
    #expect(try failure { $0.rate = 0 }.description.hasPrefix("--rate: 0 is out of range."))
    #expect(try failure { $0.disorder = 0 }.description.hasPrefix("--disorder: 0 is out of range."))
    #expect(try failure { $0.threads = 0 }.description.hasPrefix("threads: 0 is out of range."))
    #expect(try failure { $0.base = 1 }.description.hasPrefix("--base: it has a fraction of a millisecond."))
    #expect(try failure { $0.directory = "" }.description.hasPrefix("--out: no folder is named."))
  }

  @Test func eventTimesStayWithinTheCalendar() throws {
    let error = try failure {
      $0.events = 1_000_000_000_000
      $0.rate = 1
    }
    #expect(error.description.contains("would leave the years 0001 to 9999"))
    #expect(try failure { $0.base = .max / 1000 * 1000 }.description.contains("would leave the years"))
    #expect(try failure { $0.base = .min / 1000 * 1000 }.description.contains("would leave the years"))
  }

  @Test func unknownNamesAndTimesAreExplained() {
    #expect(throws: GeneratorError.unknownKind("nexmarks")) { try GeneratorKind(named: "nexmarks") }
    #expect(GeneratorError.unknownKind("x").description.contains("nexmark, payments, clickstream"))
    let error = #expect(throws: GeneratorError.self) { try GeneratorOptions.base(from: "yesterday") }
    #expect(error?.description.contains("'yesterday' is not a time") == true)
  }

  @Test func aFileInPlaceOfAFolderIsNoFolder() throws {
    let folder = GeneratedFolder()
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let file = "\(folder.path)/file"
    #expect(FileManager.default.createFile(atPath: file, contents: nil))
    #expect(throws: GeneratorError.notAFolder(path: file)) {
      try generate(GeneratorOptions(kind: .payments, events: 1, directory: file))
    }
    #expect(throws: GeneratorError.folderNotMade(path: "\(file)/deeper", reason: "not a directory")) {
      try generate(GeneratorOptions(kind: .clickstream, events: 1, directory: "\(file)/deeper"))
    }
  }

  @Test func aFolderInPlaceOfAFileIsNamed() throws {
    let folder = GeneratedFolder()
    let file = "\(folder.path)/bids.jsonl"
    try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
    #expect(throws: GeneratorError.fileNotOpened(path: file, reason: "is a directory")) {
      try generate(GeneratorOptions(kind: .nexmark, events: 1, directory: folder.path))
    }
  }

  @Test(arguments: [1, 3])
  func aFullDiskStopsAllThreadsAndNamesTheFile(_ threads: Int) throws {
    let folder = GeneratedFolder()
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    let file = "\(folder.path)/auctions.jsonl"
    try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "/dev/full")
    #expect(throws: GeneratorError.diskFull(path: file)) {
      try generate(GeneratorOptions(kind: .nexmark, events: 20_000, directory: folder.path, threads: threads))
    }
    #expect(GeneratorError.diskFull(path: file).description.hasPrefix("the disk is full: '\(file)' is incomplete."))
  }
}
