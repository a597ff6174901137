import Basics
import Configuration
import FoundationEssentials
import Monitoring
import Sandbox

/// Where `alarms/`, `dashboards/` and `log-groups/` lie.
struct MonitoringRoot {
    var path: String
    /// What messages put before a file's name inside it.
    var shownAs: String

    /// Beside taskops.yaml. The local stack's own has nothing beside it: with that one they are looked for from here
    /// upward, then in the checkout.
    ///
    /// - Parameter isToBeWritten: whether files are about to come there: then never into a checkout that is elsewhere.
    static func find(
        _ options: GlobalOptions, in environment: Environment, isToBeWritten: Bool = false
    ) throws -> MonitoringRoot {
        let here = environment.workingDirectory
        let sandbox = try? SandboxLocation.find(in: environment)
        let explicit = options.config ?? environment.variables["TASKOPS_CONFIG"]
        let isSandbox = options.sandbox && options.config == nil || explicit != nil && explicit == sandbox?.configuration
        if isSandbox, let sandbox {
            return MonitoringRoot(nearest(from: here) ?? (isToBeWritten ? here : sandbox.root), from: here)
        }
        return MonitoringRoot(folder(of: try ConfigurationFile.locate(explicit: explicit, from: here)), from: here)
    }

    private static func nearest(from here: String) -> String? {
        var folder = here
        while true {
            if MonitoringFolder.folders.contains(where: { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }) {
                return folder
            }
            guard let slash = folder.lastIndex(of: "/"), folder != "/" else { return nil }
            folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
        }
    }

    private init(_ folder: String, from here: String) {
        path = folder
        shownAs =
            folder == here || folder == "."
            ? "" : folder.hasPrefix(here + "/") ? folder.dropFirst(here.count + 1) + "/" : folder + "/"
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }
}
