// swift-tools-version: 6.2
// Millrace: one executable over library targets that follow the way of a query, text to rows.
// `Tests/HouseTests` holds the same table of edges and fails on any other import.

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "millrace",
  products: [.executable(name: "millrace", targets: ["millrace"])],
  targets: [
    // Libraries, in the order in which a query passes them.
    .target(name: "Values", swiftSettings: settings),
    .target(name: "Syntax", swiftSettings: settings),
    .target(name: "Plan", dependencies: ["Values"], swiftSettings: settings),
    .target(name: "Compiler", dependencies: ["Plan", "Syntax", "Values"], swiftSettings: settings),
    .target(name: "Schemas", dependencies: ["Values"], swiftSettings: settings),
    .target(name: "EventLog", swiftSettings: settings),
    .target(name: "Execution", dependencies: ["EventLog", "Plan", "Schemas", "Values"], swiftSettings: settings),
    .target(
      name: "Engine",
      dependencies: ["Compiler", "EventLog", "Execution", "Plan", "Schemas", "Syntax", "Values"],
      swiftSettings: settings),
    .executableTarget(name: "millrace", dependencies: ["Engine"], swiftSettings: settings),

    // Tests: one target per library, then the scripts and the rules of the house.
    .testTarget(name: "ValuesTests", dependencies: ["Values"], swiftSettings: settings),
    .testTarget(name: "SyntaxTests", dependencies: ["Syntax"], exclude: ["Scripts"], swiftSettings: settings),
    .testTarget(name: "PlanTests", dependencies: ["Plan", "Values"], swiftSettings: settings),
    .testTarget(
      name: "CompilerTests", dependencies: ["Compiler", "Plan", "Syntax", "Values"], swiftSettings: settings),
    .testTarget(name: "SchemasTests", dependencies: ["Schemas", "Values"], swiftSettings: settings),
    .testTarget(name: "EventLogTests", dependencies: ["EventLog"], swiftSettings: settings),
    .testTarget(
      name: "ExecutionTests", dependencies: ["EventLog", "Execution", "Plan", "Schemas", "Values"],
      swiftSettings: settings),
    .testTarget(
      name: "EngineTests",
      dependencies: ["Compiler", "Engine", "EventLog", "Execution", "Plan", "Schemas", "Syntax", "Values"],
      swiftSettings: settings),
    .testTarget(
      name: "GoldenTests",
      dependencies: ["Compiler", "Engine", "EventLog", "Execution", "Plan", "Schemas", "Syntax", "Values"],
      exclude: ["Golden"], swiftSettings: settings),
    .testTarget(name: "HouseTests", swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
