// Lines that the shell itself understands, where lines of a statement could be taken for them.

import Testing

@testable import Engine

@Suite("Commands of the shell")
struct DotCommandTests {
  @Test("commands with their arguments, semicolons or not")
  func commands() throws {
    #expect(try DotCommand.parse(".help") == .help)
    #expect(try DotCommand.parse(".QUIT;") == .quit)
    #expect(try DotCommand.parse("exit") == .quit)
    #expect(try DotCommand.parse("quit;") == .quit)
    #expect(try DotCommand.parse(".read 'a b.pipe'") == .read("a b.pipe"))
    #expect(try DotCommand.parse(".schema fraud.late;") == .schema("fraud.late"))
    #expect(try DotCommand.parse(".timer OFF") == .timer(false))
    #expect(try DotCommand.parse(".format csv") == .format(.csv))
  }

  @Test("statements are none", arguments: ["FROM a;", "exit_codes;", "quit now", ".5", ""])
  func statements(line: String) throws {
    #expect(try DotCommand.parse(line) == nil)
  }

  @Test("mistakes say what would be right")
  func mistakes() {
    func message(_ line: String) -> String? {
      do { _ = try DotCommand.parse(line) } catch { return error.message }
      return nil
    }
    #expect(message(".tmier on")?.contains("did you mean `.timer`?") == true)
    #expect(message(".timer maybe")?.contains("`on` or `off`") == true)
    #expect(message(".read")?.contains("needs `FILE`") == true)
    #expect(message(".help me")?.contains("takes no argument") == true)
    #expect(message(".format xml")?.contains("`table`, `jsonl` or `csv`") == true)
  }

  @Test("the help names every command")
  func help() {
    for description in DotCommand.descriptions { #expect(DotCommand.helpText.contains("  \(description.name)")) }
  }
}
