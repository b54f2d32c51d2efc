import CEL
import ExecutorKit
import PlaybookRecord

/// Calls in the record: whole, however large, and yet no line of the journal is.
extension Runner {
  /// The longest text of a call that stands in a line, in bytes, and how much of a longer one does.
  private static let longestCall = 64 << 10
  private static let callBeginning = 8 << 10

  /// An event with each text of a call that is too large for a line kept whole in a file, which the rest names.
  func withCallsKept(_ body: EventBody) async throws(EventSinkError) -> EventBody {
    var (body, texts) = (body, LongCalls(isLarge: Self.isLarge))
    texts.visit(&body)
    if texts.large.isEmpty { return body }
    var kept: [String: String] = [:]
    for text in texts.large where kept[text] == nil {
      let file = try await sink.keep(evidence: .string(text))
      kept[text] =
        Self.beginning(of: text) + "… (\(text.utf8.count) bytes in all, whole in evidence/\(file.sha256).json)"
    }
    texts.replacements = kept
    texts.visit(&body)
    return body
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
