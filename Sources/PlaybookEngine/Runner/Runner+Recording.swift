import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

/// How events are made and recorded.
extension Runner {
  /// Records an event, folds it in and shows it.
  @discardableResult
  func emit(_ body: EventBody, path: StepPath = "", synced: Bool = false) async throws(Stop) -> Event {
    let event: Event
    do {
      event = try await sink.record(
        Event(at: clock.now(), path: path, try await withCallsKept(body)), synced: synced)
    } catch {
      throw .lost(error.message)
    }
    if synced { lastSync = event.at }
    state.apply(event)
    await self.operator.observe(event)
    return event
  }

  /// Whoever is at the terminal: a name is what somebody says of himself; the user is known to the system.
  var author: Author { Author(self.operator.name, uid: configuration.provenance.uid) }

  /// What the operator says became of a call.
  func said(_ word: (choice: Resolution, reason: String?)) -> ResolutionTold {
    ResolutionTold(word.choice, reason: word.reason, author: author)
  }

  /// The calls of a yes, which are all of one act.
  static func approvedCalls(_ items: [PlannedItem], _ approval: Approval) -> ApprovedCalls {
    let call = items[0].prepared.call
    return ApprovedCalls(
      calls: items.map(\.prepared.text), servers: servers(items), executor: call.executor, target: call.target,
      digest: approval.digest, typed: approval.typed)
  }

  /// The choice that an answer names.
  func choice(_ answer: Answer) throws(Stop) -> FailureChoice {
    let word = answer.value.rendered
    guard let choice = FailureChoice(rawValue: word) else { throw .failed("`\(word)` is no choice") }
    return choice
  }
}

extension Runner.ActItem {
  var told: ItemTold { ItemTold(position, item: item, label: label) }
}

extension ErrorTold {
  init(_ error: ExecutorError) { self.init(code: error.code.rawValue, message: error.message) }
}

extension ShowTold {
  init(_ show: Step.Show) {
    self.init(columns: show.columns.isEmpty ? nil : show.columns)
    switch show.style {
    case .bars(let column, let by): (style, self.column, self.by) = ("bars", column, by)
    case .table: style = "table"
    case .fields: style = "fields"
    case .text: style = "text"
    case .json: style = "json"
    case .some(.none): style = "none"
    case nil: break
    }
  }
}
