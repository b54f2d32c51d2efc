public import CEL
import FoundationEssentials
import Glibc
import Synchronization

/// A request that the admin API of a world got.
public struct RecordedCall: Sendable {
  public var at: Timestamp
  public var method: String
  /// As sent, percent-encoded, without the query.
  public var path: String
  /// As sent; empty where there is none.
  public var query: String
  /// Names in lower case. Credentials (`authorization`, `cookie`) are there as fingerprints only.
  public var headers: [(name: String, value: String)]
  /// JSON, or the text; null where there is none. A body over 64 KiB is its fingerprint.
  public var body: Value
  /// The route that it reached, as `api.yaml` has it: `POST /api/v1/users/{user_id}`; nil: none.
  public var route: String?
  /// The status; 0: none, the request was left to hang.
  public var status: Int

  init(_ request: APIRequest, route: String?, status: Int) {
    at = Timestamp.now()
    method = request.method
    path = request.path
    query = request.query
    headers = request.headers.map { header in
      let isSecret = ["authorization", "cookie", "proxy-authorization"].contains(header.name)
      return (header.name, isSecret ? fingerprint(.string(header.value)) : header.value)
    }
    body = request.body.count > 64 << 10 ? .string(fingerprint(.bytes(request.body))) : request.bodyValue
    self.route = route
    self.status = status
  }

  /// As one JSON object.
  public var value: Value {
    [
      "at": .string(at.description), "method": .string(method), "path": .string(path), "query": .string(query),
      "headers": .map(MapValue(headers.map { ($0.name, .string($0.value)) })), "body": body,
      "route": route.map(Value.string) ?? .null, "status": .int(Int64(status)),
    ]
  }

  private init?(_ value: Value) {
    guard let at = value["at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
      let method = value["method"]?.stringValue,
      let path = value["path"]?.stringValue, let query = value["query"]?.stringValue,
      let status = value["status"]?.intValue, let headers = value["headers"]?.mapValue, let body = value["body"]
    else { return nil }
    self.at = at
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers.entries.map { ($0.key.rendered, $0.value.rendered) }
    self.body = body
    route = value["route"]?.stringValue
    self.status = Int(status)
  }

  /// The calls that a world wrote to `file`, in the order in which they were answered; empty where there is no such
  /// file.
  public static func read(_ file: String) throws(DrillError) -> [RecordedCall] {
    guard let data = try? Data(contentsOf: URL(filePath: file)) else { return [] }
    var calls: [RecordedCall] = []
    for line in data.split(separator: UInt8(ascii: "\n")) {
      guard let value = try? Value(json: line), let call = RecordedCall(value) else {
        throw DrillError(.failed, "\(file) holds a line that is not a call")
      }
      calls.append(call)
    }
    return calls
  }
}

/// The file of a world's calls, appended to line by line.
package final class CallLog: Sendable {
  private let descriptor: Mutex<Int32>

  package init(_ file: String) throws(DrillError) {
    let opened = unsafe open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard opened >= 0 else { throw .system(.failed, "can't write \(file)") }
    descriptor = Mutex(opened)
  }

  deinit { descriptor.withLock { _ = Glibc.close($0) } }

  func append(_ call: RecordedCall) {
    let line = call.value.jsonBytes() + [UInt8(ascii: "\n")]
    descriptor.withLock { _ = unsafe write($0, line, line.count) }
  }
}
