import CEL
import ExecutorKit

/// Calls as they would be typed in redis-cli.
enum RedisDisplay {
  static func lines(_ call: ResolvedCall) -> [String] {
    let arguments = call.arguments
    if let words = arguments["args"]?.listValue { return [line(words)] }
    if let lists = arguments["pipeline"]?.listValue { return lists.map { line($0.listValue ?? [$0]) } }
    guard let pattern = arguments["scan"] else { return [] }
    var text = "SCAN 0 MATCH \(word(pattern)) COUNT 1000"
    if let type = arguments["type"]?.stringValue { text += " TYPE \(type)" }
    text += arguments["limit"].map { " (to the end, at most \($0.rendered) keys)" } ?? " (to the end)"
    return arguments["ttl"]?.boolValue == true ? [text, "TTL of each key"] : [text]
  }

  static func line(_ words: [Value]) -> String {
    words.map(word).joined(separator: " ")
  }

  /// A call that can't be sent is shown as it stands: the error comes when it is performed.
  private static func word(_ value: Value) -> String {
    RedisText.quoted(RedisText.word(value) ?? Array(value.rendered.utf8))
  }
}
