// Graphs as text: what is decoded, where filters go, what is shared, where rows are exchanged, where side streams lead.

import Compiler
import Plan
import Testing
import Values

@Suite struct LoweringTests {
  @Test func onlyFieldsReadAreDecoded() throws {
    #expect(
      try graph("FROM events |> WHERE event_type = 2 |> SELECT bid.auction, bid.price |> WHERE auction > 5") == """
        #3 Sink result
          #2 Project bid.auction AS auction, bid.price AS price
            #1 Filter event_type = 2 AND bid.auction > 5
              #0 Scan events FROM FILE 'events.jsonl' reads event_type, bid.auction, bid.price

        """)
  }

  @Test func projectionsMerge() throws {
    #expect(
      try graph("FROM events |> WHERE event_type = 2 |> EXTEND bid.price * 2 AS p |> SELECT p") == """
        #3 Sink result
          #2 Project bid.price * 2 AS p
            #1 Filter event_type = 2
              #0 Scan events FROM FILE 'events.jsonl' reads event_type, bid.price

        """)
  }

  /// A sorted result keeps its order: what is printed must not be put into the order of a key again.
  @Test func sortedRowsAreOnlyAdded() throws {
    let counted = "FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction"
    for ending in ["|> ORDER BY n DESC", "|> ORDER BY n DESC |> LIMIT 3 |> SELECT auction", "|> LIMIT 2"] {
      let plan = try dataflow("\(counted) \(ending);")
      let last = try #require(plan.nodes.last?.inputs.first)
      #expect(plan.nodes[last.node].properties.mode == .append, "\(ending)")
    }
  }

  /// The first rows of a result that changes are those with the least keys.
  @Test func limitOfAChangingResultGoesByKey() throws {
    #expect(
      try graph("FROM bids |> AGGREGATE COUNT(*) AS n GROUP BY auction |> LIMIT 2;").contains("Sort auction LIMIT 2"))
  }

  static let windowed = """
    FROM bids |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) |> WHERE price > 3
    |> AGGREGATE COUNT(*) AS n, MAX(price) AS top GROUP BY WINDOW, auction
    """

  @Test func windowsFuseAndFiltersStayAboveTheWatermark() throws {
    #expect(
      try graph(Self.windowed) == """
        #5 Sink result
          #4 WindowAggregate TUMBLE(ts, SIZE 1 MINUTE) COUNT(*) AS n, MAX(price) AS top GROUP BY auction EMIT FINAL
            #3 Exchange by auction
              #2 Filter price > 3
                #1 Watermark ts AS ts - INTERVAL 5 SECOND
                  #0 Scan bids FROM TOPIC 'bids' reads auction, price, ts

        """)
  }

  @Test func withoutTheOptimiserNothingMoves() throws {
    #expect(
      try graph(Self.windowed, options: CompileOptions(optimizer: OptimizerOptions(enabled: false))) == """
        #6 Sink result
          #5 WindowAggregate of the input COUNT(*) AS n, MAX(price) AS top GROUP BY auction EMIT FINAL
            #4 Exchange by auction
              #3 Filter price > 3
                #2 AssignWindow TUMBLE(ts, SIZE 1 MINUTE)
                  #1 Watermark ts AS ts - INTERVAL 5 SECOND
                    #0 Scan bids FROM TOPIC 'bids' reads auction, price, name, ts

        """)
  }

  @Test func oneStreamIsScannedOnce() throws {
    let plan = try dataflow(
      "SELECT COUNT(*) AS n FROM bids; SELECT MAX(price) AS p FROM bids WHERE auction > 2; FROM bids |> SELECT auction;"
    )
    #expect(plan.sources.count == 1)
    #expect(plan.sinks.count == 3)
    let scans = plan.nodes.filter { node in if case .scan = node.operation { true } else { false } }
    #expect(scans.count == 1)
  }

  @Test func rowsAlreadyTogetherAreNotExchangedAgain() throws {
    let once = try graph(
      "FROM bids |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW, auction, name"
        + " |> AGGREGATE MAX(n) AS top GROUP BY WINDOW, auction, name")
    #expect(once.components(of: "Exchange") == 1)
    let twice = try graph(
      "FROM bids |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW, auction, name"
        + " |> AGGREGATE MAX(n) AS top GROUP BY WINDOW, name")
    #expect(twice.components(of: "Exchange") == 2)
  }

  @Test func lateRowsReachTheirSink() throws {
    let text = try graph(
      """
      CREATE SINK late_bids (auction BIGINT) TO TOPIC 'l';
      FROM bids |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) LATE INTO late_bids |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW;
      """)
    #expect(text.contains("Sink late_bids TO TOPIC 'l'"))
    #expect(text.contains("(late rows)"))
  }

  @Test func sideStreamsOfAPipelineAreRead() throws {
    let plan = try dataflow(
      """
      CREATE PIPELINE p AS FROM bids |> WINDOW TUMBLE(ts, SIZE 1 MINUTE) |> AGGREGATE COUNT(*) AS n GROUP BY WINDOW;
      FROM p.late |> SELECT auction, name;
      FROM bids.errors |> AGGREGATE COUNT(*) AS n;
      """)
    let streams = plan.nodes.flatMap(\.inputs).map(\.stream)
    #expect(streams.contains(.late))
    #expect(streams.contains(.errors))
    for (index, node) in plan.nodes.enumerated() { #expect(node.inputs.allSatisfy { $0.node < index }) }
  }

  @Test func checksFailRowsAndComputedColumnsAreInlined() throws {
    #expect(
      try graph(
        "CREATE STREAM s (a BIGINT, b AS a * 2, c STRING, CHECK (a > 0)) FROM TOPIC 's'; FROM s |> SELECT b;") == """
          #3 Sink result
            #2 Project a * 2 AS b
              #1 Filter ENFORCE(COALESCE(a > 0, TRUE))
                #0 Scan s FROM TOPIC 's' reads a

          """)
  }

  @Test func severalInsertsIntoOneSinkAreOneSink() throws {
    let plan = try dataflow(
      "INSERT INTO top SELECT auction, price FROM bids; INSERT INTO top SELECT auction, 1 FROM bids;")
    #expect(plan.sinks.count == 1)
  }

  @Test func forkComputesItsInputOnce() throws {
    let plan = try dataflow(
      """
      CREATE SINK other (auction BIGINT, n BIGINT) TO TOPIC 'other';
      FROM bids |> WHERE price > 1
      |> FORK ( |> SELECT auction, price |> INSERT INTO top ), ( |> SELECT auction, price * 2 |> INSERT INTO other );
      """)
    #expect(plan.sinks.map(\.name).sorted() == ["other", "top"])
    #expect(plan.sources.count == 1)
  }

  @Test func graphsPrintInEveryForm() throws {
    let plan = try dataflow(Self.windowed)
    #expect(GraphvizPrinter(plan).text.hasPrefix("digraph"))
    #expect(GraphvizPrinter(plan).text.components(of: "->") == plan.nodes.flatMap(\.inputs).count)
    #expect(MermaidPrinter(plan).text.components(of: "-->") == plan.nodes.flatMap(\.inputs).count)
    #expect(DataflowPrinter(plan).text.contains("O(keys × windows)"))
  }
}

extension String {
  /// How often the text stands in this one.
  func components(of text: String) -> Int { ranges(of: text).count }
}
