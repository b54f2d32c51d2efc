import ExecutorKit
import Glibc
import PlaybookDrill
import PlaybookRecord
import SourceText

/// `playbook-world SCENARIO_FOLDER --folder FOLDER [--cache FOLDER]`: brings a drill's world up, writes how it is
/// reached as one line of JSON, and takes it down when its standard input ends or it is told to stop.
@main
struct PlaybookWorld {
  static func main() async {
    _ = signal(SIGPIPE, SIG_IGN)
    guard let arguments = Arguments(CommandLine.arguments.dropFirst()) else {
      complain(Arguments.usage)
      exit(2)
    }
    let end = EndOfWorld()
    do {
      try await run(arguments, until: end)
    } catch {
      complain(error.message)
      exit(1)
    }
    exit(0)
  }

  private static func run(_ arguments: Arguments, until end: EndOfWorld) async throws(DrillError) {
    var diagnostics: [Diagnostic] = []
    let drill = try DrillWorld(scenario: arguments.scenario, diagnostics: &diagnostics)
    if diagnostics.contains(where: { $0.severity == .error }) {
      throw DrillError(.badDescription, DiagnosticRenderer().render(diagnostics))
    }
    let account = ServerAccount.current
    let folder = try WorldFolder(arguments.folder, for: account)
    let world = World(
      drill, in: folder, cache: cache(arguments), account: account, executors: executors)
    // Whichever comes first: the end while it starts, or the end of a world that is up.
    let failure = await withTaskGroup(of: DrillError?.self) { group in
      group.addTask {
        do throws(DrillError) {
          let server = APIServer()
          let addresses = try await world.start { api throws(DrillError) in try await server.start(api) }
          say(addresses.line)
          await server.wait()
          return nil
        } catch { return error }
      }
      group.addTask {
        await end.wait()
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      await group.waitForAll()
      return first
    }
    await world.stop()
    if let failure { throw failure }
  }

  /// A cache that can't be used is said, and done without.
  private static func cache(_ arguments: Arguments) -> ClusterCache? {
    do { return try ClusterCache(folder: arguments.cache) } catch {
      complain("note: \(error.message)")
      return nil
    }
  }

  private static func say(_ line: String) { write(line + "\n", to: 1) }

  private static func complain(_ text: String) {
    write("playbook-world: " + text + (text.hasSuffix("\n") ? "" : "\n"), to: 2)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
  }
}
