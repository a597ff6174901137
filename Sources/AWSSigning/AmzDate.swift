import Basics
import FoundationEssentials

/// A moment in the compact form signatures use: `20150830T123600Z`, its first eight digits being the scope's day.
struct AmzDate {
    let full: String
    var day: String { String(full.prefix(8)) }

    init(_ date: Date) {
        let time = UTCTime(secondsSince1970: Int(date.timeIntervalSince1970.rounded(.down)))
        full =
            time.date.year.padded(4) + time.date.month.padded(2) + time.date.day.padded(2) + "T"
            + time.hour.padded(2) + time.minute.padded(2) + time.second.padded(2) + "Z"
    }
}
