// UNION ALL: all rows of all inputs. In: rows. Out: the same, at no cost. Its watermark is the least of its inputs'.

import Values

final class UnionOperator: Operator {
  func process(_ batch: Batch, input: Int, step: StepContext, output: any OperatorOutput) {
    output.emit(batch)
  }
}
