// What the shell needs of the session behind it: statements in, results printed, and names for completion.

/// The session that a shell drives.
package protocol ShellSession: AnyObject {
  /// Executes statements; results and diagnostics are printed. `name` is what the text is called in diagnostics;
  /// `format` nil is the session's own. Ends soon after `interrupted` says so.
  func execute(
    _ text: String, name: String, format: ResultFormat?, interrupted: @escaping @Sendable () -> Bool
  ) -> ExitStatus
  /// Whether queries wait for what is still to come, until they are interrupted.
  var follows: Bool { get set }
  /// Streams, views, topics, sinks: whatever may stand after FROM.
  var relationNames: [String] { get }
  func columnNames(of relation: String) -> [String]
  var functionNames: [String] { get }
}
