/// What is left out of a copy of a transcript: `ips,emails,columns=actor_id`.
public struct Redaction: Sendable, Hashable {
  public var hidesAddresses = false
  public var hidesEmails = false
  /// Columns and fields by name; each of their values is replaced wherever it stands.
  public var columns: [String] = []

  public var isEmpty: Bool { self == Redaction() }

  public init() {}

  /// Why a text is no redaction.
  public struct Problem: Error, Sendable {
    public var message: String
  }

  /// Reads `ips`, `emails` and `columns=NAME`, separated by commas; more names follow `columns=` with `+`.
  public init(_ text: String) throws(Problem) {
    for part in text.split(separator: ",").map({ $0.trimmed }) {
      switch part {
      case "ips": hidesAddresses = true
      case "emails": hidesEmails = true
      case _ where part.hasPrefix("columns="):
        let names = part.dropFirst("columns=".count).split(separator: "+").map { $0.trimmed }
        if names.isEmpty { throw Problem(message: "`columns=` names no column") }
        columns += names
      default:
        throw Problem(
          message: "`\(part)` can't be redacted; known are ips, emails and columns=NAME (columns=A+B for more)")
      }
    }
    if isEmpty { throw Problem(message: "nothing is named that is to be redacted") }
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
