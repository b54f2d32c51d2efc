import PlaybookCommands

@main
struct Playbook {
  static func main() async {
    await CommandLineTool.main()
  }
}
