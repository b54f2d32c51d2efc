import ExecutorKit
import FoundationEssentials
import NIOHTTP1
import PlaybookLanguage

/// The request of an answer of class 3xx (RFC 9110, section 15.4).
struct Redirect {
  let status: Int
  /// The `Location`, as it was written.
  let place: String?

  init(_ answer: HTTPAnswer) {
    status = answer.status
    place = answer.headers.first(name: "location").flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The request that a query sends next; nil where the answer is not a redirect that a query follows. A listed POST
  /// stays a POST after 307 and 308, becomes a GET after 303, and is not redirected by 301 and 302, which servers mean
  /// either way. Throws where the way leads to another origin or to a path that the query may not read.
  func next(after reply: HTTPReply, _ target: HTTPTarget) throws(ExecutorError) -> OutgoingRequest? {
    let isPost = reply.request.method == "POST"
    guard (isPost ? [303, 307, 308] : [301, 302, 303, 307, 308]).contains(status), let place else { return nil }
    var next = reply.request
    if isPost, status == 303 {
      next.method = "GET"
      next.body = nil
    } else if !isPost {
      next.body = nil
    }
    do {
      try next.move(to: place, "redirects", target)
    } catch {
      var error = error
      if error.outcome == nil { error.outcome = HTTPOutcome(reply, .query).fields }
      throw error
    }
    return next
  }
}

extension OutgoingRequest {
  /// Sends the request elsewhere within its origin, to where an answer points. `verb`: how the answer does so, for
  /// messages.
  mutating func move(to place: String, _ verb: String, _ target: HTTPTarget) throws(ExecutorError) {
    guard let url = URL(string: place, relativeTo: URL(string: self.url))?.absoluteURL,
      let (origin, rest) = Origin.split(url.absoluteString)
    else { throw ExecutorError(.malformed, "\(target.label) \(verb) to a place that is not a URL: \(place)") }
    guard origin == self.origin else {
      throw ExecutorError(.rejected, "\(target.label) \(verb) to \(origin), another origin: not followed")
    }
    let withoutFragment = String(rest.prefix { $0 != "#" })
    path = try Self.path(withoutFragment.hasPrefix("/") ? withoutFragment : "/" + withoutFragment, shown: place)
    try checkReading(target)
  }
}
