import CEL
import NIOHTTP1

/// How long a server asks to be left alone (RFC 9110, section 10.2.3).
struct RetryAfter {
  var wait: Duration

  /// The longest wish that is told: whoever asks for more means never.
  private static let longest: Int64 = 10 * 365 * 86_400

  /// Nil without a `Retry-After`, for one that is neither seconds nor a date, and for a success. A date is held against the
  /// server's own clock where it sends it; one that has passed asks for no wait.
  init?(_ answer: HTTPAnswer, now: Timestamp = .now()) {
    guard answer.status >= 400, let header = answer.headers.first(name: "retry-after") else { return nil }
    let text = header.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      wait = .seconds(min(Int64(text) ?? Self.longest, Self.longest))
    } else if let date = HTTPDate.read(text) {
      let present = answer.headers.first(name: "date").flatMap(HTTPDate.read) ?? now
      wait = .seconds(min(max(date.seconds - present.seconds, 0), Self.longest))
    } else {
      return nil
    }
  }

  /// `in 10m (Retry-After)`, `at once (Retry-After)`.
  var text: String { (wait == .zero ? "at once" : "in " + Self.human(wait)) + " (Retry-After)" }

  /// `3s`, `1m30s`, `2h`, `7d`.
  private static func human(_ duration: Duration) -> String {
    var rest = duration.components.seconds
    var text = ""
    for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] as [(String, Int64)] where rest >= length {
      text += "\(rest / length)\(unit)"
      rest %= length
    }
    return text
  }
}

/// Dates in headers (RFC 9110, section 5.6.7).
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// `Sun, 06 Nov 1994 08:49:37 GMT`; nil for the obsolete forms.
  static func read(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", parts[1].utf8.count == 2,
      let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    let number = month + 1
    return Timestamp(rfc3339: "\(parts[3])-\(number < 10 ? "0" : "")\(number)-\(parts[1])T\(parts[4])Z")
  }
}
