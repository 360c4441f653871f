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
      let plan = try decoder.decode(Dataflow.self, from: bytes)
      try plan.validate()
      return plan
    } catch let fault as PlanFault {
      throw EngineError(
        "the plan `\(path)` does not fit together: node \(fault.node): \(fault.reason)",
        advice: "compile it again from its .pipe file")
    } catch {
      throw EngineError("the plan `\(path)` is damaged: \(error)", advice: "compile it again from its .pipe file")
    }
  }
}
