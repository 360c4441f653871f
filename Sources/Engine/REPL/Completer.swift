// What may follow in a statement that is being typed. In: the text around the cursor and the names of a session. Out:
// candidates. It reads tokens, not trees: most of the time it is asked, the statement does not parse yet.

import Syntax

/// Completion of statements and of the shell's own commands.
package struct Completer {
  private let session: any ShellSession

  package init(_ session: any ShellSession) { self.session = session }

  /// Candidates for the word before the cursor. `before` begins with the statement, earlier lines included.
  package func candidates(before: String, after: String = "") -> CompletionCandidates {
    if before.hasPrefix(".") { return dotCommand(before) }
    switch StatementContext.opening(in: before) {
    case .comment: return .none
    case .text(let partial): return FileNames.candidates(for: partial, closing: "'")
    case .quotedName(let partial): return words(relations(partial), partial, suffix: "`")
    case .code: return code(StatementContext(before: before, after: after))
    }
  }

  // MARK: Commands of the shell

  private func dotCommand(_ line: String) -> CompletionCandidates {
    let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else { return words(DotCommand.descriptions.map(\.name).matching(line), line) }
    let argument = String(parts[1].drop { $0 == " " })
    switch parts[0].lowercased() {
    case ".read": return FileNames.candidates(for: argument, closing: "")
    case ".schema": return words(relations(argument), argument, suffix: "")
    case ".timer", ".follow": return words(["on", "off"].matching(argument), argument, suffix: "")
    case ".format": return words(["csv", "jsonl", "table"].matching(argument), argument, suffix: "")
    default: return .none
    }
  }

  // MARK: Statements

  private func code(_ context: StatementContext) -> CompletionCandidates {
    let partial = context.partial
    switch context.place {
    case .relation: return words(relations(partial), partial)
    case .pipe: return words(spelled(Vocabulary.pipeOperators, like: partial).matching(partial), partial)
    case .shown: return words(spelled(Vocabulary.shown, like: partial).matching(partial), partial, suffix: "")
    case .start: return words(spelled(Vocabulary.statements, like: partial).matching(partial), partial)
    case .member(let qualifier):
      let relation = context.relations[qualifier.lowercased()] ?? qualifier
      return words(columns(of: [relation]).matching(partial), partial, suffix: "")
    case .expression: return expression(context)
    }
  }

  private func expression(_ context: StatementContext) -> CompletionCandidates {
    let partial = context.partial
    let columns = self.columns(of: Set(context.relations.values).sorted()).matching(partial)
    // An empty word matches everything: columns are what is most probably meant.
    if partial.isEmpty { return words(columns, partial, suffix: "") }
    let aliases = context.relations.keys.filter { !$0.hasPrefix("'") }.sorted().matching(partial)
    let functions = session.functionNames.matching(partial).map {
      partial.isLowercase ? $0.lowercased() : $0.uppercased()
    }
    // Words that are keywords at some places only would bury the names that were meant.
    let isName = !(columns.isEmpty && aliases.isEmpty && functions.isEmpty)
    let keywords = Keyword.allCases.filter { $0.isReserved || !isName }.map(\.rawValue)
    let found = spelled(keywords, like: partial).matching(partial)
    var all: [String] = []
    var seen: Set<String> = []
    for word in columns + aliases + functions + found where seen.insert(word.lowercased()).inserted {
      all.append(word)
    }
    let isFunction = all.count == 1 && columns.isEmpty && !functions.isEmpty
    return words(all, partial, suffix: isFunction ? "(" : " ")
  }

  private func relations(_ partial: String) -> [String] { session.relationNames.sorted().matching(partial) }

  private func columns(of relations: [String]) -> [String] {
    var seen: Set<String> = []
    return relations.flatMap { session.columnNames(of: $0) }.filter { seen.insert($0).inserted }
  }

  private func spelled(_ keywords: [String], like partial: String) -> [String] {
    partial.isLowercase ? keywords.map { $0.lowercased() } : keywords
  }

  private func words(_ words: [String], _ partial: String, suffix: String = " ") -> CompletionCandidates {
    CompletionCandidates(prefixLength: partial.count, words: words, suffix: suffix)
  }
}

/// Words that may stand at one kind of place only.
private enum Vocabulary {
  static let statements = [
    "CREATE", "DESCRIBE", "DROP", "EXECUTE", "EXPLAIN", "FROM", "INSERT", "SELECT", "SET", "SHOW", "TEST", "WITH",
  ]
  static let pipeOperators = [
    "AGGREGATE", "AS", "ASOF", "CALL", "DEDUPLICATE", "DISTINCT", "DROP", "EMIT", "EXCEPT", "EXTEND", "FORK",
    "INTERSECT",
    "JOIN", "LIMIT", "LOG", "MATCH_RECOGNIZE", "ORDER", "PIVOT", "QUALIFY", "RENAME", "ROUTE", "SELECT", "SET", "TEE",
    "THROTTLE", "TOP", "TRY", "UNION", "UNPIVOT", "VALIDATE", "WATERMARK", "WHERE", "WINDOW",
  ]
  static let shown = ["FUNCTIONS", "PIPELINES", "SCHEMAS", "SINKS", "STREAMS", "TOPICS", "TYPES", "VIEWS"]
}

extension [String] {
  /// The words that begin with `partial`, whatever their case.
  fileprivate func matching(_ partial: String) -> [String] {
    let start = partial.lowercased()
    return filter { $0.lowercased().hasPrefix(start) }
  }
}

extension String {
  /// Whether there are letters and all of them are small.
  fileprivate var isLowercase: Bool { contains(where: \.isLetter) && self == lowercased() }
}
