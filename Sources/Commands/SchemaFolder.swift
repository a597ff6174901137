import FoundationEssentials
import Sandbox

/// Where the schema's files are: the folder named, `schema` here, or the checkout's own.
enum SchemaFolder {
    static func path(named folder: String?, in environment: Environment) -> String {
        if let folder { return folder }
        let here = environment.workingDirectory + "/schema"
        if FileManager.default.fileExists(atPath: here) { return here }
        return (try? SandboxLocation.find(in: environment).schema) ?? here
    }
}
