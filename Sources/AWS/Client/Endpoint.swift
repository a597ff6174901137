package import Basics

/// Where endpoints were configured, in the order in which they are asked.
package struct EndpointSettings: Sendable, Hashable {
    /// `--endpoint-url`: stands above everything, and is not silenced by `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS`.
    package var override: String?
    /// `AWS_ENDPOINT_URL_<SERVICE>`, by service id.
    package var environmentByService: [String: String] = [:]
    /// `AWS_ENDPOINT_URL`.
    package var environment: String?
    /// The profile's `services` section, by service id in capitals.
    package var profileByService: [String: String] = [:]
    /// The profile's `endpoint_url`.
    package var profile: String?
    package var usesFIPS = false
    package var usesDualStack = false
    /// Whether an operation may write something before its host: `AWS_DISABLE_HOST_PREFIX_INJECTION` turns it off.
    package var injectsHostPrefix = true

    package init(override: String? = nil) {
        self.override = override
    }

    package func configuredURL(for service: AWSService) -> String? {
        override ?? environmentByService[service.endpointID] ?? environment ?? profileByService[service.endpointID]
            ?? profile
    }
}

/// An address to send a service's requests to, and how requests to it are signed.
package struct Endpoint: Sendable, Hashable {
    package enum AuthScheme: Sendable, Hashable {
        /// Signed for the Region of the call.
        case sigV4
        /// Signed for a set of Regions; `*` is all of them.
        case sigV4A(signingName: String, regionSet: [String])
    }

    /// Without a slash at its end.
    package let url: String
    package let address: URLAddress
    package let auth: AuthScheme
    /// What stands before every operation's path.
    var basePath: String { address.path.hasSuffix("/") ? String(address.path.dropLast()) : address.path }

    /// Pure, so that AWS's endpoint rules can be its tests.
    ///
    /// - Parameter globalEndpointID: names an EventBridge global endpoint, which spans two Regions.
    package static func resolve(
        _ service: AWSService, region: String?, globalEndpointID: String? = nil, settings: EndpointSettings
    ) throws(Problem) -> Endpoint {
        if let id = globalEndpointID { return try global(id, service, region: region, settings: settings) }
        if let url = settings.configuredURL(for: service) {
            guard !settings.usesFIPS, !settings.usesDualStack else {
                let wanted = settings.usesFIPS ? "FIPS" : "dual-stack"
                throw Problem(
                    .configuration, "a custom endpoint and \(wanted) endpoints cannot both be asked for",
                    cause: "the endpoint for \(service.name) is set by hand",
                    hint: "unset AWS_USE_\(settings.usesFIPS ? "FIPS" : "DUALSTACK")_ENDPOINT, or the endpoint URL")
            }
            return try Endpoint(url)
        }
        guard let region else { throw noRegion }
        guard isHostLabel(region) else {
            throw Problem(.usage, "`\(region)` is not an AWS Region", hint: "a Region looks like us-east-1")
        }
        return try Endpoint("https://\(host(service, region, settings))")
    }

    /// EventBridge's rules for `EndpointId` (botocore's `events` `endpoint-rule-set-1.json`): asked before a custom
    /// endpoint's own, so that here dual-stack and a custom endpoint do go together.
    private static func global(
        _ id: String, _ service: AWSService, region: String?, settings: EndpointSettings
    ) throws(Problem) -> Endpoint {
        guard let region else { throw noRegion }
        // The id is a host name's beginning: its labels are checked, so that it cannot lead elsewhere.
        let labels = id.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ isHostLabel($0.lowercased()) }) else {
            throw Problem(
                .usage, "this is no EventBridge global endpoint id", hint: "an endpoint id looks like abcde.veo")
        }
        guard !settings.usesFIPS else {
            throw Problem(
                .configuration, "EventBridge's global endpoints have no FIPS addresses",
                hint: "unset AWS_USE_FIPS_ENDPOINT")
        }
        let partition = Partition(region: region)
        let suffix = settings.usesDualStack ? partition.dualStackSuffix : partition.suffix
        return try Endpoint(
            settings.configuredURL(for: service) ?? "https://\(id).endpoint.\(service.hostPrefix).\(suffix)",
            auth: .sigV4A(signingName: service.signingName, regionSet: ["*"]))
    }

    /// The address of an operation whose model puts something before the host (`endpoint.hostPrefix`, such as `stream-`).
    ///
    /// botocore does so with a custom endpoint as well (`awsrequest.py`, `_urljoin`), and so does this; but nothing can
    /// stand before an IP address, where botocore makes a name of it that nobody can look up.
    package func prefixed(_ prefix: String?, settings: EndpointSettings) throws(Problem) -> Endpoint {
        guard let prefix, settings.injectsHostPrefix, !address.isIPAddress else { return self }
        return try Endpoint("\(address.scheme.rawValue)://\(prefix)\(address.authority)\(address.path)", auth: auth)
    }

    private static var noRegion: Problem {
        Problem(.configuration, "no AWS Region is set", hint: "pass --region, or set AWS_REGION, or run aws configure")
    }

    private static func host(_ service: AWSService, _ region: String, _ settings: EndpointSettings) -> String {
        let partition = Partition(region: region)
        let isDualStack = settings.usesDualStack || service.isDualStackOnly
        if !isDualStack, let domain = (settings.usesFIPS ? service.ownFIPSDomains : service.ownDomains)[partition] {
            return settings.usesFIPS && region == "us-gov-west-1" ? domain : "\(region).\(domain)"
        }
        let suffix = isDualStack ? partition.dualStackSuffix : partition.suffix
        let isPlain =
            switch service.govCloudFIPS {
            case .suffixed: false
            case .plain: partition == .govCloud
            case .plainUnlessDualStack: partition == .govCloud && !isDualStack
            }
        let fips = settings.usesFIPS && !isPlain ? "-fips" : ""
        return "\(service.hostPrefix)\(fips).\(region).\(suffix)"
    }

    private init(_ url: String, auth: AuthScheme = .sigV4) throws(Problem) {
        guard let address = URLAddress(url), !url.contains(where: { "?# ".contains($0) }) else {
            // The URL is not repeated: a malformed one is where a password may hide.
            throw Problem(
                .configuration, "the endpoint URL is not an http or https URL",
                hint: "write it as https://host or http://host:port, without user name, query or spaces")
        }
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        self.address = address
        self.auth = auth
    }

    static func isHostLabel(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 63 && !text.hasPrefix("-") && !text.hasSuffix("-")
            && text.utf8.allSatisfy {
                ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
                    || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
                    || $0 == UInt8(ascii: "-")
            }
    }
}

