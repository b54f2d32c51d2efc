import CLibPQ
import ExecutorKit

/// The server's words beside its answer: warnings and notices of the statement under way.
///
/// Each is one text: `WARNING: skipping "owned" --- only table or database owner can vacuum it`, with its detail and
/// hint behind it, its lines as they came. Of a statement that says a lot the first are kept, and how many more there
/// were.
final class ServerNotices {
  private var texts: [String] = []
  private var size = 0
  private var left = 0
  /// How many there were, kept or not.
  private(set) var count = 0
  /// Whether notices are kept: those of our own statements are nobody's evidence.
  private(set) var isListening = false

  private static let most = 100
  private static let mostBytes = 32 << 10
  private static let longest = 2000

  /// Drops the notices so far and keeps those from now on.
  func listen() {
    (texts, size, left) = ([], 0, 0)
    isListening = true
  }

  func stop() { isListening = false }

  /// The notices since `listen`.
  var all: [String] {
    left == 0 ? texts : texts + ["and \(left) more notice\(left == 1 ? "" : "s"), left out"]
  }

  fileprivate func add(_ text: String) {
    guard isListening else { return }
    guard texts.count < Self.most, size < Self.mostBytes else {
      left += 1
      return
    }
    let text = text.unicodeScalars.count > Self.longest ? String(text.unicodeScalars.prefix(Self.longest)) + "…" : text
    texts.append(text)
    size += text.utf8.count
  }

  /// Has `connection` hand its notices to this object, which must outlive it.
  func attach(to connection: OpaquePointer?) {
    unsafe PQsetNoticeReceiver(
      connection,
      { context, result in
        guard let context = unsafe context, let result = unsafe result else { return }
        let notices = unsafe Unmanaged<ServerNotices>.fromOpaque(context).takeUnretainedValue()
        notices.count += 1
        if notices.isListening { notices.add(unsafe ServerNotices.text(of: result)) }
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func text(of result: OpaquePointer) -> String {
    func field(_ code: Unicode.Scalar) -> String? {
      unsafe PQresultErrorField(result, Int32(UInt8(ascii: code))).map { unsafe String(cString: $0).said() }
    }
    // `V` is the severity that no locale translates.
    var text = "\(field("V") ?? field("S") ?? "NOTICE"): \(field("M") ?? "")"
    if let detail = field("D") { text += "; DETAIL: \(detail)" }
    if let hint = field("H") { text += "; HINT: \(hint)" }
    return text
  }
}
