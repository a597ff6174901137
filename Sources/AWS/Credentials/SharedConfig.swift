package import Basics

/// `~/.aws/config` and `~/.aws/credentials`, and which of their profiles is meant.
package struct SharedConfig: Sendable {
    package let config: ConfigFile
    package let credentials: ConfigFile
    /// The profile's name, and whether somebody chose it or it is `default` for want of a choice.
    package let profileName: String
    package let isChosen: Bool
    /// The profile in use, from both files; nil where neither has it.
    package private(set) var current: Profile?

    /// - Parameter profile: `--profile`; else `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`, else `default`.
    package init(_ environment: ProcessEnvironment, profile: String?) throws(Problem) {
        config = try Self.read(environment["AWS_CONFIG_FILE"] ?? "~/.aws/config", environment)
        credentials = try Self.read(environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials", environment)
        let chosen = profile ?? environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"]
        profileName = chosen ?? "default"
        isChosen = chosen != nil
        current = self.profile(profileName)
    }

    private static func read(_ path: String, _ environment: ProcessEnvironment) throws(Problem) -> ConfigFile {
        let path = environment.expanding(path)
        let text: String?
        do { text = try environment.readFile(path) } catch {
            throw Problem(.configuration, "\(path) cannot be read", cause: "\(error)", hint: "check its permissions")
        }
        guard let text else { return ConfigFile(path: path) }
        return try ConfigFile(text, path: path)
    }

    /// A profile's settings in the config file, where its section is `[profile NAME]`, or `[default]`; of two for
    /// `default` the later one counts (botocore's `build_profile_map`).
    package func configProfile(_ name: String) -> ConfigFile.Section? {
        let section = config.sections["profile \(name)"]
        guard name == "default", let plain = config.sections["default"] else { return section }
        return section.map { $0.line > plain.line ? $0 : plain } ?? plain
    }

    package func credentialsProfile(_ name: String) -> ConfigFile.Section? {
        credentials.sections[name]
    }

    package var profileNames: [String] {
        let named = config.sections.keys.filter { $0.hasPrefix("profile ") }.map { String($0.dropFirst(8)) }
        let plain = config.sections["default"] == nil ? [] : ["default"]
        return Set(named + plain).union(credentials.sections.keys).sorted()
    }

    /// Throws where somebody chose a profile that neither file has.
    package func requireProfile() throws(Problem) {
        guard isChosen, current == nil else { return }
        let names = profileNames
        throw Problem(
            .configuration, "there is no profile `\(profileName)` in \(config.path) or \(credentials.path)",
            hint: names.isEmpty
                ? "make one: aws configure --profile \(profileName)"
                : "known profiles: \(names.joined(separator: ", "))")
    }

    /// `--region`, `AWS_REGION`, `AWS_DEFAULT_REGION`, then the profile's (the order of the aws CLI, version 2).
    package func region(flag: String?, _ environment: ProcessEnvironment) -> String? {
        regionChoice(flag: flag, environment)?.value
    }

    /// The Region, and where it was set.
    package func regionChoice(flag: String?, _ environment: ProcessEnvironment) -> Sourced<String>? {
        if let flag { return Sourced(flag, source: "--region") }
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if let value = environment[name] { return Sourced(value, source: name) }
        }
        guard let setting = current?.settings["region"], !setting.value.isEmpty else { return nil }
        let line = setting.location.line.map { ":\($0)" } ?? ""
        return Sourced(
            setting.value,
            source: "profile \(profileName) in \(environment.abbreviating(setting.location.file))\(line)")
    }

    package func retryPolicy(_ environment: ProcessEnvironment) throws(Problem) -> RetryPolicy {
        var policy = RetryPolicy()
        // `legacy` is what boto3 did before there were modes; the aws CLI, version 2, has only the other two.
        if try retryMode(environment) == "adaptive" { policy.mode = .adaptive }
        if let number = try maxAttempts(environment) { policy.maxAttempts = number }
        return policy
    }

    /// `AWS_RETRY_MODE`, else the profile's `retry_mode`: `legacy`, `standard` or `adaptive`; nil where nobody says.
    package func retryMode(_ environment: ProcessEnvironment) throws(Problem) -> String? {
        guard let setting = setting("AWS_RETRY_MODE", "retry_mode", environment) else { return nil }
        let mode = setting.value.lowercased()
        guard ["legacy", "standard", "adaptive"].contains(mode) else {
            throw Problem(
                .configuration, "\(setting.name) is `\(setting.value)`, which is no retry mode",
                hint: "write standard or adaptive", location: setting.location)
        }
        return mode
    }

    /// `AWS_MAX_ATTEMPTS`, else the profile's `max_attempts`.
    package func maxAttempts(_ environment: ProcessEnvironment) throws(Problem) -> Int? {
        guard let setting = setting("AWS_MAX_ATTEMPTS", "max_attempts", environment) else { return nil }
        guard let number = Int(setting.value), number > 0 else {
            throw Problem(
                .configuration, "\(setting.name) is `\(setting.value)`, which is no number above 0",
                hint: "write the number of attempts, such as 3", location: setting.location)
        }
        return number
    }

    /// What a variable, or else the profile's key says, by the name of the one that said it.
    func setting(
        _ variable: String, _ key: String, _ environment: ProcessEnvironment
    ) -> (value: String, name: String, location: Problem.Location?)? {
        if let value = environment[variable] { return (value, variable, nil) }
        guard let setting = current?.settings[key], !setting.value.isEmpty else { return nil }
        return (setting.value, key, setting.location)
    }
}

extension AWSClient.Configuration {
    /// Everything as the aws CLI would find it: credentials, Region, endpoints, retries and certificates from flags,
    /// environment and shared files.
    /// - Parameter credentials: a chain that several configurations share, so that nobody is asked twice; else an own one.
    package init(
        environment: ProcessEnvironment, profile: String? = nil, region: String? = nil, endpointURL: String? = nil,
        credentials: CredentialChain? = nil
    ) throws(Problem) {
        let shared = try SharedConfig(environment, profile: profile)
        guard let choice = shared.regionChoice(flag: region, environment) else {
            try shared.requireProfile()
            throw Problem(
                .configuration, "no AWS Region is set", hint: "pass --region, or set AWS_REGION, or run aws configure")
        }
        // An endpoint of one's own would otherwise hide it until it is found in a signature.
        guard Endpoint.isHostLabel(choice.value) else {
            let isFromFile = choice.source.hasPrefix("profile ")
            throw Problem(
                region == nil ? .configuration : .usage, "`\(choice.value)` is not an AWS Region",
                cause: isFromFile ? "it is the region of profile `\(shared.profileName)`" : "it comes from \(choice.source)",
                hint: "a Region looks like us-east-1",
                location: isFromFile ? shared.current?.location(of: "region") : nil)
        }
        self.init(
            credentials: credentials ?? CredentialChain(environment: environment, profile: profile, region: choice.value),
            region: choice.value)
        endpoints = try shared.endpoints(flag: endpointURL, environment)
        self.profile = shared.isChosen ? shared.profileName : nil
        caBundle = try shared.caBundle(environment)
        try apply(shared, environment)
    }
}
