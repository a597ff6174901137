package import Basics

/// A profile's settings from both shared files, each with its place. What the credentials file says stands above what
/// the config file says (botocore's `session.full_config`).
package struct Profile: Sendable, Hashable {
    package struct Setting: Sendable, Hashable {
        package var value: String
        package var location: Problem.Location
    }

    package let name: String
    /// Where the profile begins.
    package let location: Problem.Location
    package let settings: [String: Setting]

    package subscript(key: String) -> String? { settings[key]?.value }

    package func location(of key: String) -> Problem.Location { settings[key]?.location ?? location }

    /// Either key is enough: the other one's absence is a mistake to be told of, not passed over.
    var hasStaticKeys: Bool { self["aws_access_key_id"] != nil || self["aws_secret_access_key"] != nil }

    /// A profile with a web identity token is that source's, though it names a role as well.
    var assumesRole: Bool { self["role_arn"] != nil && self["web_identity_token_file"] == nil }

    /// ` --profile NAME` as AWS's tools take it; nothing for `default`.
    var flag: String { name == "default" ? "" : " --profile \(name)" }
}

extension SharedConfig {
    /// Nil where neither file has a profile of that name.
    package func profile(_ name: String) -> Profile? {
        let parts = [(config, configProfile(name)), (credentials, credentialsProfile(name))]
        var settings: [String: Profile.Setting] = [:]
        var location: Problem.Location?
        for (file, section) in parts {
            guard let section else { continue }
            location = location ?? .init(file: file.path, line: section.line)
            for (key, value) in section.values {
                settings[key] = .init(value: value, location: .init(file: file.path, line: section.lines[key]))
            }
        }
        return location.map { Profile(name: name, location: $0, settings: settings) }
    }
}
