// The optimiser: a list of passes over the resolved trees, each of which leaves the rows and the root's schema as they
// are. In: the trees that run. Out: the same, cheaper. What a pass may not do is said in its own file.

import Plan
import Values

struct Optimizer {
  var options: OptimizerOptions
  var timeZone: TimeZoneRules

  /// A rewriting of all trees at once: some need to know what other trees read.
  struct Pass {
    var name: String
    var apply: ([Relation]) -> [Relation]
  }

  private var passes: [Pass] {
    let late = LateReaders.self
    return [
      // Constants are computed once, so that later passes see literals.
      Pass(name: "fold constants") { trees in trees.map { ConstantPass(timeZone: timeZone).apply($0) } },
      // Rows are dropped as early as they can be, but never before a watermark has seen them.
      Pass(name: "push filters") { trees in
        trees.map { FilterPushdown(keepsLateRows: late.owners(trees)).apply($0) }
      },
      // Projections over projections become one, and those that change nothing none.
      Pass(name: "merge projections") { trees in trees.map { ProjectionMerging().apply($0) } },
      // Columns and STRUCT fields that nobody reads are not made, and at the scan not even decoded.
      Pass(name: "prune columns") { trees in
        trees.map { ColumnPruning(keepsLateRows: late.owners(trees)).apply($0) }
      },
      Pass(name: "merge what pruning left") { trees in trees.map { ProjectionMerging().apply($0) } },
      // A window directly below its aggregate is assigned by the aggregate, which shares slices between windows.
      Pass(name: "fuse windows") { trees in trees.map { WindowFusion().apply($0) } },
    ]
  }

  func optimise(_ trees: [Relation]) -> [Relation] {
    guard options.enabled else { return trees }
    return passes.reduce(trees) { current, pass in
      let next = pass.apply(current)
      for (before, after) in zip(current, next) {
        precondition(
          agrees(before.schema, after.schema),
          "the optimiser's pass '\(pass.name)' changed a schema from \(before.schema) to \(after.schema)")
      }
      return next
    }
  }

  private func agrees(_ before: Schema, _ after: Schema) -> Bool {
    before.fields.map(\.name) == after.fields.map(\.name) && before.fields.map(\.type) == after.fields.map(\.type)
  }
}

/// Whose late rows are read by some query: their windows must see all rows and columns.
enum LateReaders {
  static func owners(_ trees: [Relation]) -> Set<String> {
    trees.flatMap(\.preorder).reduce(into: []) { owners, relation in
      if case .side(let side) = relation.node, side.stream == .late { owners.insert(side.owner) }
    }
  }

  /// Whether the rows that are late for this window go somewhere.
  static func areRead(_ late: LateRows, of owner: String, _ readers: Set<String>) -> Bool {
    switch late {
    case .stream: readers.contains(owner)
    case .drop: false
    case .sink: true
    }
  }
}
