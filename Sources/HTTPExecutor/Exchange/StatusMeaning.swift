import ExecutorKit
import PlaybookLanguage

/// The meaning for a call of a status that is not a success.
struct StatusMeaning {
  let answer: HTTPAnswer
  let mode: CallMode

  /// Whether a change may have been made all the same: a gateway did not hear, the server failed on its way or sends
  /// the client elsewhere with something done, or it was a success that `expect` does not name.
  var mayHaveTakenEffect: Bool {
    guard mode == .act else { return false }
    switch answer.status {
    case 200...299, 302, 303, 408, 499, 500, 502, 503, 504, 520...524, 598, 599: return true
    default: return false
    }
  }

  /// The text behind the status in a message, such as ": the server wants it sent to /v2/blocks; nothing was done".
  var remark: String {
    var parts: [String] = []
    let place = Redirect(answer).place
    switch answer.status {
    case 300, 301, 305, 307, 308:
      parts.append(place.map { "the server wants it sent to \($0)" } ?? "the server names no place to send it to")
    case 304: if let place { parts.append("the server points to \(place)") }
    case 302, 303: parts.append(place.map { "the server points to \($0)" } ?? "the server names no place to go to")
    case 200...299: parts.append("`expect` does not name that status")
    default: break
    }
    if mode == .act {
      switch answer.status {
      case 300, 301, 304, 305, 307, 308: parts.append("nothing was done")
      case 302, 303: parts.append("whether anything was done is not known")
      case 200...299: parts.append("the server may have done it")
      default: break
      }
    }
    if let wish = RetryAfter(answer) { parts.append("the server asks to be called again \(wish.text)") }
    return parts.isEmpty ? "" : ": " + parts.joined(separator: "; ")
  }
}
