import CEL
import NIOHTTP1

/// How long a server asks to be left alone (RFC 9110, section 10.2.3).
struct RetryAfter {
  var wait: Duration

  /// The longest wish that is told: a longer one means never.
  private static let longest: Int64 = 10 * 365 * 86_400

  /// Nil without a `Retry-After`, for one that is neither seconds nor a date, and for a success. A date is held against the
  /// server's own clock where it sends it; one that has passed asks for no wait.
  init?(_ answer: HTTPAnswer, now: Timestamp = .now()) {
    guard answer.status >= 400, let header = answer.headers.first(name: "retry-after") else { return nil }
    let text = header.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      wait = .seconds(min(Int64(text) ?? Self.longest, Self.longest))
    } else if let seconds = Self.fraction(text) {
      wait = .seconds(min(seconds, Self.longest))
    } else if let date = HTTPDate.read(text) {
      let present = answer.headers.first(name: "date").flatMap(HTTPDate.read) ?? now
      wait = .seconds(min(max(date.seconds - present.seconds, 0), Self.longest))
    } else {
      return nil
    }
  }

  /// `3.5`, which no RFC has and some servers send: as whole seconds, rounded up.
  private static func fraction(_ text: String) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let areDigits = parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    guard parts.count == 2, areDigits, let whole = Int64(parts[0]), whole < Self.longest else { return nil }
    return parts[1].utf8.allSatisfy { $0 == 0x30 } ? whole : whole + 1
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

  /// `Sun, 06 Nov 1994 08:49:37 GMT`, and the obsolete forms `Sunday, 06-Nov-94 08:49:37 GMT` and
  /// `Sun Nov  6 08:49:37 1994`.
  static func read(_ text: String) -> Timestamp? { read(text, now: .now()) }

  /// - Parameter now: It tells the century of a year with two digits.
  static func read(_ text: String, now: Timestamp) -> Timestamp? {
    let parts = text.split(separator: " ").map(String.init)
    if parts.count == 5 { return date(year: parts[4], month: parts[1], day: parts[2], time: parts[3]) }
    guard let zone = parts.last, ["GMT", "UTC", "+0000"].contains(zone) else { return nil }
    if parts.count == 6 { return date(year: parts[3], month: parts[2], day: parts[1], time: parts[4]) }
    let pieces = parts.count == 4 ? parts[1].split(separator: "-").map(String.init) : []
    guard pieces.count == 3 else { return nil }
    var year = pieces[2]
    if year.utf8.count == 2, let short = Int(year), let present = Int(now.description.prefix(4)) {
      // A year that would be more than 50 years ahead is the one of the century before (RFC 9110, section 5.6.7).
      let full = present / 100 * 100 + short
      year = String(full > present + 50 ? full - 100 : full)
    }
    return date(year: year, month: pieces[1], day: pieces[0], time: parts[2])
  }

  private static func date(year: String, month: String, day: String, time: String) -> Timestamp? {
    guard let index = months.firstIndex(of: month), day.utf8.count <= 2 else { return nil }
    let number = index + 1
    return Timestamp(
      rfc3339: "\(year)-\(number < 10 ? "0" : "")\(number)-\(day.utf8.count < 2 ? "0" : "")\(day)T\(time)Z")
  }
}
