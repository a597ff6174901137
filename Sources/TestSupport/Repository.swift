import FoundationEssentials

/// Where tests find the project's own files and the material that stands beside a checkout.
package enum Repository {
    /// The package's root folder.
    package static let root: String = {
        var parts = #filePath.split(separator: "/")
        parts.removeLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// Test vectors written by others: `TASKOPS_VECTORS`, or `../shared/vectors` beside the checkout; nil where a clone has none.
    package static let vectors: String? = {
        let candidates = [ProcessInfo.processInfo.environment["TASKOPS_VECTORS"], root + "/../shared/vectors"]
        return candidates.compactMap(\.self).first { FileManager.default.fileExists(atPath: $0) }
    }()
}
