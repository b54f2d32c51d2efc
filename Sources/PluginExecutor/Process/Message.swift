import CEL
import ExecutorKit
import SourceText

/// A request to a plugin.
struct Request: Sendable {
  var method: String
  var parameters: MapValue
  /// Whether something may have been done where no answer comes.
  var takesEffect: Bool
  var progress: @Sendable (String) -> Void

  func line(id: Int64) -> [UInt8] {
    Self.line([
      ("jsonrpc", "2.0"), ("id", .int(id)), ("method", .string(method)), ("params", .map(parameters)),
    ])
  }

  /// The notification that the answer to `id` is no longer waited for.
  static func cancellation(of id: Int64) -> [UInt8] {
    line([("jsonrpc", "2.0"), ("method", "cancel"), ("params", ["id": .int(id)])])
  }

  private static func line(_ fields: [(String, Value)]) -> [UInt8] {
    Value.map(MapValue(fields)).jsonBytes() + [UInt8(ascii: "\n")]
  }
}

/// The result of a request.
enum Reply: Sendable {
  case result(Value)
  /// The plugin has no such method.
  case missing
  case failure(ExecutorError)
}

/// A message that a plugin sends.
///
/// Source: JSON-RPC 2.0 specification, sections 4.1 "Notification" and 5 "Response object".
enum Message {
  case answer(id: Int64, Reply)
  case progress(id: Int64, String)
  /// A notification of a kind that we don't know.
  case other

  /// Throws `.malformed` where the line is not a message of JSON-RPC 2.0.
  init(_ line: [UInt8], from name: String, takesEffect: Bool) throws(ExecutorError) {
    func malformed(_ message: String) -> ExecutorError {
      let start = String(decoding: line.prefix(300), as: UTF8.self).beginning(60)
      return ExecutorError(.malformed, "plugin \(name) \(message): \(start)", mayHaveTakenEffect: takesEffect)
    }
    guard let value = try? Value(json: line, numbers: .recorded), value.mapValue != nil else {
      throw malformed("wrote a line that is not a message")
    }
    guard value["jsonrpc"] == "2.0" else { throw malformed("wrote a line that is not JSON-RPC 2.0") }
    if let method = value["method"]?.stringValue {
      guard value["id"] == nil else { throw malformed("asks us something, which it may not") }
      self = Self.notification(method, value["params"] ?? .null)
      return
    }
    guard let id = value["id"]?.intValue else { throw malformed("wrote an answer without a numeric `id`") }
    switch (value["result"], value["error"]) {
    case (let result?, nil): self = .answer(id: id, .result(result))
    case (nil, let error?): self = .answer(id: id, Self.failure(error, from: name))
    default: throw malformed("wrote an answer that has not exactly one of `result` and `error`")
    }
  }

  private static func notification(_ method: String, _ parameters: Value) -> Message {
    guard method == "progress", let id = parameters["id"]?.intValue, let text = parameters["text"]?.stringValue else {
      return .other
    }
    return .progress(id: id, text.beginning(200))
  }

  private static func failure(_ error: Value, from name: String) -> Reply {
    if error["code"]?.intValue == -32601 { return .missing }
    let data = error["data"] ?? .null
    let code = data["code"]?.stringValue.flatMap(ExecutorError.Code.init(rawValue:)) ?? .rejected
    let text = error["message"]?.stringValue ?? "no message"
    let path = (data["path"]?.listValue ?? []).map(\.rendered).joined(separator: ".")
    return .failure(
      ExecutorError(
        code, "plugin \(name): \(path.isEmpty ? "" : path + ": ")\(text)",
        mayHaveTakenEffect: data["may_have_taken_effect"]?.boolValue ?? false, outcome: data["outcome"]?.mapValue))
  }
}
