import CEL
import PlaybookLanguage

extension Question {
  /// Whether it is about what became of a call: nothing typed before it could be seen answers it.
  public var isAboutCall: Bool { key.purpose.isAboutCall }

  /// Whether a yes lets something be changed: it is asked anew after a resume, and nothing typed ahead answers it.
  public var isAboutChange: Bool {
    switch kind {
    case .approval, .item: true
    case .option, .yesNo, .text, .value, .checkpoint: key.purpose.changesSomething
    }
  }

  /// Whether its answer is a secret, which is neither shown nor recorded.
  package var isSecret: Bool {
    if case .value(let declaration) = kind { declaration.isSecret } else { false }
  }

  /// What answers it on a command line; a change outside a drill is approved by its digest alone.
  package func argument(isDrill: Bool) -> String {
    switch kind {
    case .item(let approval, _, _) where key.purpose.isAboutUndo && !isDrill: "--approve \(approval.digest)"
    case .item(let approval, _, _):
      "--answer '\(key)=yes|no'" + (isDrill ? "" : " --approve \(approval.digest)")
    case .approval(let approval):
      isDrill ? "--answer '\(key)=yes'" : "--approve \(approval.digest)"
    case .option(let options, _): "--answer '\(key)=\(options.map(\.name).joined(separator: "|"))'"
    case .yesNo: "--answer '\(key)=yes|no'"
    // What stands on a command line is shown to everybody.
    case .value where isSecret: "--answers FILE"
    case .text, .value, .checkpoint: "--answer '\(key)=…'"
    }
  }

  /// What the operator may choose instead of an input to edit.
  package static let noEdit = "none of them"

  /// Whether it asks for an input of a call that failed, or for its new value: a question that is left without a
  /// change.
  public var isEdit: Bool {
    switch key.purpose {
    case .failure(_, .edit), .failure(_, .value): true
    default: false
    }
  }

  /// What a command says to it, such as `/undo` to the question at the end; nil where that is no answer.
  package func declined(by command: OperatorCommand) -> Answer? {
    switch command {
    case .skip(let reason): declined(because: reason)
    case .back where isEdit: declined(because: nil)
    case .undo where key == .lastUndo: Answer("undo")
    default: nil
    }
  }

  /// What `/skip REASON` says to it; nil where the step is left instead.
  private func declined(because reason: String?) -> Answer? {
    switch kind {
    case .option where isEdit: return Answer(.string(Self.noEdit), reason: reason)
    case .text where isEdit: return Answer("", reason: reason)
    case .approval: return Answer(false, reason: reason)
    case .item: return Answer("no", reason: reason)
    case .option(let options, _) where key.purpose != .answer && options.contains { $0.name == "skip" }:
      return Answer("skip", reason: reason)
    case .yesNo:
      switch key.purpose {
      case .unverified: return Answer(true, reason: reason)
      case .answer, .done: return nil
      default: return Answer(false, reason: reason)
      }
    case .option, .text, .value, .checkpoint: return nil
    }
  }

  /// As the journal has it.
  package var record: QuestionAsked {
    var asked = QuestionAsked(key: key, kind: kind.name, text: text)
    switch kind {
    case .option(let list, let suggestion):
      asked.options = list.map { .init(name: $0.name, text: $0.text) }
      asked.suggested = suggestion
    case .approval(let all):
      asked.digest = all.digest
      asked.approval = all.record(of: all.calls.indices)
    case .item(let all, let position, _):
      asked.digest = all.digest
      asked.approval = all.record(of: position..<position + 1)
    case .yesNo, .text, .value, .checkpoint: break
    }
    return asked
  }

  /// As the journal has it where a run waits for its answer.
  package var open: RunPaused.Open {
    let record = record
    var open = RunPaused.Open()
    (open.key, open.text, open.options) = (key, text, record.options)
    (open.target, open.servers) = (record.approval?.target, record.approval?.servers)
    return open
  }
}

extension Approval {
  /// The calls' servers, as a record names them; nil where there are none.
  private func record(_ servers: [String?], of positions: [Int]) -> [String?]? {
    servers.isEmpty ? nil : positions.map { servers.indices.contains($0) ? servers[$0] : nil }
  }

  /// How many calls a record of the question names.
  private static let recorded = 50

  /// What a yes would be given to, for the record.
  fileprivate func record(of positions: Range<Int>) -> QuestionAsked.ApprovalTold {
    let named = Array(positions.prefix(Self.recorded).filter(calls.indices.contains))
    var told = QuestionAsked.ApprovalTold()
    (told.calls, told.count, told.target) = (named.map { calls[$0] }, positions.count, target)
    told.servers = record(servers, of: named)
    told.undo = named.compactMap { undos.indices.contains($0) ? undos[$0] : nil }
    told.leftOut = leftOut.isEmpty ? nil : Array(leftOut.prefix(Self.recorded))
    told.warnings = warnings.isEmpty ? nil : warnings
    return told
  }
}

extension Question.Kind {
  /// The word for it in records.
  package var name: String {
    switch self {
    case .option: "option"
    case .yesNo: "yes-no"
    case .approval: "approval"
    case .item: "item"
    case .text: "text"
    case .value: "value"
    case .checkpoint: "checkpoint"
    }
  }
}
