import Commands

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@main
struct Taskops {
    /// Not `async`: Swift ends the main thread of an asynchronous `main` by unwinding it, for which glibc loads libgcc
    /// and reads the program's unwind tables. This one sleeps until the work ends the process. Detached, because an
    /// `@main` type is the main actor's, and that one sleeps here.
    static func main() {
        Task.detached {
            await runTaskops()
            exit(EXIT_SUCCESS)
        }
        while true { pause() }
    }
}
