// Joins against the naive join of the rows that stand, after every step: each kind, with and without a condition, over
// rows that stay and rows that are taken back; whatever the batches, and across saved state.

import Plan
import Testing
import Values

@testable import Execution

@Suite struct JoinTests {
  static let cases: [JoinCase] = {
    var result: [JoinCase] = []
    for kind in [JoinKind.inner, .left, .right, .full, .semi, .anti] {
      for residual in JoinCase.Residual.allCases {
        for (index, (keyed, nulls)) in [(true, false), (true, true), (false, false)].enumerated() {
          for updates in [true, false] {
            result.append(
              JoinCase(
                kind: kind, residual: residual, matchesNulls: nulls, isKeyed: keyed, updates: updates,
                seed: UInt64(result.count * 3 + index)))
          }
        }
      }
    }
    return result
  }()

  @Test("the result is that of all pairs, after each step", arguments: cases)
  func matchesNaive(test: JoinCase) throws {
    var random = DriveNumbers(test.seed)
    let drive = JoinDrive(test)
    let folded = CollectedOutput()
    for changes in test.steps(20, random: &random) {
      let said = drive.run(changes, batch: 1 + random.below(5), apart: false)
      folded.rows += said.rows
      folded.weights += said.weights
      #expect(folded.folded == test.expected(drive.bags[0], drive.bags[1]))
      if random.chance(4) { try drive.restore() }
    }
  }

  @Test("batches and the way in which sides mix do not show", arguments: cases)
  func batchesDoNotShow(test: JoinCase) throws {
    var random = DriveNumbers(test.seed)
    let steps = test.steps(15, random: &random)
    let (one, many) = (JoinDrive(test), JoinDrive(test))
    for changes in steps {
      let first = one.run(changes, batch: 1, apart: false)
      let second = many.run(changes, batch: 100, apart: true)
      #expect(first.rows == second.rows)
      #expect(first.weights == second.weights)
      #expect(first.failed.count == second.failed.count)
      if random.chance(4) { try many.restore() }
    }
  }

  @Test("a step that ends where it began says nothing")
  func netNothing() {
    let row: [Value] = [.int(1), .int(2)]
    for kind in [JoinKind.inner, .left, .right, .full, .semi, .anti] {
      let drive = JoinDrive(JoinCase(kind: kind))
      _ = drive.run([JoinChange(side: 0, row: row, weight: 1)], batch: 1, apart: false)
      let said = drive.run(
        [
          JoinChange(side: 1, row: row, weight: 1), JoinChange(side: 0, row: row, weight: -1),
          JoinChange(side: 1, row: row, weight: -1), JoinChange(side: 0, row: row, weight: 1),
        ], batch: 1, apart: false)
      #expect(said.rows.isEmpty, "\(kind)")
    }
  }

  @Test("a pair on which the condition fails is no match and one dead letter")
  func failingPairs() {
    let drive = JoinDrive(JoinCase(kind: .left, residual: .failing))
    let row: [Value] = [.int(1), .int(2)]
    let said = drive.run(
      [JoinChange(side: 0, row: row, weight: 1), JoinChange(side: 1, row: row, weight: 1)], batch: 1, apart: false)
    #expect(said.rows == [row + [.null, .null]])
    #expect(said.failed.map(\.code) == [.divisionByZero])
    #expect(said.failed.first?.row == row + row)
  }

  @Test("rows are forgotten their time to live after they last met another, and are not taken back")
  func timeToLive() throws {
    var join = JoinCase(kind: .left).join
    join.timeToLive = 100
    let schema = JoinCase.schema
    let operation = UpdatingJoinOperator(join, left: schema, right: schema, mode: .retract, timeZone: .utc)
    let drive = JoinDrive(JoinCase(kind: .left))
    drive.running = operation
    func left(_ x: Int64) -> JoinChange { JoinChange(side: 0, row: [.int(1), .int(x)], weight: 1) }
    let right = JoinChange(side: 1, row: [.int(1), .int(9)], weight: 1)
    #expect(drive.run([left(1), right], batch: 9, apart: false).rows.count == 1)
    drive.now += 100
    #expect(drive.run([left(2)], batch: 9, apart: false).rows == [[.int(1), .int(2), .int(1), .int(9)]])
    drive.now += 60
    #expect(drive.run([], batch: 9, apart: false).rows.isEmpty)
    #expect(operation.stateSize.rows == 2)
    drive.now += 60
    let alone = drive.run([left(3)], batch: 9, apart: false)
    #expect(alone.rows == [[.int(1), .int(3), .null, .null]])
    // What was forgotten is not there to be taken back.
    #expect(drive.run([JoinChange(side: 1, row: right.row, weight: -1)], batch: 9, apart: false).rows.isEmpty)
  }

  @Test("with a key of its own the result says the old row before the new one, and nothing where they are equal")
  func keyedChanges() {
    let schema = JoinCase.schema
    let drive = JoinDrive(JoinCase(kind: .left))
    drive.running = UpdatingJoinOperator(
      JoinCase(kind: .left).join, left: schema, right: schema, mode: .upsert(key: [0, 1]), timeZone: .utc)
    func change(_ side: Int, _ x: Int64, _ weight: Int64) -> JoinChange {
      JoinChange(side: side, row: [.int(1), .int(x)], weight: weight)
    }
    _ = drive.run([change(0, 5, 1), change(1, 7, 1)], batch: 9, apart: false)
    let alone = drive.run([change(1, 7, -1)], batch: 9, apart: false)
    #expect(alone.weights == [-1, 1])
    #expect(alone.rows.map { $0[3] } == [.int(7), .null])
    // A right row of NULLs looks like no row.
    let nulls = JoinChange(side: 1, row: [.int(1), .null], weight: 1)
    #expect(drive.run([nulls], batch: 9, apart: false).rows.count == 2)
    let changed = drive.run([JoinChange(side: 1, row: nulls.row, weight: -1), change(1, 8, 1)], batch: 9, apart: false)
    #expect(changed.weights == [-1, 1])
    #expect(changed.rows.map { $0[3] } == [.null, .int(8)])
  }

  @Test("memory of rows that are gone is given back")
  func compaction() {
    let drive = JoinDrive(JoinCase(kind: .full))
    for round in 0..<40 {
      let rows = (0..<200).map { [Value.int(Int64(round * 200 + $0)), .int(1)] }
      for weight in [Int64(1), -1] {
        _ = drive.run(rows.map { JoinChange(side: 0, row: $0, weight: weight) }, batch: 1000, apart: false)
      }
    }
    #expect(drive.running.stateSize.rows == 0)
    #expect(drive.running.stateSize.keys == 0)
    #expect(drive.running.stateSize.bytes < 400_000)
  }
}
