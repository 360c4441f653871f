// Where a declared column list and a registered schema differ. In: both. Out: the differences as data, for a diagnostic
// that shows both sides. Never judges which side is right.

import Values

/// The differences between a declaration and the registered schema of its topic.
package struct SchemaDisagreement: Hashable, Sendable {
  /// One difference; positions are those of the declared and of the registered list.
  package enum Difference: Hashable, Sendable {
    /// Declared, and not in the schema.
    case notRegistered(declared: Int)
    /// In the schema, and not declared.
    case notDeclared(registered: Int)
    case type(declared: Int, registered: Int)
    case nullability(declared: Int, registered: Int)
    /// The declaration has the column at another place among those that both have.
    case order(declared: Int, registered: Int)
  }

  package var declared: [Field]
  package var registered: [Field]
  package var differences: [Difference]

  /// Compares; nil when the two agree. Types that Avro cannot tell apart agree: VARCHAR(10) with a string, SMALLINT with
  /// an int.
  package init?(declared: [Field], registered: Schema) {
    self.declared = declared
    self.registered = registered.fields
    differences = []
    var shared: [(declared: Int, registered: Int)] = []
    for (index, field) in declared.enumerated() {
      guard let other = registered.index(of: field.name) else {
        differences.append(.notRegistered(declared: index))
        continue
      }
      shared.append((index, other))
      if field.type.registered != registered[other].type.registered {
        differences.append(.type(declared: index, registered: other))
      } else if field.nullable != registered[other].nullable {
        differences.append(.nullability(declared: index, registered: other))
      }
    }
    for (index, field) in registered.fields.enumerated() where !declared.contains(where: { $0.name == field.name }) {
      differences.append(.notDeclared(registered: index))
    }
    for (before, after) in zip(shared, shared.dropFirst()) where after.registered < before.registered {
      differences.append(.order(declared: after.declared, registered: after.registered))
    }
    if differences.isEmpty { return nil }
  }

  /// A difference in words.
  package func sentence(_ difference: Difference) -> String {
    switch difference {
    case .notRegistered(let index): "`\(declared[index].name)` is declared, but the registered schema does not have it"
    case .notDeclared(let index): "the registered schema has `\(registered[index])`, which is not declared"
    case .type(let index, let other):
      "`\(declared[index].name)` is declared \(declared[index].type), but registered as \(registered[other].type)"
    case .nullability(let index, let other):
      declared[index].nullable
        ? "`\(declared[index].name)` may be NULL as declared, but is registered NOT NULL"
        : "`\(declared[index].name)` is declared NOT NULL, but may be null in the registered `\(registered[other])`"
    case .order(let index, _):
      "`\(declared[index].name)` stands at another place in the registered schema"
    }
  }
}
