// CREATE TABLE over a topic or file: what must hold so that a record can replace the row of its key. In: a stream that was
// declared as far as streams go. Out: a table, whose key columns are never NULL, or what does not fit.

import Plan
import Syntax
import Values

extension Resolver {
  func declareTable(_ create: CreateRelation, _ table: inout StreamDefinition) throws(CompileError) {
    let written = create.elements.compactMap { element in
      if case .primaryKey(let names, _) = element.kind { names } else { nil }
    }.flatMap { $0 }
    for (position, column) in table.primaryKey.enumerated() {
      let span = position < written.count ? written[position].span : create.name.span
      if case .computed = table.columns[column].origin {
        throw failure(
          Codes.invalidDeclaration,
          "`\(table.columns[column].field.name)` is computed, and a deletion has nothing to compute it from", at: span
        ) { $0.help("make a column of the record the PRIMARY KEY") }
      }
      table.columns[column].field.nullable = false
    }
    let recordKey = Set(table.keyColumns)
    if !recordKey.isEmpty, let missing = table.primaryKey.first(where: { !recordKey.contains($0) }) {
      let name = table.columns[missing].field.name
      throw failure(
        Codes.invalidDeclaration,
        "the PRIMARY KEY column `\(name)` is not in KEY (…): a record without a value would not say which row it deletes",
        at: create.source?.span ?? create.name.span
      ) { $0.help("leave out KEY, which then is the PRIMARY KEY, or name `\(name)` in it") }
    }
    if table.format == .changelog, let column = create.elements.first(where: isOperationColumn) {
      throw failure(
        Codes.invalidDeclaration, "`op` is the kind of change in a changelog, so no column can have its name",
        at: column.span)
    }
    table.isTable = true
  }

  private func isOperationColumn(_ element: TableElement) -> Bool {
    if case .column(let column) = element.kind { column.name.text == "op" && column.metadata == nil } else { false }
  }

  /// A STREAM of records that take rows back.
  func changesInStream(_ create: CreateRelation, _ stream: StreamDefinition) -> CompileError {
    let name = stream.format == .debezium ? "DEBEZIUM JSON" : "CHANGELOG JSON"
    return failure(
      Codes.invalidDeclaration, "a STREAM has rows that are never changed, and records of FORMAT \(name) change them",
      at: create.source?.format?.span ?? create.source?.span ?? create.name.span
    ) {
      $0.help("CREATE TABLE \(create.name.text) (…, PRIMARY KEY (…)) reads them as the rows that stand")
    }
  }
}
