// The facts of a data folder that the compiler needs: topics and registered schemas. In: a folder. Out: a catalog. Reads
// only; a folder that is not there has nothing in it.

import Compiler
import EventLog
import Schemas
import Values

package enum CatalogLoader {
  package static func catalog(_ folder: DataFolder) throws -> Catalog {
    var catalog = Catalog()
    guard let log = try folder.openForReading() else { return catalog }
    for topic in log.topics where !topic.isInternal {
      catalog.topics[topic.name] = TopicDefinition(
        name: topic.name, partitions: topic.partitions.count,
        retention: topic.configuration.retentionMilliseconds.map { $0 * 1000 })
    }
    let registry = try folder.registry(in: log)
    for subject in registry.subjects {
      if let registered = registry.schema(subject: subject) {
        catalog.registeredSchemas[subject] = try registered.schema.columns()
      }
    }
    for view in try KeptView.all(in: folder) where log.hasTopic(view.name) { catalog.kept[view.name] = view.definition }
    try log.close()
    return catalog
  }
}
