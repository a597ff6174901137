package import Basics

extension SharedConfig {
    /// The services this program talks to: a mistake in another service's endpoint is nobody's trouble here.
    private static let services = [
        AWSService.eventBridge, .dsql, .lambda, .sqs, .logs, .cloudWatch, .sts, .ssoPortal, .ssoOIDC, .signIn,
    ]

    /// Endpoint settings from the environment and the profile; `flag` is `--endpoint-url`.
    package func endpoints(flag: String?, _ environment: ProcessEnvironment) throws(Problem) -> EndpointSettings {
        if let flag { try check(flag, named: "--endpoint-url") }
        var settings = EndpointSettings(override: flag)
        func flagSet(_ variable: String, _ key: String) -> Bool {
            environment[variable].map { $0.lowercased() == "true" } ?? (current?[key]?.lowercased() == "true")
        }
        settings.usesFIPS = flagSet("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
        settings.usesDualStack = flagSet("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
        settings.injectsHostPrefix = !flagSet("AWS_DISABLE_HOST_PREFIX_INJECTION", "disable_host_prefix_injection")
        guard !flagSet("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") else {
            return settings
        }
        let ids = Set(Self.services.map(\.endpointID))
        let prefix = "AWS_ENDPOINT_URL_"
        for (name, value) in environment.variables where name.hasPrefix(prefix) && !value.isEmpty {
            let service = String(name.dropFirst(prefix.count))
            if ids.contains(service) { try check(value, named: name) }
            settings.environmentByService[service] = value
        }
        if let url = environment["AWS_ENDPOINT_URL"] {
            try check(url, named: "AWS_ENDPOINT_URL")
            settings.environment = url
        }
        if let setting = current?.settings["endpoint_url"] {
            try check(setting.value, named: "endpoint_url", setting.location)
            settings.profile = setting.value
        }
        try readServices(into: &settings, ids)
        return settings
    }

    private func readServices(into settings: inout EndpointSettings, _ ids: Set<String>) throws(Problem) {
        guard let current, let name = current["services"] else { return }
        guard let section = config.sections["services \(name)"] else {
            throw Problem(
                .configuration, "profile `\(current.name)` names the services section `\(name)`, which does not exist",
                hint: "add [services \(name)] to \(config.path)", location: current.location(of: "services"))
        }
        for (key, values) in section.nested {
            guard let url = values["endpoint_url"] else { continue }
            let line = section.nestedLines["\(key).endpoint_url"] ?? section.line
            if ids.contains(key.uppercased()) {
                try check(url, named: "endpoint_url of \(key)", .init(file: config.path, line: line))
            }
            settings.profileByService[key.uppercased()] = url
        }
    }

    /// The URL is not repeated: a malformed one is where a password may hide.
    private func check(_ url: String, named name: String, _ location: Problem.Location? = nil) throws(Problem) {
        guard URLAddress(url) == nil || url.contains(where: { "?# ".contains($0) }) else { return }
        throw Problem(
            .configuration, "\(name) is not an http or https URL",
            hint: "write it as https://host or http://host:port, without user name, query or spaces",
            location: location)
    }
}
