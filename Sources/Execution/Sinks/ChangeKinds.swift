// Which kind of change each row of an updating stream is. In: weights and the canonical order that rows of one key share.
// Out: +I, -U, +U, -D. A row taken back and one added right behind it for the same key are an update.

import Schemas
import Values

package enum ChangeKinds {
  package static func of(_ batch: Batch, keyColumns: [Int], types: [DataType]) -> [ChangeKind] {
    guard let weights = batch.weights else { return Array(repeating: .insert, count: batch.count) }
    var kinds = (0..<batch.count).map { weights.base[$0] < 0 ? ChangeKind.delete : .insert }
    guard let keys = batch.order ?? keys(batch, keyColumns, types) else { return kinds }
    let bytes = UnsafePointer(keys.blob.base)
    for row in kinds.indices.dropFirst() where weights.base[row] > 0 && weights.base[row - 1] < 0 {
      let last = keys.views.base[row - 1]
      let this = keys.views.base[row]
      guard last.length == this.length,
        equalBytes(bytes + Int(last.offset), bytes + Int(this.offset), count: Int(this.length))
      else { continue }
      kinds[row - 1] = .updateBefore
      kinds[row] = .updateAfter
    }
    withExtendedLifetime((keys, weights)) {}
    return kinds
  }

  private static func keys(_ batch: Batch, _ columns: [Int], _ types: [DataType]) -> BytesVector? {
    if columns.isEmpty { return nil }
    return KeyEncoder(types: columns.map { types[$0] }).encode(columns.map { batch.columns[$0] }, count: batch.count)
  }
}
