import Basics

/// Lets `--watch` stand alone or with a time behind it, as people type it: `--watch`, `--watch 5s`, `--watch=5s`.
///
/// ArgumentParser's options take a value always or never; so the value is moved into an option of its own.
enum OptionalInterval {
    static func expanded(_ arguments: [String]) -> [String] {
        var output: [String] = []
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" { return output + [word] + rest }
            if word.hasPrefix("--watch=") {
                output += ["--watch", "--interval", String(word.dropFirst("--watch=".count))]
            } else if word == "--watch", let next = rest.first, next.first?.isWholeNumber == true {
                // A word that begins with a digit can only have been meant as the interval, right or wrong.
                output += ["--watch", "--interval", next]
                rest = rest.dropFirst()
            } else {
                output.append(word)
            }
        }
        return output
    }
}
