import CEL
import ExecutorKit
import PlaybookLanguage

/// Calls as text: the request line, the headers, the body.
enum HTTPDisplay {
  static func text(_ call: ResolvedCall, _ target: ResolvedTarget?) -> String {
    do {
      let target = try HTTPTarget(target, mode: call.mode, host: call.host)
      // The rules are checked when the call is performed; here it is shown.
      var shown = lines(try OutgoingRequest(call, target, isShown: true), target)
      if let page = call.arguments["page"], let rule = try? PageRule(page) {
        shown += ["(and the pages that follow, \(rule.limit) in all at most)"]
      }
      return shown.joined(separator: "\n")
    } catch {
      return plain(call)
    }
  }

  private static func lines(_ request: OutgoingRequest, _ target: HTTPTarget) -> [String] {
    var lines = ["\(request.method) \(request.url)"]
    let own = Set(request.headers.map { $0.name.lowercased() })
    // Those of the target may be secrets.
    lines += target.headers.filter { !own.contains($0.name.lowercased()) }.map { "\($0.name): (from the environment)" }
    lines += request.headers.map { "\($0.name): \($0.value)" }
    if let body = request.body { lines += ["", body.shown] }
    return lines
  }

  /// A call that can't be sent, as far as it can be told.
  private static func plain(_ call: ResolvedCall) -> String {
    let method = call.arguments["method"]?.rendered.uppercased() ?? (call.mode == .query ? "GET" : "POST")
    let place = call.arguments["path"] ?? call.arguments["url"]
    return [method, place?.rendered].compactMap { $0 }.joined(separator: " ")
  }
}
