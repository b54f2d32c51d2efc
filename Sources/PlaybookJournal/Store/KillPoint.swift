import PlaybookRecord
#if DEBUG
import FoundationEssentials
import Glibc
import Synchronization
#endif

/// Where the kill tests end the process. In a release build there is nothing here.
///
/// `PLAYBOOK_KILL=before:act.started:3` ends it as by SIGKILL before the third such event of this process is written;
/// `noted:…` once the operator's own list of yeses has it, `after:…` once it is written, `torn:…` in the middle of its
/// line; `crash:…` crashes it once the event is written.
enum KillPoint {
  enum Place: String {
    case before, noted, after, torn, crash
  }

  static func pass(_ place: Place, _ event: Event) {
    #if DEBUG
    guard let wanted, wanted.place == place || (wanted.place == .crash && place == .after), isReached(event, wanted)
    else { return }
    if wanted.place == .crash { fatalError("PLAYBOOK_KILL") }
    kill(getpid(), SIGKILL)
    #endif
  }

  /// Writes a part of the line, in percent, and ends the process.
  static func tear(_ event: Event, _ write: (Int) -> Void) {
    #if DEBUG
    guard let wanted, wanted.place == .torn, isReached(event, wanted) else { return }
    write(50)
    kill(getpid(), SIGKILL)
    #endif
  }

  #if DEBUG
  private static let wanted: (place: Place, type: String, count: Int)? = {
    guard let text = ProcessInfo.processInfo.environment["PLAYBOOK_KILL"] else { return nil }
    let parts = text.split(separator: ":")
    guard parts.count == 3, let place = Place(rawValue: String(parts[0])), let count = Int(parts[2]) else { return nil }
    return (place, String(parts[1]), count)
  }()

  private static let seen = Mutex(0)

  private static func isReached(_ event: Event, _ wanted: (place: Place, type: String, count: Int)) -> Bool {
    guard event.type.rawValue == wanted.type else { return false }
    return seen.withLock { seen in
      seen += 1
      return seen == wanted.count
    }
  }
  #endif
}
