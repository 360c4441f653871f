// From row errors to failed rows: which rows go on and which go to the error stream. Both are cold: errors are rare.

import Plan
import Values

extension Batch {
  /// Hands failing rows to the error stream; gives back the rows that go on, or nil when all do.
  func reporting(_ errors: RowErrors, to output: any OperatorOutput) -> Vector<Int32>? {
    if errors.isEmpty { return nil }
    output.fail(errors.list.map { FailedRow($0) }, of: self)
    return errors.goodRows(of: count)
  }
}
