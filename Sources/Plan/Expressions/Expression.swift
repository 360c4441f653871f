// A typed expression over the columns of one input, as plain data: what the compiler makes of the user's text and the
// runner evaluates a batch at a time. Names are resolved, overloads chosen, conversions explicit. Never evaluates.

import Values

/// A range of bytes in the user's text, kept through lowering so that a failing row can point at what failed.
package struct TextRange: Hashable, Sendable, Codable {
  package var start: Int
  package var end: Int

  package init(start: Int, end: Int) {
    self.start = start
    self.end = end
  }
}

/// A resolved, typed expression.
package struct Expression: Hashable, Sendable, Codable {
  package var kind: Kind
  package var type: DataType
  package var nullable: Bool
  package var range: TextRange?

  package init(_ kind: Kind, type: DataType, nullable: Bool, range: TextRange? = nil) {
    self.kind = kind
    self.type = type
    self.nullable = nullable
    self.range = range
  }

  package indirect enum Kind: Hashable, Sendable, Codable {
    /// The input's column at this position.
    case column(Int)
    case literal(Value)
    /// A scalar function of the library, its arguments already of the types of the chosen signature. Operators
    /// (`+`, `=`, `LIKE`, `NOT`, ...) are functions whose name is the operator.
    case call(FunctionReference, [Expression])
    /// A conversion to the expression's type. What does not convert is a row error, or NULL when `safe`.
    case cast(Expression, safe: Bool)
    /// Three-valued conjunction and disjunction. An error in an operand counts only where the operands before it do
    /// not decide the result.
    case and([Expression])
    case or([Expression])
    /// CASE WHEN ... THEN ... ELSE ... END; also IF. Errors count only in the branch that a row takes.
    case conditional([ConditionalBranch], otherwise: Expression)
    /// The first operand that is not NULL. Errors count only in operands that are looked at.
    case coalesce([Expression])
    case isNull(Expression)
    /// Whether the operand equals one of the constants (none of them NULL; `containsNull` when the list had one).
    case inList(Expression, [Value], containsNull: Bool)
    /// A field of a STRUCT by position.
    case field(Expression, Int)
    case makeRow([Expression])
    case makeArray([Expression])
    /// The operand, with NULL where it fails: the `SAFE.` prefix.
    case safe(Expression)
  }
}

/// One WHEN ... THEN ... of a conditional.
package struct ConditionalBranch: Hashable, Sendable, Codable {
  package var condition: Expression
  package var result: Expression

  package init(condition: Expression, result: Expression) {
    self.condition = condition
    self.result = result
  }
}

/// Which function of the library: its canonical name and the position of the chosen signature.
package struct FunctionReference: Hashable, Sendable, Codable {
  package var name: String
  package var signature: Int

  package init(name: String, signature: Int) {
    self.name = name
    self.signature = signature
  }
}

extension Expression {
  package static func column(_ index: Int, _ field: Field, range: TextRange? = nil) -> Expression {
    Expression(.column(index), type: field.type, nullable: field.nullable, range: range)
  }

  package static func literal(_ value: Value, _ type: DataType, range: TextRange? = nil) -> Expression {
    Expression(.literal(value), type: type, nullable: value.isNull, range: range)
  }

  /// The operands, in order of evaluation.
  package var children: [Expression] {
    switch kind {
    case .column, .literal: []
    case .call(_, let arguments): arguments
    case .cast(let operand, _), .isNull(let operand), .inList(let operand, _, _), .field(let operand, _),
      .safe(let operand):
      [operand]
    case .and(let operands), .or(let operands), .coalesce(let operands), .makeRow(let operands),
      .makeArray(let operands):
      operands
    case .conditional(let branches, let otherwise):
      branches.flatMap { [$0.condition, $0.result] } + [otherwise]
    }
  }

  /// The same expression with each operand replaced by what `transform` makes of it.
  package func mapChildren(_ transform: (Expression) -> Expression) -> Expression {
    var copy = self
    switch kind {
    case .column, .literal: break
    case .call(let function, let arguments): copy.kind = .call(function, arguments.map(transform))
    case .cast(let operand, let safe): copy.kind = .cast(transform(operand), safe: safe)
    case .isNull(let operand): copy.kind = .isNull(transform(operand))
    case .inList(let operand, let values, let null): copy.kind = .inList(transform(operand), values, containsNull: null)
    case .field(let operand, let index): copy.kind = .field(transform(operand), index)
    case .safe(let operand): copy.kind = .safe(transform(operand))
    case .and(let operands): copy.kind = .and(operands.map(transform))
    case .or(let operands): copy.kind = .or(operands.map(transform))
    case .coalesce(let operands): copy.kind = .coalesce(operands.map(transform))
    case .makeRow(let operands): copy.kind = .makeRow(operands.map(transform))
    case .makeArray(let operands): copy.kind = .makeArray(operands.map(transform))
    case .conditional(let branches, let otherwise):
      copy.kind = .conditional(
        branches.map { ConditionalBranch(condition: transform($0.condition), result: transform($0.result)) },
        otherwise: transform(otherwise))
    }
    return copy
  }

  /// The positions of the input columns that the expression reads.
  package var columnsRead: Set<Int> {
    if case .column(let index) = kind { return [index] }
    return children.reduce(into: []) { $0.formUnion($1.columnsRead) }
  }

  /// The expression with every column position replaced, as when its input is projected.
  package func remappingColumns(_ remap: (Int) -> Int) -> Expression {
    if case .column(let index) = kind {
      var copy = self
      copy.kind = .column(remap(index))
      return copy
    }
    return mapChildren { $0.remappingColumns(remap) }
  }
}
