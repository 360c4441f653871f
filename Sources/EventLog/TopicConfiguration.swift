// What a topic may be told: its name and how long and in what portions it keeps records.
// In: names, `key=value` pairs. Out: judged values. Never: a setting that is accepted and then ignored.

/// The settings of one topic; the keys are the ones that Kafka's tools use.
package struct TopicConfiguration: Equatable, Sendable {
  /// `retention.ms`: closed segments whose last append is older go. Nil keeps for ever.
  package var retentionMilliseconds: Int64?
  /// `retention.bytes`: the oldest closed segments of a partition go while the others still have this much. Nil: no limit.
  package var retentionBytes: Int?
  /// `segment.bytes`: a segment that would grow larger is closed.
  package var segmentBytes = 128 << 20
  /// `segment.ms`: a segment whose first append is older is closed. Nil: only size counts.
  package var segmentMilliseconds: Int64?

  package init() {}

  /// Judges pairs as a user wrote them. −1 means no limit.
  package init(_ pairs: [(key: String, value: String)]) throws(LogError) {
    for (key, value) in pairs {
      func refuse(_ reason: String) -> LogError { .invalidConfiguration(key: key, value: value, reason: reason) }
      func limit() throws(LogError) -> Int64? {
        guard let number = Int64(value), number >= -1 else {
          throw refuse("a whole number is needed, or -1 for no limit")
        }
        return number == -1 ? nil : number
      }
      switch key {
      case "retention.ms": retentionMilliseconds = try limit()
      case "retention.bytes": retentionBytes = try limit().map { Int($0) }
      case "segment.ms": segmentMilliseconds = try limit()
      case "segment.bytes":
        guard let number = Int(value), number >= 1024, number <= 1 << 30 else {
          throw refuse("a segment holds 1024 to \(1 << 30) bytes")
        }
        segmentBytes = number
      case "cleanup.policy":
        if value != "delete" { throw refuse("only `delete` is supported; keeping the latest value per key is not yet") }
      case "compression.type":
        if value != "uncompressed" { throw refuse("only `uncompressed` is supported") }
      default:
        throw refuse(
          "there is no such setting; there are retention.ms, retention.bytes, segment.bytes, segment.ms, cleanup.policy"
        )
      }
    }
  }

  /// The settings as pairs, all of them.
  package var pairs: [(key: String, value: String)] {
    [
      ("cleanup.policy", "delete"),
      ("retention.bytes", retentionBytes.map { "\($0)" } ?? "-1"),
      ("retention.ms", retentionMilliseconds.map { "\($0)" } ?? "-1"),
      ("segment.bytes", "\(segmentBytes)"),
      ("segment.ms", segmentMilliseconds.map { "\($0)" } ?? "-1"),
    ]
  }

  /// Throws when `name` cannot name a topic: it is also the name of a folder.
  package static func checkName(_ name: String) throws(LogError) {
    let isLegal = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    if name.isEmpty { throw .invalidTopicName(name, reason: "it is empty") }
    if !isLegal { throw .invalidTopicName(name, reason: "only ASCII letters, digits, `.`, `_` and `-` may be used") }
    if name.utf8.count > 249 { throw .invalidTopicName(name, reason: "it is longer than 249 characters") }
    if name == "." || name == ".." { throw .invalidTopicName(name, reason: "it would name a folder of the system") }
  }
}
