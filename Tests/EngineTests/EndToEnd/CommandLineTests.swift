// The command line from outside: exit statuses, messages, and the commands that do not run anything.

import Foundation
import Testing

@Suite("Command line")
struct CommandLineTests {
  private func place() throws -> Workplace {
    let place = try Workplace()
    try place.write("good.pipe", "SELECT 1 AS one;\n")
    try place.write("bad.pipe", "FROM nowhere;\n")
    try place.write("odd.pipe", "select   1 as one;\n")
    return place
  }

  @Test(
    "mistakes on the command line have status 2 and say what to type",
    arguments: [
      ("rnu good.pipe", "did you mean `run`?"), ("good.pipe", "millrace run good.pipe"), ("run", "needs a FILE"),
      ("run good.pipe --paralelism 2", "did you mean `--parallelism`?"),
      ("run good.pipe --parallelism 0", "from 1 to 16"), ("run good.pipe --format xml", "table, jsonl, csv"),
      ("run good.pipe --clock noon", "2026-01-01T10:00:00Z"), ("run good.pipe --time-zone Mars/Base", "Europe/Berlin"),
      ("run good.pipe --input s", "NAME=PATH"), ("run good.pipe --input s=x.jsonl", "no stream `s`"),
      ("run good.pipe --output sikn=x", "no sink `sikn`"), ("explain E9999", "no code E9999"),
      ("generate nexmark", "--events"), ("topic frob", "does not know `frob`"), ("consume t --from soon", "a time"),
    ])
  func usage(line: String, message: String) throws {
    let outcome = try place().shell("millrace topic create t 2>/dev/null; millrace \(line)")
    #expect(outcome.status == 2)
    #expect(outcome.error.contains(message), "\(outcome.error)")
  }

  @Test("wrong queries have status 1, good ones 0")
  func queries() throws {
    let place = try place()
    #expect(try place.run("run", "good.pipe").status == 0)
    #expect(try place.run("run", "bad.pipe").status == 1)
    #expect(try place.run("check", "good.pipe").status == 0)
    #expect(try place.run("check", "bad.pipe").status == 1)
    #expect(try place.run("explain", "bad.pipe").status == 1)
    #expect(try place.run("compile", "bad.pipe").status == 1)
    try place.write("empty.pipe", "-- nothing\n")
    #expect(try place.run("run", "empty.pipe").error.contains("has no statement"))
  }

  @Test("diagnostics of several files are one JSON document")
  func json() throws {
    let outcome = try place().run("check", "good.pipe", "bad.pipe", "bad.pipe", "--format", "json")
    #expect(outcome.status == 1)
    let list = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]]
    #expect(list?.count == 2)
    #expect(list?.first?["file"] as? String == "bad.pipe")
  }

  @Test("plans are printed as text, JSON, dot and Mermaid, and codes explained in any case")
  func explain() throws {
    let place = try place()
    #expect(try place.run("explain", "good.pipe").output.contains("Sink"))
    #expect(try place.run("explain", "good.pipe", "--format", "json").output.hasPrefix("{"))
    #expect(try place.run("explain", "good.pipe", "--format", "dot").output.hasPrefix("digraph"))
    #expect(try place.run("explain", "good.pipe", "--format", "mermaid").output.hasPrefix("flowchart"))
    #expect(try place.run("explain", "e0103").output.hasPrefix("E0103"))
    #expect(try place.run("explain", "R1009").output.hasPrefix("R1009"))
  }

  @Test("fmt lays out, and --check only tells")
  func format() throws {
    let place = try place()
    #expect(try place.run("fmt", "--check", "odd.pipe").status == 1)
    #expect(place.read("odd.pipe") == "select   1 as one;\n")
    #expect(try place.run("fmt", "odd.pipe").status == 0)
    #expect(place.read("odd.pipe") == "SELECT 1 AS one;\n")
    #expect(try place.run("fmt", "--check", "odd.pipe").status == 0)
    #expect(try place.run("fmt", "-", input: "select 1").output == "SELECT 1;\n")
  }

  @Test("a failing test shows what differs; names are filtered")
  func tests() throws {
    let place = try place()
    try place.write(
      "t.pipe",
      """
      CREATE STREAM s (id BIGINT NOT NULL, k STRING) FROM TOPIC 's';
      CREATE PIPELINE c AS FROM s |> AGGREGATE COUNT(*) AS n GROUP BY k;
      TEST 'counts' FOR c GIVEN s (id, k) VALUES (1, 'a') EXPECT c (k, n) VALUES ('a', 1);
      TEST 'changes' FOR c GIVEN s (id, k) VALUES (1, 'a') EXPECT CHANGES c (op, k, n) VALUES ('+I', 'a', 1);
      TEST 'wrong' FOR c GIVEN s (id, k) VALUES (1, 'a') EXPECT c (k, n) VALUES ('a', 2);
      TEST 'lost' FOR c GIVEN nobody (id) VALUES (1) EXPECT c EMPTY;
      """)
    let all = try place.run("test", "t.pipe")
    #expect(all.status == 1)
    #expect(all.output.contains("2 passed, 2 failed"), "\(all.output)\(all.error)")
    #expect(all.output.contains("- a | 2"))
    #expect(all.output.contains("+ a | 1"))
    #expect(all.output.contains("reads the stream `nobody`"))
    #expect(try place.run("test", "t.pipe", "--filter", "counts").status == 0)
    #expect(try place.run("test", "t.pipe", "--filter", "zzz").status != 0)
  }

  @Test("help and version")
  func help() throws {
    let place = try place()
    let all = try place.run("--help")
    #expect(all.status == 0)
    for command in all.lines.filter({ $0.hasPrefix("  ") && !$0.contains("millrace") }).compactMap({
      $0.split(separator: " ").first
    }) where command.allSatisfy(\.isLowercase) && all.output.contains("\n  \(command)  ") {
      let help = try place.run(String(command), "--help")
      #expect(help.status == 0)
      #expect(help.output.contains("usage: millrace \(command)"))
    }
    #expect(try place.run("--version").output.hasPrefix("millrace "))
  }

  @Test("statements piped into the shell")
  func script() throws {
    let outcome = try place().run(input: "SELECT 1 AS\n  one;\nSELECT nope;\n.format csv\nSELECT 2 AS two;\n")
    #expect(outcome.output == "{\"one\":1}\ntwo\n2\n")
    #expect(outcome.error.contains("nope"))
    #expect(outcome.status == 1)
  }
}
