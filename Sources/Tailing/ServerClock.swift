/// AWS's time, from what its answers say (`Date`, whole seconds): a follower that believed in a clock ahead of AWS's
/// would take for read what nobody has written yet. Milliseconds.
///
/// Each answer says within what bounds the clocks differ; many of them together say it to some tens of milliseconds.
struct ServerClock: Sendable, Hashable {
    private var least = Int64.min
    private var most = Int64.max

    /// What has to be added to this machine's time: nothing while that fits all that was said.
    var offset: Int64 {
        if least > 0 { return least }
        return most < 0 ? most : 0
    }

    /// - Parameters:
    ///   - date: what the answer said.
    ///   - sent: this machine's time before the request was made.
    ///   - received: and when the answer was there.
    mutating func note(date: Int64, sent: Int64, received: Int64) {
        let (low, high) = (date - received, date + 999 - sent)
        guard low <= high else { return }
        // What fits nothing that was said before is news: somebody set a clock, or the machine slept.
        if low > most || high < least { (least, most) = (low, high) }
        least = max(least, low)
        most = min(most, high)
    }
}
