// EXPLAIN as text: the graph from its sinks down, each node once, with schema, changes, key, time and state bound. In: a
// dataflow. Out: lines. A node with several readers is printed at the first and referred to by number after.

import Values

package struct DataflowPrinter: Sendable {
  /// What is printed beside the operators.
  package struct Detail: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let schema = Detail(rawValue: 1)
    package static let properties = Detail(rawValue: 2)
    package static let state = Detail(rawValue: 4)
    package static let all: Detail = [.schema, .properties, .state]
  }

  private let dataflow: Dataflow
  private let detail: Detail

  package init(_ dataflow: Dataflow, detail: Detail = .all) {
    self.dataflow = dataflow
    self.detail = detail
  }

  package var text: String {
    var seen: Set<Int> = []
    var lines: [String] = []
    for (index, node) in dataflow.nodes.enumerated() {
      if case .sink = node.operation { walk(Port(node: index), indent: 0, &seen, &lines) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func walk(_ port: Port, indent: Int, _ seen: inout Set<Int>, _ lines: inout [String]) {
    let prefix = String(repeating: "  ", count: indent)
    let side = port.stream == .rows ? "" : " (\(port.stream.rawValue) rows)"
    guard dataflow.nodes.indices.contains(port.node) else { return }
    guard seen.insert(port.node).inserted else {
      lines.append("\(prefix)#\(port.node)\(side), as above")
      return
    }
    let node = dataflow.nodes[port.node]
    lines.append("\(prefix)#\(port.node) \(headline(node))\(side)")
    if detail.contains(.schema), !isSink(node) { lines.append("\(prefix)     \(node.properties.schema)") }
    if detail.contains(.properties), !isSink(node) {
      lines.append("\(prefix)     \(PropertiesText.text(node.properties))")
    }
    if detail.contains(.state), node.stateBound.size != .none {
      lines.append("\(prefix)     state \(PropertiesText.text(node.stateBound))")
    }
    for input in node.inputs { walk(input, indent: indent + 1, &seen, &lines) }
  }

  private func isSink(_ node: PlanNode) -> Bool {
    if case .sink = node.operation { true } else { false }
  }

  private func headline(_ node: PlanNode) -> String { dataflow.headline(of: node) }
}

extension Dataflow {
  /// The operation of a node and its arguments on one line.
  package func headline(of node: PlanNode) -> String {
    let details = OperationText.details(node.operation, node.inputs.map { schema(of: $0) }, of: self)
    return details.isEmpty ? OperationText.name(node.operation) : "\(OperationText.name(node.operation)) \(details)"
  }

  /// The schema of the rows that arrive at the node's first input.
  package func inputSchema(of node: PlanNode) -> Schema {
    node.inputs.first.map { schema(of: $0) } ?? Schema([])
  }

  /// The schema of the rows that leave a port.
  package func schema(of port: Port) -> Schema {
    guard nodes.indices.contains(port.node) else { return Schema([]) }
    switch port.stream {
    case .rows: return nodes[port.node].properties.schema
    case .errors: return DeadLetter.schema
    case .late:
      let node = nodes[port.node]
      guard node.inputs.count > 1 else { return inputSchema(of: node) }
      // A late row of either side, with NULLs for the other.
      var fields = node.inputs.flatMap { schema(of: $0).fields }
      if case .temporalJoin(let join) = node.operation, join.deletion != nil { fields.removeLast() }
      return Schema(fields.map { Field($0.name, $0.type) })
    }
  }
}
