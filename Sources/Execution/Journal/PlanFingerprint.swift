// A number that tells plans apart by what they do. In: a dataflow. Out: a stable hash of its operations and edges; places in
// the text, names of files and owners do not count, so that a comment or a path may change.

import Plan
import Values

enum PlanFingerprint {
  static func of(_ plan: Dataflow) -> Int64 {
    var hash = Hash.int(Int64(plan.version))
    for node in plan.nodes {
      // The printed form of these plain values is the same in every process: they hold no sets and no references.
      let operation = node.operation.mapExpressions(withoutPlaces)
      let text = "\(operation) \(node.inputs) \(node.properties.schema) \(plan.timeZone)"
      let bytes = Blob(Array(text.utf8))
      hash = Hash.combine(hash, Hash.bytes(UnsafePointer(bytes.base), count: bytes.capacity))
    }
    return Int64(bitPattern: hash)
  }

  private static func withoutPlaces(_ expression: Expression) -> Expression {
    var copy = expression.mapChildren(withoutPlaces)
    copy.range = nil
    return copy
  }
}
