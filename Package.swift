// swift-tools-version: 6.2
// The map of rooms: each target is a room, its dependencies are the rooms it may enter.
// Imports run downward only; ARCHITECTURE.md draws the same map and says why.
import PackageDescription

/// One list for every room, so that no room is quietly laxer than another.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ room: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(room)Tests",
        dependencies: [.target(name: room), "TestSupport"] + dependencies,
        exclude: exclude,
        swiftSettings: strict)
}

let package = Package(
    name: "taskops",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "taskops", targets: ["taskops"]),
        .executable(name: "task-processor", targets: ["task-processor"]),
    ],
    dependencies: [
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        // What people and Lambda start.
        .executableTarget(name: "taskops", dependencies: ["Commands"], swiftSettings: strict),
        .executableTarget(
            name: "task-processor", dependencies: ["TaskProcessing", "CMathCompat"], swiftSettings: strict),

        // The words typed, the screens shown, the bytes written.
        room(
            "Commands",
            [
                "Views", "Terminal", "Canary", "Status", "Diagnosis", "Findings", "Monitoring", "Tailing", "Discovery",
                "Runbooks", "Schema",
                "Permissions",
                "Sandbox", "Configuration", "TaskSystem", "AWS",
                "AWSSigning",
                "Database", "Programs",
                "Basics", "CHeap", argumentParser,
            ]),
        room(
            "Views",
            [
                "Terminal", "Canary", "Status", "Diagnosis", "Findings", "Monitoring", "Tailing", "Discovery", "Schema",
                "Sandbox", "AWS", "Basics",
            ]),
        room("Terminal"),

        // Engines: they return values, and never print, exit or read the environment.
        room("Canary", ["Findings", "TaskSystem", "AWS", "AWSSigning", "Database", "Basics", histogram]),
        room("Tailing", ["AWS", "Basics", heap]),
        room("Status", ["Findings", "TaskSystem", "AWS", "Database", "Basics"]),
        room("Diagnosis", ["Findings", "TaskSystem", "AWS", "Database", "Basics"]),
        room("Monitoring", ["TaskSystem", "AWS", "AWSSigning", "YAML", "Basics"]),
        room("Discovery", ["TaskSystem", "AWS", "Basics"]),
        room("Runbooks", ["YAML", "Basics"]),
        room("Schema", ["AWSSigning", "Database", "Basics"]),
        room("Permissions", ["TaskSystem"]),
        room("Sandbox", ["Basics", subprocess, system]),
        // Apart from AWS, which the function links: it runs no program.
        room("Programs", ["Basics", subprocess, system]),
        room("TaskProcessing", ["TaskSystem", "AWS", "AWSSigning", "Database", "Basics"]),
        // One function of the C library, for the systems Lambda runs on: its header says why.
        .target(name: "CMathCompat"),
        // One call that Swift's module of glibc lacks.
        .target(name: "CHeap"),
        room("Configuration", ["TaskSystem", "YAML", "Basics"]),

        // What engines tell each other and the views: what was read, what is wrong with it, which link broke.
        room("Findings", ["Basics"]),

        // The task system's own words, then what everything stands on.
        room("TaskSystem", ["Basics"]),
        room("AWS", ["AWSSigning", "Basics", "CLibCurl"]),
        room("AWSSigning", ["Basics", "CLibCrypto"]),
        room("Database", ["Basics", "CLibPQ"]),
        room("YAML", ["Basics", "CLibYAML"]),
        room("Basics"),
        .systemLibrary(name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        room("TestSupport", ["Basics"]),
        // For `make conformance` alone: no product, so nobody installs it.
        .executableTarget(
            name: "conformance-reader", dependencies: ["AWS", "AWSSigning", "TestSupport", "Basics"], swiftSettings: strict),
        tests("Basics"),
        tests("TaskSystem"),
        tests("TaskProcessing", ["CMathCompat", "Schema", "TaskSystem", "AWS", "AWSSigning", "Database", "Basics"]),
        tests("Terminal"),
        tests("Canary", ["Basics", "Findings"]),
        tests("Tailing", ["AWS", "AWSSigning", "Basics", subprocess, system], exclude: ["tail_stack.py"]),
        tests("Diagnosis", ["AWS", "AWSSigning", "Basics", "Findings", "TaskSystem"]),
        tests("Status", ["AWS", "AWSSigning", "Basics", "Database", "Findings", "TaskSystem"]),
        tests("Monitoring", ["AWS", "AWSSigning", "Basics", "TaskSystem", "YAML", subprocess]),
        tests("Discovery", ["AWS", "Basics", "Configuration", "TaskSystem"], exclude: ["Golden"]),
        tests("Runbooks", ["Basics"]),
        tests("Database", ["Basics"]),
        tests("Configuration", ["TaskSystem", "Basics"]),
        tests("YAML", ["Basics"]),
        tests("Schema", ["Basics"]),
        tests("Permissions", ["TaskSystem"]),
        tests("Commands", ["Basics", "Canary", "Findings", "Status", argumentParser]),
        tests(
            "Views",
            [
                "AWS", "Basics", "Canary", "Diagnosis", "Discovery", "Findings", "Monitoring", "Sandbox", "Schema", "Status",
                "Tailing", "Terminal",
            ],
            exclude: ["Golden"]),
        tests("AWSSigning", ["Basics", subprocess]),
        tests("AWS", ["AWSSigning", "Basics", "Programs", subprocess]),

        // The built programs against the real local stack. It depends on the console so that it is built first.
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "taskops", "TestSupport", "Canary", "Findings", "Status", "Permissions", "Configuration", "TaskSystem", "AWS",
                "AWSSigning",
                "Database",
                "Basics",
                subprocess, system,
            ],
            swiftSettings: strict),
    ]
)
