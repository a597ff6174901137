// swift-tools-version: 6.2
// The engine of `taskops tail` alone, with a program that only measures it. Its rooms are those of the project, by links:
// nothing is copied, and the project's own builds know nothing of this.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "tail-benchmark",
    dependencies: [.package(url: "https://github.com/apple/swift-collections", from: "1.6.0")],
    targets: [
        .executableTarget(
            name: "tail-history", dependencies: ["Tailing", "AWS", "AWSSigning", "Basics"], swiftSettings: strict),
        // Built with -Xswiftc -enable-testing.
        .executableTarget(name: "tail-schedules", dependencies: ["Tailing"], swiftSettings: strict),
        .target(
            name: "Tailing", dependencies: ["AWS", "Basics", .product(name: "HeapModule", package: "swift-collections")],
            swiftSettings: strict),
        .target(name: "AWS", dependencies: ["AWSSigning", "Basics", "CLibCurl"], swiftSettings: strict),
        .target(name: "AWSSigning", dependencies: ["Basics", "CLibCrypto"], swiftSettings: strict),
        .target(name: "Basics", swiftSettings: strict),
        .systemLibrary(name: "CLibCurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto"),
    ]
)
