// Column pruning through TOP and DEDUPLICATE: they read what they order and group by, and pass the rest on. A rank that nobody
// reads is not given.

import Plan
import Values

extension ColumnPruning {
  func rank(_ input: Relation, _ ranking: Ranking, _ relation: Relation, _ needs: Set<Access>) -> Pruned {
    let width = input.schema.count
    var read = needs.filter { $0.column < width }
    for expression in ranking.partition + ranking.order.map(\.expression) { read.formUnion(Access.all(in: expression)) }
    if let window = ranking.window {
      read.formUnion([window.start, window.end, window.time].map { Access(column: $0) })
    }
    let below = prune(input, read)
    var moved = ranking.mapExpressions(below.rewritten)
    moved.window = ranking.window.map { window in
      WindowColumns(
        start: below.place(of: window.start), end: below.place(of: window.end), time: below.place(of: window.time))
    }
    var places = below.places
    if needs.contains(where: { $0.column == width }) {
      places[Access(column: width)] = below.relation.schema.count
    } else {
      moved.rankField = nil
    }
    return Pruned(relation: remade(relation, .rank(below.relation, moved)), places: places)
  }

  func deduplicate(
    _ input: Relation, _ deduplication: Deduplication, _ relation: Relation, _ needs: Set<Access>
  ) -> Pruned {
    var read = needs
    for expression in deduplication.keys + (deduplication.order.map { [$0] } ?? []) {
      read.formUnion(Access.all(in: expression))
    }
    if let time = deduplication.time { read.insert(Access(column: time.column)) }
    let keepsWhole = deduplication.time != nil && keepsLateRows.contains(relation.owner)
    let below = keepsWhole ? Pruned(relation: apply(input), places: identity(input)) : prune(input, read)
    var moved = deduplication.mapExpressions(below.rewritten)
    moved.time = deduplication.time.map { TimeAttribute(column: below.place(of: $0.column), delay: $0.delay) }
    return Pruned(relation: remade(relation, .deduplicate(below.relation, moved)), places: below.places)
  }
}
