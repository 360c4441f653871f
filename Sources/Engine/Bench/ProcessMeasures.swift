// Measures of whole processes: what a user pays, from the start of the program to its end. In: the pipelines of the
// current folder, and generated Nexmark events. Out: measures. The rows go to /dev/null.

import Foundation

extension Measure {
  /// The Nexmark queries over one stream of JSON lines.
  static var nexmark: [Measure] {
    nexmarkQueries.map { query in
      var measure = Measure("nexmark-\(query)", "Nexmark \(query) over one file of JSON lines") { setting in
        (try setting.nexmarkRun(query), Double(setting.events))
      }
      measure.profile = { setting in
        let messages = setting.folder + "/profile"
        _ = try ChildProcess.run(try setting.nexmarkRun(query) + ["--profile"], messages: messages)
        return try String(contentsOfFile: messages, encoding: .utf8)
      }
      return measure
    }
  }

  /// The queries of the current folder's `Pipelines/nexmark`, by number.
  private static var nexmarkQueries: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: BenchSetting.nexmarkPipelines)) ?? []
    let numbers = files.compactMap { file -> Int? in
      guard file.hasPrefix("q"), file.hasSuffix(".pipe") else { return nil }
      return Int(file.dropFirst().dropLast(".pipe".count))
    }
    return numbers.sorted().map { "q\($0)" }
  }

  /// A query over the bids alone, which are 46 of 50 events and 256 bytes long.
  private static func bids(_ name: String, _ summary: String, format: String = "jsonl", _ query: String) -> Measure {
    Measure(name, item: "record", summary) { setting in
      let file = try setting.nexmark() + "/bids.jsonl"
      let input = format == "csv" ? try setting.csv(of: file) : file
      let text = query.replacing("BIDS", with: "'\(input)'")
      return (setting.run(["-c", text], format: format), Double(setting.events * 46 / 50))
    }
  }

  private static let projection = "|> SELECT auction, bidder, price, dateTime, extra"

  static var codecs: [Measure] {
    [
      bids("json-all", "JSON: decode, project, encode", "FROM BIDS \(projection)"),
      bids("json-half", "JSON: decode, keep half, project, encode", "FROM BIDS |> WHERE price < 100000 \(projection)"),
      bids(
        "json-few", "JSON: decode, keep 1 in 123, project, encode", "FROM BIDS |> WHERE auction % 123 = 0 \(projection)"
      ),
      bids(
        "json-window", "JSON: decode, COUNT, SUM and MAX by auction in windows of 10 s",
        """
        CREATE STREAM bids (
          auction BIGINT, price BIGINT, dateTime TIMESTAMP, WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND
        ) FROM FILE BIDS;
        FROM bids |> WINDOW TUMBLE(dateTime, SIZE 10 SECONDS)
        |> AGGREGATE COUNT(*) AS bids, SUM(price) AS total, MAX(price) AS highest GROUP BY WINDOW, auction
        """),
      bids(
        "csv-half", "CSV: decode, keep half, project, encode", format: "csv",
        "FROM BIDS |> WHERE price < 100000 \(projection)"),
    ]
  }

  static var programs: [Measure] {
    [
      Measure("startup", item: "process", "a process that makes one row") {
        ($0.run(["-c", "SELECT 1 AS one"]), 1)
      },
      Measure("generate", "Nexmark events, as one stream and as three") {
        (["generate", "nexmark", "--events", "\($0.events)", "--out", $0.folder + "/generated"], Double($0.events))
      },
    ]
  }
}

extension BenchSetting {
  fileprivate static let nexmarkPipelines = "Pipelines/nexmark"

  /// The command line of a Nexmark query over the generated events.
  fileprivate func nexmarkRun(_ query: String) throws -> [String] {
    run(["\(Self.nexmarkPipelines)/\(query).pipe", "--input", "events=\(try nexmark())/events.jsonl"])
  }

  /// The command line of a run; `-c` needs no command.
  fileprivate func run(_ words: [String], format: String = "jsonl") -> [String] {
    (words.first == "-c" ? [] : ["run"]) + words + ["--format", format, "--parallelism", "\(parallelism)"]
  }

  /// The bids as CSV, made once.
  fileprivate func csv(of file: String) throws -> String {
    let path = folder + "/nexmark/bids.csv"
    try once(path) {
      let query = "FROM '\(file)' |> SELECT auction, bidder, price, channel, url, dateTime, extra"
      _ = try ChildProcess.run(["-c", query, "--format", "csv"], output: path)
    }
    return path
  }
}
