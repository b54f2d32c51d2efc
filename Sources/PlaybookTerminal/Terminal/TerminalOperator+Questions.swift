import CEL
import PlaybookLanguage
public import PlaybookRecord
import SourceText

extension TerminalOperator {
  /// What reading at a prompt came to.
  private enum Outcome {
    case answer(Value, reason: String?)
    case reply(Reply)
    /// The prompt was cut short by an interrupt; the question is shown anew.
    case again
  }

  public func ask(_ question: Question) async -> Reply {
    guard isInteractive else {
      // Whoever is to give the digest sees what it stands for.
      switch question.kind {
      case .approval, .item, .option: present(question)
      case .yesNo, .text, .value, .checkpoint: break
      }
      return .unanswered(reason: "no terminal")
    }
    if !turns.take() { await withCheckedContinuation { turns.wait($0) } }
    defer { turns.leave() }
    let asked = ContinuousClock.now
    present(question)
    while true {
      discardTypedAhead(at: question)
      switch await read(question, kind: question.kind, label: nil) {
      case .reply(let reply):
        remember(reply, at: question)
        return reply
      case .again: present(question)
      case .answer(let value, let reason):
        guard case .checkpoint = question.kind else {
          return accept(question, Answer(value, reason: reason, took: ContinuousClock.now - asked))
        }
        if let reply = await evidence(question, isDone: value.boolValue ?? false, reason: reason, asked: asked) {
          return reply
        }
        present(question)
      }
    }
  }

  /// From now on nobody answers: the open question and all later ones are `unanswered` for this reason (SIGTERM,
  /// SIGHUP).
  public func endQuestions(reason: String) {
    closedReason = reason
    reader.cancel()
  }

  /// The second half of a checkpoint. Nil: start over.
  private func evidence(
    _ question: Question, isDone: Bool, reason: String?, asked: ContinuousClock.Instant
  ) async -> Reply? {
    var evidence = reason ?? ""
    if isDone {
      switch await read(question, kind: .text(isOptional: true), label: "what shows it? (Enter: nothing)") {
      case .reply(let reply): return reply
      case .again: return nil
      case .answer(let value, _): evidence = value.stringValue ?? ""
      }
    }
    let value = Value.map(MapValue([("done", .bool(isDone)), ("evidence", .string(evidence))]))
    return accept(question, Answer(value, took: ContinuousClock.now - asked))
  }

  private func accept(_ question: Question, _ answer: Answer) -> Reply {
    remarkedOn = nil
    switch question.kind {
    case .approval where answer.value.boolValue == true: renderer.markSeen(question.key.place)
    case .item where answer.value.stringValue == "yes": renderer.markSeen(question.key.place)
    default: break
    }
    return .answer(answer)
  }

  /// After a remark the same question is not shown in full again, unless it is about a change.
  private func remember(_ reply: Reply, at question: Question) {
    switch reply {
    case .command(.note), .command(.did): remarkedOn = question.key
    default: remarkedOn = nil
    }
  }

  private func present(_ question: Question) {
    let width = screen.width
    // A question about a step that failed has a key behind the step's path: `attempts!failure1`.
    if question.key.purpose != .answer { screen.write(renderer.stepLine(question.key.step, width: width)) }
    guard remarkedOn != question.key || question.approves else {
      screen.write(Line.paragraph(question.text, lead: EventRenderer.blank(EventRenderer.indent), width: width))
      return
    }
    let view = QuestionView(question: question, state: renderer.state, isRepeated: presented == question.key)
    screen.write(view.lines(width: width))
    presented = question.key
    renderer.markShown(question.key.place)
  }

  /// Before a change nothing counts that was typed before it could be seen; elsewhere an answer may be typed ahead, but
  /// an Enter hit by chance takes no suggestion.
  private func discardTypedAhead(at question: Question) {
    let leadsToChanges = question.isAboutChange || question.isAboutCall || question.kind.leadsToChanges
    if leadsToChanges { mode.discardInput() }
    reader.discard(keepingText: !leadsToChanges)
  }

