import CEL
import ExecutorKit
import PlaybookRecord
import SourceText

/// Calls in the record: whole, however large, and yet no line of the journal is.
extension Runner {
  /// The longest text of a call that stands in a line, in bytes, and how much of a longer one does.
  private static let longestCall = 64 << 10
  private static let callBeginning = 8 << 10

  /// The data of an event with each text of a call that is too large for a line kept whole in a file, which the rest
  /// names.
  func withCallsKept(_ data: MapValue) async throws(EventSinkError) -> MapValue {
    var data = data
    for name in ["call", "calls", "undo"] {
      switch data[name] {
      case .string(let text)?: data[name] = .string(try await kept(text))
      case .list(let texts)?:
        guard texts.contains(where: { Self.isLarge($0.stringValue ?? "") }) else { break }
        var list: [Value] = []
        for text in texts {
          if case .string(let text) = text { list.append(.string(try await kept(text))) } else { list.append(text) }
        }
        data[name] = .list(list)
      default: break
      }
    }
    if let approval = data["approval"]?.mapValue { data["approval"] = .map(try await withCallsKept(approval)) }
    return data
  }

  private func kept(_ text: String) async throws(EventSinkError) -> String {
    guard Self.isLarge(text) else { return text }
    let file = try await sink.keep(evidence: .string(text))
    return Self.beginning(of: text) + "… (\(text.utf8.count) bytes in all, whole in evidence/\(file.sha256).json)"
  }

  private static func isLarge(_ text: String) -> Bool { text.utf8.count > longestCall }

  private static func beginning(of text: String) -> String {
    String(decoding: text.utf8.prefix(callBeginning), as: UTF8.self)
  }

  /// Whether a call's text is the one on record.
  static func isRecorded(_ text: String, as known: String) -> Bool {
    known == text || (isLarge(text) && known.hasPrefix(beginning(of: text)))
  }
}
