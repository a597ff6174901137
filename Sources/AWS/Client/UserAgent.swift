import Glibc

/// How AWS SDKs introduce themselves: `name/version ua/2.1 os/… md/arch#… lang/… exec-env/… m/features cfg/… app/…`
/// (botocore's `useragent.py`, whose grammar and feature letters these are).
package struct UserAgent: Sendable, Hashable {
    /// The program and its version.
    package var product = "taskops"
    package var version = "0.1.0"
    /// `AWS_EXECUTION_ENV`, which Lambda and other services set.
    package var executionEnvironment: String?
    /// `AWS_SDK_UA_APP_ID`.
    package var appID: String?

    package init() {}

    /// Features of a call that AWS counts, by the letters it gave them.
    package enum Feature: String, Sendable {
        case retryModeStandard = "E"
        case retryModeAdaptive = "F"
        case endpointOverride = "N"
    }

    package func text(retryMode: RetryPolicy.Mode, hasEndpointOverride: Bool) -> String {
        var features: [Feature] = [retryMode == .adaptive ? .retryModeAdaptive : .retryModeStandard]
        if hasEndpointOverride { features.append(.endpointOverride) }
        var parts = [
            "\(Self.clean(product))/\(Self.clean(version))", "ua/2.1", Self.system, "md/arch#\(Self.architecture)",
            "lang/swift#\(Self.language)",
        ]
        if let executionEnvironment { parts.append("exec-env/\(Self.clean(executionEnvironment))") }
        parts.append("m/\(features.map(\.rawValue).joined(separator: ","))")
        parts.append("cfg/retry-mode#\(retryMode.rawValue)")
        if let appID { parts.append("app/\(Self.clean(String(appID.prefix(50)), allowsHash: true))") }
        return parts.joined(separator: " ")
    }

    /// For requests made outside an `AWSClient`, such as those for credentials.
    static func text(appID: String?) -> String {
        var agent = UserAgent()
        agent.appID = appID
        return agent.text(retryMode: .standard, hasEndpointOverride: false)
    }

    private static let system: String = {
        var name = utsname()
        guard uname(&name) == 0 else { return "os/linux" }
        let release = withUnsafeBytes(of: &name.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return "os/linux#\(clean(release))"
    }()

    private static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #else
            "arm64"
        #endif
    }

    /// Of the compiler; a program can ask no closer.
    private static var language: String {
        #if compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    /// Anything outside the grammar's alphabet becomes a dash.
    private static func clean(_ text: String, allowsHash: Bool = false) -> String {
        String(
            text.map {
                let isAllowed = $0.isASCII && ($0.isLetter || $0.isNumber || "!$%&'*+-.^_`|~,".contains($0))
                return isAllowed || (allowsHash && $0 == "#") ? $0 : "-"
            })
    }
}