/// A group of Regions with its own domain names (botocore's `partitions.json`).
package enum Partition: String, Sendable, CaseIterable {
    case commercial = "aws"
    case china = "aws-cn"
    case govCloud = "aws-us-gov"
    case european = "aws-eusc"
    case iso = "aws-iso"
    case isoB = "aws-iso-b"
    case isoE = "aws-iso-e"
    case isoF = "aws-iso-f"

    package init(region: String) {
        self = Self.allCases.first { $0.regionPrefixes.contains { region.hasPrefix($0) } } ?? .commercial
    }

    private var regionPrefixes: [String] {
        switch self {
        // Whatever no other partition claims is taken for an ordinary Region, as AWS's own rules do.
        case .commercial: []
        case .china: ["cn-"]
        case .govCloud: ["us-gov-"]
        case .european: ["eusc-"]
        case .iso: ["us-iso-"]
        case .isoB: ["us-isob-"]
        case .isoE: ["eu-isoe-"]
        case .isoF: ["us-isof-"]
        }
    }

    var suffix: String {
        switch self {
        case .commercial, .govCloud: "amazonaws.com"
        case .china: "amazonaws.com.cn"
        case .european: "amazonaws.eu"
        case .iso: "c2s.ic.gov"
        case .isoB: "sc2s.sgov.gov"
        case .isoE: "cloud.adc-e.uk"
        case .isoF: "csp.hci.ic.gov"
        }
    }

    var dualStackSuffix: String {
        switch self {
        case .commercial, .govCloud: "api.aws"
        case .china: "api.amazonwebservices.com.cn"
        case .european: "api.amazonwebservices.eu"
        case .iso: "api.aws.ic.gov"
        case .isoB: "api.aws.scloud"
        case .isoE: "api.cloud-aws.adc-e.uk"
        case .isoF: "api.aws.hci.ic.gov"
        }
    }
}
