import CEL

/// Makes the blocks of a step.
struct StepPageWriter {
  let executors: [ExecutorSchema]

  func blocks(_ step: Step) -> [PageBlock] {
    let title = title(step)
    let name: [PageInline] = title == step.name ? [] : [.text(" "), .code(step.name)]
    var blocks: [PageBlock] = [
      .paragraph([.strong(title), .text(" (" + step.kind.keyword)] + name + [.text(")")])
    ]
    if let why = step.why { blocks.append(.prose(why.written)) }
    if let when = step.when { blocks.append(.paragraph([.text("Only when "), .code(when.written)])) }
    if let loop = step.forEach {
      blocks.append(.paragraph([.text("For each "), .code(loop.item), .text(" in "), .code(loop.list.written)]))
    }
    blocks += kind(step)
    if step.isSecret { blocks.append(.paragraph([.text("The result is secret: it is never shown or recorded.")])) }
    if !step.links.isEmpty {
      blocks.append(.list(isOrdered: false, step.links.map { [.paragraph(PlaybookPage.line($0))] }))
    }
    return blocks
  }

  private func title(_ step: Step) -> String {
    if let title = step.title { return title.written }
    switch step.kind {
    case .confirm(let confirm): return confirm.ask.written
    case .use(let use): return "The playbook \(use.playbook)"
    case .document(let document): return document.ask?.written ?? step.name
    default: return step.name
    }
  }

  private func kind(_ step: Step) -> [PageBlock] {
    switch step.kind {
    case .query(let query): self.query(query, step)
    case .check(let check): self.check(check)
    case .confirm(let confirm): self.confirm(confirm, hasTitle: step.title != nil)
    case .act(let act): self.act(act, step)
    case .document(let document): self.document(document, hasTitle: step.title != nil)
    case .group(let steps): [.list(isOrdered: true, steps.map(blocks))]
    case .use(let use): inputs(use.inputs)
    }
  }

  private func code(_ call: Call) -> PageBlock {
    .code(call.written(executors), language: call.executor)
  }

  private func target(_ call: Call) -> [PageBlock] {
    if let host = call.target.host { return [.paragraph([.text("On the host "), .code(host.written)])] }
    return call.target.name.map { [.paragraph([.text("On "), .code($0)])] } ?? []
  }

  private func query(_ query: Query, _ step: Step) -> [PageBlock] {
    var blocks: [PageBlock] = []
    if let before = query.repeats {
      blocks.append(.paragraph([.text("Asks "), .code(before), .text(" again, and shows the differences.")]))
    } else {
      blocks += target(query.call) + [code(query.call)]
    }
    if let until = step.until {
      let pace = ", every \(until.every.brief) for at most \(until.within.brief)."
      blocks.append(.paragraph([.text("Asked again until "), .code(until.that.written), .text(pace)]))
    }
    return blocks
  }

  private func check(_ check: Check) -> [PageBlock] {
    let lines = check.conditions.map { condition in (condition.name.map { "\($0): " } ?? "") + condition.that.written }
    var blocks: [PageBlock] = [.code(lines.joined(separator: "\n"), language: "cel")]
    var answers: [[PageBlock]] = []
    if let yes = check.yes { answers.append([.paragraph([.strong("Yes"), .text(": \(yes.written)")])]) }
    if let no = check.no { answers.append([.paragraph([.strong("No"), .text(": \(no.written)")])]) }
    if !answers.isEmpty { blocks.append(.list(isOrdered: false, answers)) }
    if let expected = check.expect {
      let otherwise = check.stopsOnFailure ? "otherwise the run ends." : "otherwise it is a finding."
      blocks.append(.paragraph([.text("Expected: "), .strong(expected ? "yes" : "no"), .text("; \(otherwise)")]))
    }
    return blocks
  }

