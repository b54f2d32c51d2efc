import CEL
import ExecutorKit
import PlaybookLanguage

/// Reads the pages of a list one after the other, within the origin and by the rules of a query.
struct PageWalk: Sendable {
  let rule: PageRule
  let exchange: HTTPExchange

  /// The outcome of all pages: `status`, `headers`, `date`, `url` of the last one, `body` and `text` joined, and
  /// `pages`, how many there were. `check` throws for an answer that is not a success.
  func perform(
    _ request: OutgoingRequest, check: @Sendable (HTTPReply, HTTPOutcome) throws(ExecutorError) -> Void
  ) async throws(ExecutorError) -> HTTPOutcome {
    var exchange = exchange
    var request = request
    var seen: Set<String> = [request.url]
    var (bodies, texts): ([Value], [Value]) = ([], [])
    var notices: [String] = []
    while true {
      let reply = try await exchange.perform(request)
      var outcome = HTTPOutcome(reply, .query, limit: exchange.room)
      try check(reply, outcome)
      bodies.append(outcome.body.body)
      texts.append(outcome.body.text)
      Self.add(outcome, to: &notices)
      exchange.room -= max(reply.answer.body.count, outcome.body.text.stringValue?.utf8.count ?? 0)
      let (step, note) = try rule.step(after: reply, outcome.body, pages: bodies.count)
      var last = note.map { [$0] } ?? []
      var next: OutgoingRequest?
      switch step {
      // The list may go on in a way that the rule does not look at.
      case .end where outcome.isTruncated: break
      case .end:
        if !PageJoin.isAlike(bodies[0], outcome.body.body) {
          outcome.isTruncated = true
          last.append("page \(bodies.count) is of another shape than the first: there may be more pages")
        } else {
          outcome.mark(NextPage(reply.answer, outcome.body.body))
        }
      case .url, .parameters: next = try self.request(step, after: reply)
      }
      if let found = next {
        if outcome.isTruncated || exchange.room <= 0 {
          last.append("the pages are more than is kept: \(bodies.count) were read")
        } else if bodies.count >= rule.limit {
          last.append("\(Self.count(bodies.count)) were read, as `page.limit` says, and there are more")
        } else if !seen.insert(found.url).inserted {
          last.append("the next page is one that was read before: \(Self.count(bodies.count)) were read")
        } else {
          exchange.context.progress("page \(bodies.count + 1)")
          request = found
          continue
        }
        outcome.isTruncated = true
      }
      Self.add(outcome, to: &notices)
      // The beginning of a page that is cut is a text among lists: the whole pages before it are the body.
      if outcome.body.isTruncated, bodies.count > 1, outcome.body.body.stringValue != nil, bodies[0].stringValue == nil
      {
        bodies.removeLast()
      }
      outcome.fields["notices"] = nil
      outcome.fields["body"] = PageJoin.body(bodies)
      outcome.fields["text"] = PageJoin.text(texts)
      outcome.fields["pages"] = .int(Int64(bodies.count))
      outcome.say(notices + last)
      return outcome
    }
  }

  private static func add(_ outcome: HTTPOutcome, to notices: inout [String]) {
    for notice in (outcome.fields["notices"]?.listValue ?? []).compactMap(\.stringValue)
    where !notices.contains(notice) {
      notices.append(notice)
    }
  }

  private static func count(_ pages: Int) -> String { pages == 1 ? "1 page" : "\(pages) pages" }

  private func request(_ step: PageRule.Step, after reply: HTTPReply) throws(ExecutorError) -> OutgoingRequest {
    var next = reply.request
    switch step {
    case .end: break
    case .url(let place): try next.move(to: place, "names a next page that leads", exchange.target)
    case .parameters(let parameters):
      for (name, value) in parameters { next.path.setParameter(name, value) }
      try next.checkReading(exchange.target)
    }
    return next
  }
}

/// Pages as one body.
enum PageJoin {
  /// Whether a page has the shape of the first: a list, or an object with at least one list under the same key.
  static func isAlike(_ first: Value, _ page: Value) -> Bool {
    guard let one = first.mapValue else { return first.typeName == page.typeName }
    guard let other = page.mapValue else { return false }
    let lists = one.entries.filter { $0.value.listValue != nil }
    return lists.isEmpty || lists.contains { other.value(for: $0.key)?.listValue != nil }
  }

  /// Lists one after the other. Of objects the lists under one key one after the other, and all else as the last page
  /// has it. Texts one after the other; of other bodies the list of them.
  static func body(_ pages: [Value]) -> Value {
    guard let first = pages.first, pages.count > 1 else { return pages.first ?? .null }
    if pages.allSatisfy({ $0.listValue != nil }) { return .list(pages.flatMap { $0.listValue ?? [] }) }
    if pages.allSatisfy({ $0.stringValue != nil }) { return text(pages) }
    if pages.allSatisfy({ $0.mapValue != nil }) { return pages.dropFirst().reduce(first, joined) }
    return .list(pages)
  }

  private static func joined(_ left: Value, _ right: Value) -> Value {
    switch (left, right) {
    case (.list(let before), .list(let after)): return .list(before + after)
    case (.map(let before), .map(let after)):
      var all = before
      for entry in after.entries {
        all.insert(before.value(for: entry.key).map { joined($0, entry.value) } ?? entry.value, for: entry.key)
      }
      // Fields that the last page does not have any more, such as a cursor, are gone; lists that it lacks stay.
      for entry in before.entries where after.value(for: entry.key) == nil {
        if let name = entry.key.stringValue, entry.value.listValue == nil { all[name] = nil }
      }
      return .map(all)
    default: return right
    }
  }

  /// The texts, each on a line of its own; unknown where one is.
  static func text(_ pages: [Value]) -> Value {
    if let unknown = pages.first(where: { $0.stringValue == nil }) { return unknown }
    var text = ""
    for page in pages {
      if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
      text += page.stringValue ?? ""
    }
    return .string(text)
  }
}
