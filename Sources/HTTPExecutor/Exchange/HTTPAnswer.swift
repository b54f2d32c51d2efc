import NIOHTTP1

/// An answer as it came over the wire.
struct HTTPAnswer: Sendable {
  var status: Int
  var reason: String
  var headers: HTTPHeaders
  /// Packed as the server sent it, at most as many bytes as the call keeps.
  var body: [UInt8]
  /// Whether there was more of the body than is kept.
  var isTruncated: Bool

  /// `404 Not Found`.
  var statusLine: String { reason.isEmpty ? "\(status)" : "\(status) \(reason)" }

  /// The values of a header that is a list, joined by commas; nil where there is none.
  func joined(_ name: String) -> String? {
    let values = headers[name]
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }
}

/// An answer with the request that it answers, which after redirects is another one than the call's.
struct HTTPReply: Sendable {
  var request: OutgoingRequest
  var answer: HTTPAnswer
  /// The URL that was asked first, where redirects led elsewhere.
  var redirectedFrom: String?
}
