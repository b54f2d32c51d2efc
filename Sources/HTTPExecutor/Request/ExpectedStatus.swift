import CEL
import ExecutorKit

/// Which statuses are a success.
struct ExpectedStatus: Sendable, Equatable {
  private var ranges: [ClosedRange<Int>]

  /// A status, a class such as `2xx`, or a list of those; without any 200 to 299. Throws `.invalid` for anything else.
  init(_ value: Value?) throws(ExecutorError) {
    guard let value else {
      ranges = [200...299]
      return
    }
    let items = value.listValue ?? [value]
    ranges = items.compactMap(Self.range)
    guard ranges.count == items.count, !items.isEmpty else {
      throw OutgoingRequest.invalid("`expect` is a status such as 204, a class such as 2xx, or a list of those")
    }
  }

  func contains(_ status: Int) -> Bool { ranges.contains { $0.contains(status) } }

  static func range(_ value: Value) -> ClosedRange<Int>? {
    let text = value.rendered
    if let number = Int(text), text.utf8.count == 3, (100...599).contains(number) { return number...number }
    guard text.utf8.count == 3, text.lowercased().hasSuffix("xx"), let first = text.first?.wholeNumberValue,
      (1...5).contains(first)
    else { return nil }
    return first * 100...first * 100 + 99
  }
}
