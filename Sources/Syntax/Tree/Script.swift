// The root of a syntax tree: the statements of one text in order. Each node of the tree is a value that says what the
// user wrote, in the surface the user chose (SELECT or |>), with the span of its text. Nodes never hold resolved names,
// types or anything inferred. Two trees are compared without spans by their `TreePrinter` dumps.

package struct Script: Hashable, Sendable {
  package var statements: [Statement]
  package var span: SourceSpan
}

/// One statement, without its semicolon.
package struct Statement: Hashable, Sendable {
  package var kind: Kind
  package var span: SourceSpan

  package indirect enum Kind: Hashable, Sendable {
    case createType(CreateType)
    case createTopic(CreateTopic)
    /// CREATE STREAM and CREATE TABLE: they differ in `CreateRelation.kind`.
    case createRelation(CreateRelation)
    case createView(CreateView)
    case createSink(CreateSink)
    case createFunction(CreateFunction)
    case createTableFunction(CreateTableFunction)
    case createPipeline(CreatePipeline)
    case insert(InsertStatement)
    case statementSet(StatementSet)
    case explain(ExplainStatement)
    case describe(QualifiedName)
    case show(ShowStatement)
    case drop(DropStatement)
    case set(SetStatement)
    case test(TestStatement)
    case query(Query)
    /// A statement that could not be parsed. A diagnostic was reported for it.
    case error
  }
}
