// A topic: a name, its settings, and its partitions.
// In: a folder. Out: the partitions in it. Never: records; those are the partitions' business.

/// An open topic. Immutable: the partitions are what changes.
package final class Topic: Sendable {
  package let name: String
  /// Unlike the name it is never used again after a topic was deleted.
  package let id: UInt64
  package let configuration: TopicConfiguration
  package let partitions: [Partition]

  private static let metadataName = "topic.meta"
  private static let version = 1

  private init(name: String, id: UInt64, configuration: TopicConfiguration, partitions: [Partition]) {
    self.name = name
    self.id = id
    self.configuration = configuration
    self.partitions = partitions
  }

  /// Names that begin with two underscores are the engine's own topics.
  package var isInternal: Bool { name.hasPrefix("__") }
  package var sizeOnDisk: Int { partitions.reduce(0) { $0 + $1.sizeOnDisk } }

  package func partition(_ index: Int) throws(LogError) -> Partition {
    guard partitions.indices.contains(index) else {
      throw .unknownPartition(topic: name, partition: index, count: partitions.count)
    }
    return partitions[index]
  }

  /// Makes the files of a topic under a name that is no topic's, then gives them the real one: after a crash there is the
  /// whole topic or none.
  static func create(
    _ name: String, id: UInt64, partitions: Int, _ configuration: TopicConfiguration, in folder: String,
    environment: LogEnvironment
  ) throws(LogError) {
    let storage = environment.storage
    let draft = folder + "/+" + name
    if storage.exists(draft) { try storage.removeTree(draft) }
    try storage.createFolder(draft)
    for index in 0..<partitions { try Partition.create(folder: draft + "/\(index)", environment: environment) }
    let pairs = [(key: "id", value: "\(id)"), (key: "partitions", value: "\(partitions)")] + configuration.pairs
    let bytes = MetadataFile.encode(kind: "topic", version: version, pairs)
    try storage.replaceFile(draft + "/" + metadataName, with: bytes, in: draft)
    try storage.rename(draft, to: folder + "/" + name)
    try storage.syncFolder(folder)
  }

  static func open(
    _ name: String, in folder: String, environment: LogEnvironment, report: inout RecoveryReport
  ) throws(LogError) -> Topic {
    let path = folder + "/" + name + "/" + metadataName
    let pairs = try MetadataFile.read(environment.storage, path, kind: "topic", version: version)
    func number(_ key: String) throws(LogError) -> UInt64 {
      guard let value = pairs.first(where: { $0.key == key }).flatMap({ UInt64($0.value) }) else {
        throw .damagedMetadata(file: path, reason: "`\(key)` is missing")
      }
      return value
    }
    let count = try number("partitions")
    guard count >= 1, count <= UInt64(EventLog.maxPartitions) else {
      throw .damagedMetadata(file: path, reason: "it names \(count) partitions")
    }
    let configuration = try TopicConfiguration(pairs.filter { $0.key != "id" && $0.key != "partitions" })
    var partitions: [Partition] = []
    for index in 0..<Int(count) {
      partitions.append(
        try Partition.open(
          topic: name, index: index, folder: folder + "/\(name)/\(index)", configuration: configuration,
          environment: environment, report: &report))
    }
    return Topic(name: name, id: try number("id"), configuration: configuration, partitions: partitions)
  }
}
