/// The page `docs/events.md`: every event of the journal with its fields, from the types that read and write them.
package enum EventReference {
  package static var markdown: String {
    var page = """
      # Events of the journal

      A line of `journal.jsonl` is an event: `docs/journal.md` has what is around it. This page has the fields of `data`, by
      `type`. It is printed from the types in `Sources/PlaybookRecord/Events`, and a test holds it against them.

      A field marked with ? may be missing. A timestamp is `{"$timestamp": "…"}`, a duration `{"$duration": "…"}`; a path names a
      step, as in `block[3]` or `post_incident.impact`; a key names a question, as in `block` or `block!failure2`.

      """
    for body in EventBody.examples {
      page += "\n## \(title(of: body))\n\n\(body.about)\n\n"
      let fields = FieldReference(body).fields
      if fields.isEmpty { continue }
      page += "| field | type | |\n|---|---|---|\n"
      page += rows(fields, in: "")
    }
    return page
  }

  /// The type; of those that share one, with the field that tells them apart.
  private static func title(of body: EventBody) -> String {
    let mark: String? =
      switch body {
      case .undoIntended: EventWire.undoes
      case .callsMoved: EventWire.moves
      case .callsRenewed: EventWire.renews
      case .callEdited: EventWire.edits
      case .inputMistake: EventWire.slip
      default: nil
      }
    return "`\(body.type.rawValue)`" + (mark.map { " with `\($0)`" } ?? "")
  }

  private static func rows(_ fields: [FieldReference.Field], in place: String) -> String {
    fields.map { field in
      let name = place + field.name
      return "| `\(name)`\(field.isOptional ? "?" : "") | \(field.type) | \(field.about) |\n"
        + rows(field.fields, in: name + (field.type == "map" ? "." : "[]."))
    }.joined()
  }
}

extension EventBody {
  /// What it says happened, for the event reference.
  fileprivate var about: String {
    switch self {
    case .runStarted: "The run begins. It is the first event of a journal."
    case .runResumed: "A session goes on with the run."
    case .runPaused: "The session ends, and the run can be resumed."
    case .runFinished: "The run is over. Only remarks may follow."
    case .stepStarted: "A step begins."
    case .stepSkipped: "A step does not run."
    case .stepFinished: "A step ends."
    case .loopStarted: "The list of a loop is fixed."
    case .callSent: "A read goes out."
    case .callRepeated:
      "An attempt did not work and is followed by another, or the condition of a poll does not hold yet."
    case .changeIntended: "A change was approved. It is on disk before the first call goes out."
    case .undoIntended: "An undo was approved. The path of the event is `PATH!undoN`."
    case .callsMoved: "Calls were approved for other servers than before. The path of the event is `PATH!serverN`."
    case .callsRenewed:
      "Calls were approved again, because the first yes was somebody else's or of an older version. The path of the event "
        + "is `PATH!rest`."
    case .callEdited: "One call was approved with other inputs. The path of the event is `PATH!editN`."
    case .actStarted: "One call of a change goes out."
    case .actFinished: "One call of a change has ended."
    case .actVerified: "One call of a change was looked at."
    case .undoStarted: "One call of an undo goes out."
    case .actUndone: "One call of an undo has ended."
    case .questionAsked: "A question is asked."
    case .questionAnswered: "A question is answered."
    case .stepsReopened: "Steps are walked again. The record of them is forgotten; changes that were sent stay."
    case .failureHandled: "The operator chose what to do about a failure or a call in doubt."
    case .noteAdded: "A remark. It is the only event that may stand after `run.finished`."
    case .doneOutside: "Something was done outside playbook."
    case .followUpAdded: "Something is to be done after the run."
    case .warning: "The operator must know something."
    case .inputMistake: "Something typed at a prompt was wrong. It was said at once, and is nothing to know of later."
    case .interrupted: "The run was asked to stop."
    }
  }
}
