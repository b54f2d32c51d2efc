import CEL
import SourceText
import YAMLTree

/// How a number is written where a number is meant: `1.10`, `007`, `1e3` may reach its reader in another spelling.
enum NumberSpelling {
  /// The spelling that is usual for the number that `scalar` is; nil where it is that one, or no number.
  static func usual(for scalar: YAMLScalar) -> String? {
    guard scalar.style == .plain else { return nil }
    switch scalar.value {
    case .null, .bool, .string: return nil
    case .int(let number):
      let usual = String(number)
      return usual == scalar.text ? nil : usual
    default: return fraction(scalar.text)
    }
  }

  /// The same for a number with a point or an exponent, or beyond 64 bits.
  private static func fraction(_ text: String) -> String? {
    var digits = text[...]
    let sign = digits.first == "-" ? "-" : ""
    if digits.first == "-" || digits.first == "+" { digits = digits.dropFirst() }
    // `.inf` and `.nan` are written in one way.
    guard digits.contains(where: { $0.isASCII && $0.isNumber }) else { return nil }
    if digits.contains("e") || digits.contains("E") {
      return Double(text).map { Value.double($0).rendered }.flatMap { $0 == text ? nil : $0 }
    }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = parts[0].drop { $0 == "0" }
    var decimals = parts.count > 1 ? parts[1] : ""
    while decimals.last == "0" { decimals.removeLast() }
    let usual = sign + (whole.isEmpty ? "0" : whole) + (decimals.isEmpty ? "" : "." + decimals)
    return usual == text ? nil : usual
  }
}

extension YAMLNode {
  /// A warning for each number within whose spelling may get lost.
  var numbersWrittenOtherwise: [Diagnostic] {
    switch content {
    case .sequence(let items): return items.flatMap(\.numbersWrittenOtherwise)
    case .mapping(let entries): return entries.flatMap(\.value.numbersWrittenOtherwise)
    case .scalar(let scalar):
      guard let usual = NumberSpelling.usual(for: scalar) else { return [] }
      return [
        Diagnostic(
          .warning, code: "number-spelling",
          "`\(scalar.text)` is a number here, and may reach its reader as `\(usual)`", at: span,
          help: "quote it if the spelling counts, as of a version or a code; write `\(usual)` if not")
      ]
    }
  }
}
