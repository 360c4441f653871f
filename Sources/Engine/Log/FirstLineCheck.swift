// Whether what is being appended looks like what was registered: a look at the first line only. In: a line. Out: a
// warning. Never a reason to refuse a record: readers put aside what does not decode.

import Schemas
import Values

struct FirstLineCheck {
  private let registered: RegisteredColumns
  private let topic: String

  /// Nil when no schema is registered for the topic.
  init?(topic: String, registry: SchemaRegistry) {
    guard let registered = registry.registered(forTopic: topic) else { return nil }
    self.registered = registered
    self.topic = topic
  }

  func warning(about line: UnsafeRawBufferPointer) -> String? {
    let columns = registered.schema.fields.map { DecodedColumn(path: [$0.name], field: $0) }
    let decoder = JSONRecordDecoder(JSONDecoderPlan(columns: columns))
    let blob = Blob(Array(line))
    let chunk = decoder.decode(blob, range: 0..<line.count, isLast: true, maximumRecords: 1)
    guard let failure = chunk.failures.first else { return nil }
    return
      "the first line does not fit the schema of `\(topic)` (\(registered.subject) version \(registered.version)): "
      + "\(failure.reason); such records are appended, and queries put them into their errors"
  }
}
