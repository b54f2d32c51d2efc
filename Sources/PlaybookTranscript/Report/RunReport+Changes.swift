import CEL
import PlaybookEngine

extension RunReport {
  /// Folds an event of a change in.
  mutating func applyChange(_ event: Event) {
    let data = event.data
    let path = event.path
    if event.type == .actIntended, let undone = data["undoes"]?.stringValue {
      note(event, "undo", name(undone), "approved")
      return
    }
    if event.type == .actIntended, let edited = data["edits"]?.stringValue {
      applyEdit(event, to: edited)
      return
    }
    change(path, event) { step in
      var change = step.change ?? Change()
      if event.type == .actIntended {
        Self.intend(event, &change)
      } else {
        let position = Int(data["position"]?.intValue ?? 0)
        if change.items.indices.contains(position) { Self.apply(event, to: &change.items[position]) }
      }
      step.change = change
    }
    noteChange(event)
  }

  /// One call of a change that is sent with other inputs.
  private mutating func applyEdit(_ event: Event, to path: String) {
    let data = event.data
    let inputs = (data["inputs"]?.mapValue?.entries ?? []).map { "\($0.key.rendered) = \($0.value.rendered)" }
    note(event, "act", name(path), "approved with other inputs: \(inputs.joined(separator: ", "))")
    let position = Int(data["position"]?.intValue ?? 0)
    change(path, event) { step in
      guard step.change?.calls.indices.contains(position) == true else { return }
      step.change?.calls[position] = data["calls"]?.listValue?.first?.rendered ?? ""
      if step.change?.undo.indices.contains(position) == true {
        step.change?.undo[position] = data["undo"]?.listValue?.first?.stringValue
      }
    }
  }

  private static func intend(_ event: Event, _ change: inout Change) {
    let data = event.data
    let earlier = change.items
    change.calls = (data["calls"]?.listValue ?? []).map(\.rendered)
    change.target = data["target"]?.stringValue ?? data["executor"]?.stringValue
    change.digest = data["digest"]?.stringValue ?? ""
    change.undo = (data["undo"]?.listValue ?? []).map(\.stringValue)
    change.leftOut = (data["leftOut"]?.listValue ?? []).compactMap(\.stringValue)
    change.intended = change.intended ?? event.at
    let labels = data["items"]?.listValue ?? []
    change.items = change.calls.indices.map { position in
      // What was sent stays known where the same change is approved again for the rest of its items.
      if earlier.indices.contains(position), earlier[position].state != "not sent" { return earlier[position] }
      return Change.Item(
        position: position, label: position < labels.count ? labels[position].rendered : change.calls[position],
        state: "not sent")
    }
  }

  private static func apply(_ event: Event, to item: inout Change.Item) {
    let data = event.data
    switch event.type {
    case .actStarted:
      item.state = "sent, nothing heard"
      item.started = event.at
    case .actFinished:
      item.state = data["state"]?.stringValue ?? "unknown"
      let isLeft = data["left"]?.boolValue == true
      item.error = isLeft ? "left so by the operator" : data["error"]?["message"]?.stringValue
      if case .duration(let took) = data["took"] { item.took = took }
    case .actVerified:
      item.verified = data["held"]?.boolValue
      item.verification = data["text"]?.stringValue
    case .actUndone: item.isUndone = data["state"]?.stringValue == "done"
    default: break
    }
  }

  private mutating func noteChange(_ event: Event) {
    let data = event.data
    let position = Int(data["position"]?.intValue ?? 0)
    let items = step(event.path)?.change?.items ?? []
    let item = items.indices.contains(position) ? items[position] : nil
    let label = item?.label ?? event.path
    let isItem = items.count > 1
    switch event.type {
    case .actIntended:
      note(event, "act", name(event.path), items.count == 1 ? "1 call approved" : "\(items.count) calls approved")
    case .actFinished:
      machine.append(Span(from: item?.started ?? event.at, to: event.at))
      let error = item?.error.map { ": \($0)" } ?? ""
      note(event, "act", label, "\(data["state"]?.rendered ?? "")\(error)", isItem: isItem)
    case .actVerified:
      let holds = data["held"]?.boolValue == true
      note(event, "verify", label, holds ? "holds" : "does not hold", isItem: isItem && holds)
    case .actUndone: note(event, "undo", label, data["state"]?.rendered)
    default: break
    }
  }
}
