// A syntax tree as an indented outline of its structure, without spans: what EXPLAIN AST prints, and how two trees are
// compared. It reads the nodes by reflection, so a field that is added to a node appears here without being listed.

package enum TreePrinter {
  /// The outline of any node.
  package static func dump(_ node: some Sendable) -> String {
    var lines: [String] = []
    append(node, label: nil, depth: 0, to: &lines)
    return lines.map { $0 + "\n" }.joined()
  }

  private static func append(_ value: Any, label: String?, depth: Int, to lines: inout [String]) {
    if value is SourceSpan { return }
    let mirror = Mirror(reflecting: value)
    let prefix = String(repeating: "  ", count: depth) + (label.map { "\($0): " } ?? "")
    // The leaves: reflection gives them neither a style nor children.
    if let text = value as? String {
      lines.append(prefix + text.debugDescription)
      return
    }
    if value is Bool || value is any BinaryInteger || value is any BinaryFloatingPoint {
      lines.append(prefix + "\(value)")
      return
    }
    switch mirror.displayStyle {
    case .optional:
      if let child = mirror.children.first { append(child.value, label: label, depth: depth, to: &lines) }
    case .collection:
      if mirror.children.isEmpty { return }
      lines.append(prefix + "[\(mirror.children.count)]")
      for child in mirror.children { append(child.value, label: nil, depth: depth + 1, to: &lines) }
    case .enum:
      appendCase(mirror, value: value, prefix: prefix, depth: depth, to: &lines)
    case .struct:
      lines.append(prefix + "\(mirror.subjectType)")
      appendChildren(mirror, depth: depth + 1, to: &lines)
    default:
      appendChildren(mirror, depth: depth, to: &lines)
    }
  }

  private static func appendCase(
    _ mirror: Mirror, value: Any, prefix: String, depth: Int, to lines: inout [String]
  ) {
    guard let child = mirror.children.first else {
      lines.append(prefix + ".\(value)")
      return
    }
    lines.append(prefix + ".\(child.label ?? "")")
    let payload = Mirror(reflecting: child.value)
    if payload.displayStyle == .tuple {
      appendChildren(payload, depth: depth + 1, to: &lines)
    } else {
      append(child.value, label: nil, depth: depth + 1, to: &lines)
    }
  }

  private static func appendChildren(_ mirror: Mirror, depth: Int, to lines: inout [String]) {
    for child in mirror.children {
      let label = child.label.flatMap { $0.hasPrefix(".") ? nil : $0 }
      append(child.value, label: label, depth: depth, to: &lines)
    }
  }
}
