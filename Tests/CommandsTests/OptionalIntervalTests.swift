import Testing

@testable import Commands

/// `--watch` takes a time or none.
@Suite struct OptionalIntervalTests {
    @Test(arguments: [
        ("status --watch", "status --watch"),
        ("status --watch 5s", "status --watch --interval 5s"),
        ("status --watch=2m", "status --watch --interval 2m"),
        ("status --watch 5 --region us-east-1", "status --watch --interval 5 --region us-east-1"),
        ("status --watch --region us-east-1", "status --watch --region us-east-1"),
        ("status -- --watch 5s", "status -- --watch 5s"),
        ("canary --timeout 5s", "canary --timeout 5s"),
        ("", ""),
    ])
    func expanded(typed: String, understood: String) {
        let words = typed.split(separator: " ").map(String.init)
        #expect(OptionalInterval.expanded(words).joined(separator: " ") == understood)
    }
}
