import FoundationEssentials
import Glibc

/// How the programs of a world have its Redis stopped and started: `$WORLD_CONTROL/redis`, which writes a request into
/// the world's folder and waits for the answer.
struct WorldControl: Sendable {
  private let folder: String
  private static let pause: Duration = .milliseconds(20)

  init(_ folder: String) { self.folder = folder }

  /// Makes the folder and the program in it.
  func makeProgram() throws(DrillError) {
    guard unsafe mkdir(folder, 0o700) == 0 else { throw .system(.failed, "can't make \(folder)") }
    let program = folder + "/redis"
    do { try Data(Self.program.utf8).write(to: URL(filePath: program)) } catch {
      throw DrillError(.failed, "can't write \(program): \(error)")
    }
    guard unsafe chmod(program, 0o700) == 0 else { throw .system(.failed, "can't make \(program) a program") }
  }

  /// Answers requests, one after the other, until the task is cancelled.
  func serve(_ answer: @Sendable (String) async -> String) async {
    while !Task.isCancelled {
      let request = folder + "/request"
      if let data = FileManager.default.contents(atPath: request) {
        try? FileManager.default.removeItem(atPath: request)
        let text = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let reply = await answer(text) + "\n"
        // Renamed into its place, so that nobody reads half of it.
        try? Data(reply.utf8).write(to: URL(filePath: folder + "/.reply"))
        unsafe rename(folder + "/.reply", folder + "/reply")
      }
      try? await Task.sleep(for: Self.pause)
    }
  }

  private static let program = """
    #!/bin/sh
    # The world's Redis: start, stop (its data is there again after a start), kill (its data is lost), restart, status.
    set -eu
    folder=$(cd "$(dirname "$0")" && pwd)
    . "$folder/../world.env"
    exec 9>"$folder/.lock"
    flock 9

    ask() {
      rm -f "$folder/reply"
      printf '%s\\n' "$1" > "$folder/.request"
      mv "$folder/.request" "$folder/request"
      tries=0
      while [ ! -e "$folder/reply" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 1500 ] || { echo "redis: the world does not answer" >&2; exit 1; }
        sleep 0.02
      done
      reply=$(cat "$folder/reply")
      case $reply in
        ok*) echo "${reply#ok }" ;;
        *) echo "redis: ${reply#error: }" >&2; exit 1 ;;
      esac
    }

    case ${1:-} in
      start | stop | kill) ask "$1" ;;
      restart) ask stop; ask start ;;
      status)
        if redis-cli -s "${WORLD_REDIS#unix://}" PING >/dev/null 2>&1; then echo running; else echo stopped; exit 3; fi
        ;;
      *) echo 'usage: redis start | stop | kill | restart | status' >&2; exit 2 ;;
    esac

    """
}
