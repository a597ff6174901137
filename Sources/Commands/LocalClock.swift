import Tailing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The time, and what the clocks of this machine's zone (`TZ`, or the system's) show at any time.
enum LocalClock {
    /// Milliseconds since 1970.
    static var milliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    static var now: TailClock {
        tzset()
        return TailClock(now: milliseconds) { seconds in
            var moment = time_t(seconds)
            var shown = tm()
            return localtime_r(&moment, &shown) == nil ? 0 : Int64(shown.tm_gmtoff)
        }
    }
}
