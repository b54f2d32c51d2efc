/// A part of a transcript that a budget shortens or leaves out as a whole: a step's evidence, a change, a decision.
struct Piece {
  /// How much of it is written.
  enum Detail: Int, CaseIterable, Comparable {
    case gone, line, short, long, longer, whole

    static func < (left: Detail, right: Detail) -> Bool { left.rawValue < right.rawValue }
  }

  /// What a reader looks for in it; decides what is cut first.
  enum Role: CaseIterable {
    case head, summary, timeline, decision, change, evidence, skipped, remark, document, followUp, heading

    /// `1 decision`, `4 decisions`.
    func noun(_ count: Int) -> String {
      let one =
        switch self {
        case .head, .summary, .timeline, .heading: "part"
        case .decision: "decision"
        case .change: "change"
        case .evidence: "reading"
        case .skipped: "skipped step"
        case .remark: "remark"
        case .document: "document"
        case .followUp: "follow-up"
        }
      return "\(count) \(one)\(count == 1 ? "" : "s")"
    }
  }

  var role: Role
  /// What a notice calls it where it is cut: "E3".
  var name: String
  /// The heading of its section, written before the first piece of it that is left; nil: it has its own.
  var section: String?
  /// Its text in a detail; one that it has not is the next longer.
  var text: (Detail) -> String
}
