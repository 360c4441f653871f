// What the shell needs of the session behind it: statements in, results printed, and names for completion.

/// The session that a shell drives.
package protocol ShellSession: AnyObject {
  /// Executes statements; results and diagnostics are printed. `name` is what the text is called in diagnostics, nil for
  /// `format` is the session's own. Ends soon after `interrupted` says so.
  func execute(
    _ text: String, name: String, format: ResultFormat?, interrupted: @escaping @Sendable () -> Bool
  ) -> ExitStatus
  /// Streams, views, topics, sinks: whatever may stand after FROM.
  var relationNames: [String] { get }
  func columnNames(of relation: String) -> [String]
  var functionNames: [String] { get }
}