  /// Reads until something typed is an answer or ends the question.
  private func read(_ question: Question, kind: Question.Kind, label: String?) async -> Outcome {
    let parser = PromptParser(
      kind: kind, parse: configuration.parse, isPart: question.key.purpose != .answer, leavesWithBack: question.isEdit)
    while true {
      if let closedReason { return .reply(.unanswered(reason: closedReason)) }
      if Task.isCancelled { return .reply(.unanswered(reason: "cancelled")) }
      let line: String
      switch await readText(question, kind: kind, label: label, continues: parser.isFreeText) {
      case .line(let text): line = text
      case .cut:
        showCut(isFreeText: parser.isFreeText, isSecret: kind.isSecret)
        continue
      case .endOfInput: return .reply(.unanswered(reason: "end of input"))
      case .cancelled:
        if let outcome = await afterInterrupt() { return outcome }
        continue
      }
      let width = screen.width
      switch parser.entry(line) {
      case .answer(let value, let reason): return .answer(value, reason: reason)
      case .command(let command): return .reply(.command(command))
      case .explain:
        let isGate = renderer.state.steps[question.key.place]?.kind == "confirm"
        let meaning = question.meaning ?? (isGate ? Explanation.gate : nil)
        screen.write(Explanation.lines(of: kind, meaning: meaning, width: width))
      case .words: screen.write(Explanation.words(width: width))
      case .wrong(let why): screen.write(Line.paragraph(why, lead: Line("    "), width: width, style: .careful))
      case .showCall(let name): screen.write(callLines(name, at: question, width: width))
      case .showAll(let name): await showAll(name, question: question)
      }
    }
  }

  /// What an interrupt means for the question that stood open. Nil: nothing has changed.
  private func afterInterrupt() async -> Outcome? {
    guard interruption.isOpen else { return nil }
    await withCheckedContinuation { interruption.waiting.append($0) }
    if let closedReason { return .reply(.unanswered(reason: closedReason)) }
    switch interruption.choice {
    case .pause: return .reply(.command(.pause))
    case .abort: return .reply(.command(.abort))
    case .cancelCall: return .reply(.unanswered(reason: "interrupted"))
    case .goOn, .finishStep: return .again
    }
  }

  /// One line, or more where each but the last ends in a backslash.
  private func readText(
    _ question: Question, kind: Question.Kind, label: String?, continues: Bool
  ) async -> LineReader.Input {
    var text = ""
    var prompt = promptLine(question, label: label)
    while true {
      if interruption.isOpen { return .cancelled }
      let input = await readLine(prompt, isEchoed: !kind.isSecret)
      guard case .line(let line) = input else { return input }
      guard continues, line.hasSuffix("\\"), !line.hasSuffix("\\\\") else { return .line(text + line) }
      text += line.dropLast() + "\n"
      prompt = Line("… >", .faint)
    }
  }

  /// Shows a prompt and waits for a line. Of several lines that were pasted for a secret none counts: the others would
  /// answer the next questions, where they are shown and recorded.
  func readLine(_ prompt: Line, isEchoed: Bool = true) async -> LineReader.Input {
    guard let reading = reader.begin() else { return .endOfInput }
    mode.prepare(isEchoed: isEchoed)
    screen.prompt(prompt)
    (openPrompt, isPromptEchoed) = (prompt, isEchoed)
    var input = await reader.line(reading)
    openPrompt = nil
    if !isEchoed {
      if case .line = input, reader.discardRest() { input = .cut }
      mode.prepare()
    }
    if !isEchoed || input == .cancelled || input == .endOfInput { screen.endLine() }
    interruption.readEnded()
    showHeld()
    return input
  }

  /// Says that what was typed is not all there, so that none of it counts.
  func showCut(isFreeText: Bool = false, isSecret: Bool = false) {
    let bytes = "a terminal takes \(LineReader.longestTerminalLine - 1) bytes of a line"
    let way = isFreeText ? "type it in several lines, each but the last with a \\ at its end" : "type it shorter"
    let text =
      isSecret
      ? "The secret came in several lines or is too long (\(bytes)), and nothing of it is used: such a one comes from a "
        + "file or a variable" : "The line was cut (\(bytes)) and nothing of it is recorded: \(way)"
    screen.write(Line.paragraph(text, lead: Line("    "), width: screen.width, style: .careful))
  }

