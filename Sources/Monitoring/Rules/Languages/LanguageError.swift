/// What is wrong with a text in one of CloudWatch's small languages.
struct LanguageError: Error, Sendable, Hashable {
    /// What is wrong, without a place: `FILL takes 2 arguments, and has 1`.
    var summary: String
    var hint: String?
    /// Letters before it in the text.
    var offset: Int

    init(_ summary: String, hint: String? = nil, at offset: Int) {
        self.summary = summary
        self.hint = hint
        self.offset = offset
    }
}
