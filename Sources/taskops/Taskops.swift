import Commands

@main
struct Taskops {
    static func main() async {
        await runTaskops()
    }
}