  /// `PRODUCTION 4/9  6m left  >`
  private func promptLine(_ question: Question, label: String?) -> Line {
    let state = renderer.state
    var line = Line(TextLayout.cell(state.environment.uppercased(), width: 24), state.environmentStyle)
    if !question.place.isEmpty { line.append((line.width > 0 ? " " : "") + TextLayout.cell(question.place, width: 12)) }
    if let left = state.left(at: configuration.now()), let response = state.begun?.contact?.response {
      line.append("  ")
      line.append(TextLayout.cell(TimeText.left(left), width: 14), EventRenderer.style(left: left, of: response))
    }
    line.append((line.width > 0 ? "  " : "") + (label.map { $0 + " " } ?? "") + ">", .strong)
    return line
  }

  private func callLines(_ name: String?, at question: Question, width: Int) -> [Line] {
    if name == nil, let approval = question.approval {
      let head = Line("    \(question.key.step)  ", .strong)
      let place = ServerText.named(approval.target, approval.servers)
      return Line.paragraph(place, lead: head, width: width) + QuestionView.calls(of: approval, width: width)
    }
    if let change = change(named: name, at: question) {
      let lines = change.calls.indices.flatMap { position in
        QuestionView.server(position, of: change.servers, indent: 6, width: width)
          + CallText(change.calls[position]).lines(lead: EventRenderer.blank(6), width: width, style: .plain)
      }
      return Line.paragraph(change.place, lead: Line("    \(change.path)  ", .strong), width: width) + lines
    }
    guard let evidence = renderer.state.evidence(named: name) else { return [noEvidence(name)] }
    guard let call = evidence.call else { return [Line("    E\(evidence.number): no call was sent", .careful)] }
    let target = call.target.flatMap { $0.hasPrefix(call.executor) ? $0 : "\(call.executor) \($0)" } ?? call.executor
    let source = call.source.flatMap { $0 == target || $0 == call.target ? nil : "  " + $0 } ?? ""
    let head = Line.paragraph(
      evidence.path.text + "  " + target + source, lead: Line("    E\(evidence.number)  ", .strong), width: width)
    return head + Line.block(call.text, indent: 6, width: width, limit: 1000)
  }

  /// The change that a question is about, or the one of this name; nil: none, so that evidence is meant.
  private func change(named name: String?, at question: Question) -> ScreenState.Change? {
    let path = name.map(StepPath.init) ?? question.key.step
    return renderer.state.changes.last { $0.path == path && !$0.calls.isEmpty }
  }

  private func showAll(_ name: String?, question: Question) async {
    let width = screen.width
    if name == nil {
      if let approval = question.approval {
        screen.write(QuestionView.calls(of: approval, width: width))
        screen.write(QuestionView.undos(of: approval, width: width))
        screen.write(approval.leftOut.map { Line("    left out: " + Visible.exact($0)).fitted(to: width) })
        return
      }
    }
    guard let evidence = renderer.state.evidence(named: name) else { return screen.write([noEvidence(name)]) }
    var outcome = evidence.outcome
    if outcome == nil, let digest = evidence.sha256 { outcome = await configuration.loadEvidence?(digest)?.mapValue }
    guard let outcome else {
      return screen.write([
        Line("    E\(evidence.number) lies in the run's folder and can't be read from here", .careful)
      ])
    }
    let view = EvidenceView(
      outcome: outcome, show: evidence.show, limit: 2000, rest: "playbook evidence", executor: evidence.call?.executor)
    screen.write([Line("    E\(evidence.number)  \(evidence.path)", .strong)] + view.lines(indent: 6, width: width))
  }

  private func noEvidence(_ name: String?) -> Line {
    Line(
      "    " + (name.map { "There is no evidence \(TextLayout.cell($0, width: 30))" } ?? "There is no evidence yet"),
      .careful)
  }
}

extension Question {
  /// Whether a yes to it makes a change.
  var approves: Bool { approval != nil }

  /// The change that it is about; of one item, that of all.
  var approval: Approval? {
    switch kind {
    case .approval(let approval), .item(let approval, _, _): approval
    default: nil
    }
  }
}

extension Question.Kind {
  /// Whether an answer to it makes a change or leads to one.
  var leadsToChanges: Bool {
    switch self {
    case .approval, .item: true
    case .option(let options, _): options.contains { $0.changes }
    default: false
    }
  }

  /// Whether what is typed must not be seen.
  var isSecret: Bool {
    if case .value(let declaration) = self { declaration.isSecret } else { false }
  }
}
