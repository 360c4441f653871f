// The dataflow as a drawing: Graphviz dot and Mermaid. In: a dataflow. Out: text for those tools, one box for each node,
// one arrow for each edge with its changes and key. Names from the user's text are escaped, never trusted.

package struct GraphvizPrinter: Sendable {
  private let dataflow: Dataflow

  package init(_ dataflow: Dataflow) { self.dataflow = dataflow }

  package var text: String {
    var lines = ["digraph \(quoted(dataflow.name)) {", "  rankdir=LR;", "  node [shape=box, fontname=\"monospace\"];"]
    for (index, node) in dataflow.nodes.enumerated() {
      let state = node.stateBound.size == .none ? "" : "\nstate \(PropertiesText.text(node.stateBound))"
      lines.append("  n\(index) [label=\(quoted(dataflow.headline(of: node) + state))];")
    }
    for (index, node) in dataflow.nodes.enumerated() {
      for input in node.inputs {
        lines.append("  n\(input.node) -> n\(index) [label=\(quoted(EdgeText.text(input, dataflow)))];")
      }
    }
    return lines.joined(separator: "\n") + "\n}\n"
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      switch character {
      case "\"", "\\": result += "\\\(character)"
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result + "\""
  }
}

package struct MermaidPrinter: Sendable {
  private let dataflow: Dataflow

  package init(_ dataflow: Dataflow) { self.dataflow = dataflow }

  package var text: String {
    var lines = ["flowchart LR"]
    for (index, node) in dataflow.nodes.enumerated() {
      lines.append("  n\(index)[\"\(escaped(dataflow.headline(of: node)))\"]")
    }
    for (index, node) in dataflow.nodes.enumerated() {
      for input in node.inputs {
        lines.append("  n\(input.node) -->|\"\(escaped(EdgeText.text(input, dataflow)))\"| n\(index)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\"": result += "#quot;"
      case "<": result += "#lt;"
      case ">": result += "#gt;"
      case "\n": result += " "
      default: result.append(character)
      }
    }
    return result
  }
}

/// What is written on an edge.
enum EdgeText {
  static func text(_ port: Port, _ dataflow: Dataflow) -> String {
    guard port.stream == .rows, dataflow.nodes.indices.contains(port.node) else { return port.stream.rawValue }
    return PropertiesText.text(dataflow.nodes[port.node].properties)
  }
}
