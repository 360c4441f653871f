// A prepared expression as a list of nodes, operands before what uses them. Equal parts are one node, evaluated once for
// a batch. In: expressions. Out: nodes. Never evaluates a row.

import Values

/// One part of a prepared expression.
struct ProgramNode: Sendable {
  enum Kind: Sendable {
    case column(Int)
    case literal(Value)
    case call(Evaluator, NullRule)
    case and
    case or
    /// Operands: condition and result of each branch, then the result otherwise.
    case conditional
    case coalesce
    case isNull
    case inList(ConstantSet)
    case field(Int)
    case makeRow
    case makeArray
    case safe
    /// What the library does not know, or what it cannot accept: fails on every row.
    case broken
  }

  var kind: Kind
  var operands: [Int]
  var type: DataType
  var range: TextRange?
}

/// Makes nodes out of expressions.
struct ProgramBuilder {
  /// What makes two parts the same: all but their place in the text.
  private enum Key: Hashable {
    case leaf(Expression.Kind, DataType)
    case node(String, Int, [Int], DataType)
    case list(Int, [Value], Bool)
  }

  let timeZone: TimeZoneRules
  private(set) var nodes: [ProgramNode] = []
  private var known: [Key: Int] = [:]

  init(timeZone: TimeZoneRules) { self.timeZone = timeZone }

  /// The node of an expression.
  mutating func add(_ expression: Expression) -> Int {
    var operands: [Int] = []
    for child in expression.children { operands.append(add(child)) }
    let key = key(expression, operands)
    if let found = known[key] { return found }
    nodes.append(
      ProgramNode(kind: prepare(expression), operands: operands, type: expression.type, range: expression.range))
    known[key] = nodes.count - 1
    return nodes.count - 1
  }

  private func key(_ expression: Expression, _ operands: [Int]) -> Key {
    func node(_ name: String, _ detail: Int = 0) -> Key { .node(name, detail, operands, expression.type) }
    switch expression.kind {
    case .column, .literal: return .leaf(expression.kind, expression.type)
    case .call(let function, _): return node(function.name, function.signature)
    case .cast(_, let safe): return node("cast", safe ? 1 : 0)
    case .and: return node("and")
    case .or: return node("or")
    case .conditional: return node("conditional")
    case .coalesce: return node("coalesce")
    case .isNull: return node("is null")
    case .inList(_, let values, let containsNull): return .list(operands.first ?? 0, values, containsNull)
    case .field(_, let index): return node("field", index)
    case .makeRow: return node("row")
    case .makeArray: return node("array")
    case .safe: return node("safe")
    }
  }

  private func prepare(_ expression: Expression) -> ProgramNode.Kind {
    switch expression.kind {
    case .column(let index): return .column(index)
    case .literal(let value): return .literal(value)
    case .call(let function, let arguments):
      do throws(InvalidConstant) {
        let prepared = try FunctionLibrary.scalar.prepare(
          function, arguments: arguments, resultType: expression.type, timeZone: timeZone)
        return prepared.map { .call($0, $1) } ?? .broken
      } catch {
        return .broken
      }
    case .cast(let operand, let safe):
      guard let evaluator = Conversion.evaluator(from: operand.type, to: expression.type, zone: timeZone) else {
        return .broken
      }
      return .call(safe ? Conversion.safe(evaluator) : evaluator, .strictOrMissing)
    case .and: return .and
    case .or: return .or
    case .conditional: return .conditional
    case .coalesce: return .coalesce
    case .isNull: return .isNull
    case .inList(let operand, let values, let containsNull):
      return .inList(ConstantSet(values, storage: operand.type.storage, containsNull: containsNull))
    case .field(_, let index): return .field(index)
    case .makeRow: return .makeRow
    case .makeArray: return .makeArray
    case .safe: return .safe
    }
  }
}
