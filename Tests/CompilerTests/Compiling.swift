// What the tests of the compiler share: a script to its result, its resolved tree or its graph as text.

import Compiler
import Plan
import Syntax
import Testing
import Values

/// The declarations that most tests read.
let declarations = """
  CREATE STREAM bids (auction BIGINT NOT NULL, price BIGINT, name STRING, ts TIMESTAMP NOT NULL,
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) FROM TOPIC 'bids' KEY (auction) FORMAT JSON;
  CREATE STREAM events (event_type INT NOT NULL, bid STRUCT<auction BIGINT NOT NULL, price BIGINT, ts TIMESTAMP>)
    FROM FILE 'events.jsonl';
  CREATE STREAM auctions (id BIGINT NOT NULL, seller BIGINT, auction INT, tags ARRAY<STRING>,
    lots ARRAY<STRUCT<lot INT, name STRING>>, ts TIMESTAMP NOT NULL, PRIMARY KEY (id),
    WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) FROM TOPIC 'auctions' FORMAT JSON;
  CREATE SINK top (auction BIGINT NOT NULL, n BIGINT) TO TOPIC 'top' FORMAT JSON;
  CREATE SINK latest (auction BIGINT NOT NULL, n BIGINT, PRIMARY KEY (auction)) TO TOPIC 'latest' FORMAT JSON;

  """

struct Failure: Error, CustomStringConvertible {
  var description: String
}

func compile(_ text: String, catalog: Catalog = Catalog(), options: CompileOptions = CompileOptions()) -> CompileResult
{
  let source = SourceText(name: "test.pipe", text: text)
  let (script, diagnostics) = Parser.parseScript(source)
  var result = Compiler.compile(script, source: source, catalog: catalog, options: options)
  result.diagnostics = diagnostics + result.diagnostics
  return result
}

func rendered(_ diagnostics: [Diagnostic], _ text: String) -> String {
  DiagnosticRenderer(SourceText(name: "test.pipe", text: text)).render(diagnostics)
}

/// The resolved trees of a script over the shared declarations, as text.
func resolved(_ text: String, options: CompileOptions = CompileOptions()) throws -> String {
  let script = declarations + text
  let result = compile(script, options: options)
  guard !result.hasErrors else { throw Failure(description: rendered(result.diagnostics, script)) }
  return result.relations.map { RelationPrinter().text($0) }.joined(separator: "\n")
}

func dataflow(_ text: String, options: CompileOptions = CompileOptions()) throws -> Dataflow {
  let script = declarations + text
  let result = compile(script, options: options)
  guard let dataflow = result.dataflow else { throw Failure(description: rendered(result.diagnostics, script)) }
  return dataflow
}

/// The graph without its details, one line for each node.
func graph(_ text: String, options: CompileOptions = CompileOptions()) throws -> String {
  DataflowPrinter(try dataflow(text, options: options), detail: []).text
}

/// The codes of a script over the shared declarations.
func codes(_ text: String, options: CompileOptions = CompileOptions(follow: true)) -> [String] {
  compile(declarations + text, options: options).diagnostics.map(\.code)
}
