import Basics
import FoundationEssentials
import Testing

@testable import AWS

/// Whatever stands in a cache, a program's output or a config file, reading it ends. `TASKOPS_RANDOM_INPUTS` says how
/// many of each to try, `TASKOPS_RANDOM_SEED` with which seed.
@Suite struct CredentialRandomTests {
    static let variables = ProcessInfo.processInfo.environment
    static let count = variables["TASKOPS_RANDOM_INPUTS"].flatMap { Int($0) } ?? 3000
    static let seed = variables["TASKOPS_RANDOM_SEED"].flatMap { UInt64($0) } ?? 20_261_121

    static func texts(_ pieces: [String], whole: String) -> some Sequence<String> {
        var random = RandomInputTests.Random(state: seed)
        return (0..<count).lazy.map { number in
            if number.isMultiple(of: 2) {
                return (0..<Int.random(in: 0...30, using: &random))
                    .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            }
            // Half of them are a good one with a few bytes changed, which reaches deeper.
            var bytes = Array(whole.utf8)
            for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
                }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    static let pieces = [
        "{", "}", "[", "]", ":", ",", "\"", "\\", "\\u12", "null", "1e999", "-", "\"accessToken\"", "\"expiresAt\"",
        "\"2026-01-02T03:04:05Z\"", "UTC", "é", "\u{0}", " ", "\n",
    ]

    @Test func theSSOCacheReader() {
        let whole = CredentialSSOTests.token("GOOD", for: 100)
        for text in Self.texts(Self.pieces, whole: whole) {
            guard let token = SSOToken(text) else { continue }
            #expect(!token.accessToken.exposed.isEmpty)
            // What was read can be kept and read again.
            #expect((try? token.text(startURL: "u", region: "r")).flatMap(SSOToken.init) != nil)
        }
    }

    @Test func theLoginCacheReader() {
        let whole = CredentialLoginTests.token("GOOD", for: 100)
        for text in Self.texts(Self.pieces, whole: whole) {
            guard let token = LoginToken(text) else { continue }
            _ = token.proofKey
            // What was read can be kept and read again.
            #expect((try? token.text()).flatMap(LoginToken.init) != nil)
        }
    }

    @Test func theRoleAnswerReader() {
        for text in Self.texts(Self.pieces, whole: CredentialFixture.roleAnswer("ID")) {
            _ = RoleAnswer.read(Data(text.utf8))
            _ = RoleCache.credentials(in: "{\"Credentials\": \(text)}")
        }
    }

    @Test func theConfigAndWordReaders() {
        let pieces = ["[", "]", "profile a", " ", "\n", "=", ":", "#", "'", "\"", "\\", "role_arn", "é", "\u{0}", "\r\n", "\t"]
        for text in Self.texts(pieces, whole: CredentialSSOTests.config) {
            _ = try? ConfigFile(text, path: "c")
            _ = ShellWords.split(text)
            _ = PEM.flaw(inCertificates: text)
        }
    }
}
