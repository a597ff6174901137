package import Basics

/// `~/.aws/config` and `~/.aws/credentials`, and which of their profiles is meant.
package struct SharedConfig: Sendable {
    package let config: ConfigFile
    package let credentials: ConfigFile
    /// The profile's name, and whether somebody chose it or it is `default` for want of a choice.
    package let profileName: String
    package let isChosen: Bool

    /// - Parameter profile: `--profile`; else `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`, else `default`.
    package init(_ environment: ProcessEnvironment, profile: String?) throws(Problem) {
        config = try Self.read(environment["AWS_CONFIG_FILE"] ?? "~/.aws/config", environment)
        credentials = try Self.read(environment["AWS_SHARED_CREDENTIALS_FILE"] ?? "~/.aws/credentials", environment)
        let chosen = profile ?? environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"]
        profileName = chosen ?? "default"
        isChosen = chosen != nil
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

    /// A profile's settings in the config file, where its section is `[profile NAME]`, or `[default]`.
    package func configProfile(_ name: String) -> ConfigFile.Section? {
        config.sections["profile \(name)"] ?? (name == "default" ? config.sections["default"] : nil)
    }

    package func credentialsProfile(_ name: String) -> ConfigFile.Section? {
        credentials.sections[name]
    }

    /// The settings in use; nil where the profile has none in the config file.
    package var current: ConfigFile.Section? { configProfile(profileName) }

    /// Throws where somebody chose a profile that neither file has.
    package func requireProfile() throws(Problem) {
        guard isChosen, configProfile(profileName) == nil, credentialsProfile(profileName) == nil else { return }
        let known = config.sections.keys.filter { $0.hasPrefix("profile ") }.map { String($0.dropFirst(8)) }
        let names = Set(known).union(credentials.sections.keys).sorted()
        throw Problem(
            .configuration, "there is no profile `\(profileName)` in \(config.path) or \(credentials.path)",
            hint: names.isEmpty
                ? "make one: aws configure --profile \(profileName)"
                : "known profiles: \(names.joined(separator: ", "))")
    }

    /// `--region`, `AWS_REGION`, `AWS_DEFAULT_REGION`, then the profile's (the order of the aws CLI, version 2).
    package func region(flag: String?, _ environment: ProcessEnvironment) -> String? {
        flag ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? current?["region"]
    }

    /// Endpoint settings from the environment and the profile; `flag` is `--endpoint-url`.
    package func endpoints(flag: String?, _ environment: ProcessEnvironment) -> EndpointSettings {
        var settings = EndpointSettings(override: flag)
        func flagSet(_ variable: String, _ key: String) -> Bool {
            environment[variable].map { $0.lowercased() == "true" } ?? (current?[key]?.lowercased() == "true")
        }
        settings.usesFIPS = flagSet("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
        settings.usesDualStack = flagSet("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
        guard !flagSet("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") else {
            return settings
        }
        let prefix = "AWS_ENDPOINT_URL_"
        for (name, value) in environment.variables where name.hasPrefix(prefix) && !value.isEmpty {
            settings.environmentByService[String(name.dropFirst(prefix.count))] = value
        }
        settings.environment = environment["AWS_ENDPOINT_URL"]
        settings.profile = current?["endpoint_url"]
        if let services = current?["services"].flatMap({ config.sections["services \($0)"] }) {
            for (service, values) in services.nested {
                settings.profileByService[service.uppercased()] = values["endpoint_url"]
            }
        }
        return settings
    }
}

extension AWSClient.Configuration {
    /// Everything as the aws CLI would find it: credentials, Region, endpoints, retries and certificates from flags,
    /// environment and shared files.
    package init(
        environment: ProcessEnvironment, profile: String? = nil, region: String? = nil, endpointURL: String? = nil
    ) throws(Problem) {
        let shared = try SharedConfig(environment, profile: profile)
        guard let region = shared.region(flag: region, environment) else {
            throw Problem(
                .configuration, "no AWS Region is set", hint: "pass --region, or set AWS_REGION, or run aws configure")
        }
        self.init(credentials: CredentialChain(environment: environment, profile: profile), region: region)
        endpoints = shared.endpoints(flag: endpointURL, environment)
        self.profile = shared.isChosen ? shared.profileName : nil
        appID = environment["AWS_SDK_UA_APP_ID"] ?? shared.current?["sdk_ua_app_id"]
        caBundle = (environment["AWS_CA_BUNDLE"] ?? shared.current?["ca_bundle"]).map(environment.expanding)
        if let attempts = environment["AWS_MAX_ATTEMPTS"] ?? shared.current?["max_attempts"] {
            guard let number = Int(attempts), number > 0 else {
                throw Problem(
                    .configuration, "max_attempts is `\(attempts)`, which is no number above 0",
                    hint: "correct AWS_MAX_ATTEMPTS, or max_attempts in \(shared.config.path)")
            }
            retry.maxAttempts = number
        }
    }
}
