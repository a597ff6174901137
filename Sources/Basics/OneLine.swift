extension String {
    /// The same words with a space for every line break: what another system said may run over several lines, and a
    /// problem, a row and a record of a pipe have one.
    package var onOneLine: String { split(whereSeparator: \.isNewline).joined(separator: " ") }
}