  private func confirm(_ confirm: Confirm, hasTitle: Bool) -> [PageBlock] {
    var blocks: [PageBlock] = hasTitle ? [.paragraph([.text(confirm.ask.written)])] : []
    if let suggest = confirm.suggest { blocks.append(.paragraph([.text("Suggested: "), .code(suggest.written)])) }
    if confirm.needsApprover { blocks.append(.paragraph([.text("The approver's name and a ticket are recorded.")])) }
    guard !confirm.options.isEmpty else {
      return blocks + [.paragraph([.text("Yes or no; a no ends these steps.")])]
    }
    let options = confirm.options.map { option -> [PageBlock] in
      var line: [PageInline] = [.strong(option.name), .text(": \(option.text.written)")]
      if let when = option.when { line += [.text(" (only when "), .code(when.written), .text(")")] }
      let steps = option.steps.map(self.blocks)
      return [.paragraph(line)] + (steps.isEmpty ? [] : [.list(isOrdered: true, steps)])
    }
    return blocks + [.list(isOrdered: false, options)]
  }

  private func act(_ act: Act, _ step: Step) -> [PageBlock] {
    var blocks = target(act.call) + [code(act.call)]
    var notes: [String] = []
    if step.forEach != nil { notes.append(act.approvesEach ? "asks for each item" : "asks once for all") }
    if let limit = act.limit { notes.append("at most \(limit) items") }
    if let pace = act.pace { notes += self.notes(pace) }
    if act.isIdempotent { notes.append("a second time does no harm") }
    if act.isIrreversible { notes.append("irreversible") }
    if !notes.isEmpty { blocks.append(.paragraph([.text("Limits: " + notes.joined(separator: "; "))])) }
    for undo in act.undos {
      if let when = undo.when {
        blocks.append(.paragraph([.text("Undo where "), .code(when.written), .text(":")]))
      } else {
        blocks.append(.paragraph([.text("Undo:")]))
      }
      blocks.append(code(undo.call))
    }
    if let verify = act.verify {
      let within = verify.within.map { " within \($0.brief)" } ?? ""
      blocks += [.paragraph([.text("Verified by:")]), code(verify.call)]
      blocks.append(.paragraph([.text("which must show\(within) that "), .code(verify.that.written)]))
    }
    return blocks
  }

  private func notes(_ pace: Act.Pace) -> [String] {
    [
      pace.first.map { "\($0) first, then looks and asks" }, pace.atOnce.map { "\($0) at once" },
      pace.wait.map { "waits \($0.brief) in between" },
      pace.stopAfterErrors.map { "stops after \($0) error\($0 == 1 ? "" : "s")" },
    ].compactMap { $0 }
  }

  private func document(_ document: Document, hasTitle: Bool) -> [PageBlock] {
    var blocks: [PageBlock] = document.text.map { [.prose($0.written)] } ?? []
    if hasTitle, let ask = document.ask { blocks.append(.paragraph([.text(ask.written)])) }
    var lines: [[PageInline]] = document.fields.map(PlaybookPage.line)
    lines += document.checklist.map { [.text("☐ \($0.text.written)")] }
    lines += document.followUps.map { follow in
      let due = follow.due.map { ", due \($0.written)" } ?? ""
      let owner = follow.owner.map { ", \($0.written)" } ?? ""
      return [.strong("Follow-up"), .text(": \(follow.text.written)\(due)\(owner)")]
    }
    if !lines.isEmpty { blocks.append(.list(isOrdered: false, lines.map { [.paragraph($0)] })) }
    return blocks
  }

  private func inputs(_ inputs: [TemplateTree.Entry]) -> [PageBlock] {
    let lines = inputs.map { "\($0.key): \($0.value.written)" }
    return lines.isEmpty ? [] : [.code(lines.joined(separator: "\n"), language: "inputs")]
  }
}

extension LocatedExpression {
  /// As the author wrote it, on one line.
  var written: String {
    expression.source.split(whereSeparator: \.isNewline).map { String($0.drop { $0 == " " }) }.joined(separator: " ")
  }
}
