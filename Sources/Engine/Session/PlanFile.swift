// Plans in files: JSON of the dataflow. In: a dataflow or a path. Out: bytes or a dataflow. A plan of another version is
// refused before anything of it is read.

import Foundation
import Plan

package enum PlanFile {
  private struct Header: Decodable {
    var version: Int
  }

  package static func encode(_ plan: Dataflow) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(plan)) + [UInt8(ascii: "\n")]
  }

  package static func read(_ path: String) throws -> Dataflow {
    let bytes = Data(try QuerySource.read(path))
    let decoder = JSONDecoder()
    guard let header = try? decoder.decode(Header.self, from: bytes) else {
      throw EngineError(
        "`\(path)` is not a compiled plan", advice: "make one with `millrace compile FILE.pipe -o PLAN.plan.json`")
    }
    guard header.version == Dataflow.currentVersion else {
      throw EngineError(
        "`\(path)` is a plan of version \(header.version); this program runs version \(Dataflow.currentVersion)",
        advice: "compile it again from its .pipe file")
    }
    do {
      return try decoder.decode(Dataflow.self, from: bytes).validated()
    } catch let error as EngineError {
      throw error
    } catch {
      throw EngineError("the plan `\(path)` is damaged: \(error)", advice: "compile it again from its .pipe file")
    }
  }
}

extension Dataflow {
  /// The plan, when its parts refer to each other as they must: a file may hold anything.
  func validated() throws -> Dataflow {
    for (position, node) in nodes.enumerated() {
      for input in node.inputs where input.node < 0 || input.node >= position {
        throw EngineError("node \(position) of the plan reads node \(input.node), which does not come before it")
      }
      switch node.operation {
      case .scan(let source, _) where !sources.indices.contains(source):
        throw EngineError("node \(position) of the plan reads a source that the plan does not have")
      case .sink(let sink) where !sinks.indices.contains(sink):
        throw EngineError("node \(position) of the plan writes a sink that the plan does not have")
      case .scan, .sink, .values, .filter, .project, .watermark, .assignWindow, .windowAggregate, .groupAggregate,
        .union, .sort, .limit, .exchange:
        break
      }
    }
    return self
  }
}
