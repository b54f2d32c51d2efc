/// The address of a step in a run: `spraying`, `block[3]` for the fourth item of a loop, `post_incident.impact` for a
/// step of a used playbook.
///
/// Code asks its parts; people and the record read its text.
public struct StepPath: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringInterpolation {
  /// As the record has it.
  public var text: String

  public init(_ text: some StringProtocol) { self.text = String(text) }

  public init(stringLiteral text: String) { self.text = text }

  public var description: String { text }

  /// By their texts.
  public static func < (one: StepPath, other: StepPath) -> Bool { one.text < other.text }

  /// The run itself, as questions about all of it name it.
  public static let run: StepPath = "run"

  /// A step within this one: of a used playbook, of a looped group's item, or a field of a document.
  public func appending(_ name: some StringProtocol) -> StepPath { StepPath(text + "." + name) }

  /// An item of this loop, counted from 0.
  public func item(_ position: Int) -> StepPath { StepPath("\(text)[\(position)]") }

  /// The position at the end: 3 of `block[3]`; nil: none stands there.
  public var position: Int? {
    guard text.utf8.last == UInt8(ascii: "]"), let open = text.lastIndex(of: "[") else { return nil }
    return Int(text[text.index(after: open)...].dropLast())
  }

  /// The last position in it, wherever it stands: 3 of `block[3].ask`.
  public var lastPosition: Int? {
    guard let open = text.lastIndex(of: "[") else { return nil }
    return Int(text[text.index(after: open)...].prefix { $0 != "]" })
  }

  /// The loop of an item: `block` of `block[3]`; without a position at the end the path as it is.
  public var withoutItem: StepPath {
    guard text.utf8.last == UInt8(ascii: "]"), let open = text.lastIndex(of: "[") else { return self }
    return StepPath(text[..<open])
  }

  /// Without any position: `block.ask` of `block[3].ask`.
  public var withoutItems: StepPath {
    var plain = ""
    var depth = 0
    for character in text {
      if character == "[" { depth += 1 }
      if depth == 0 { plain.append(character) }
      if character == "]" { depth -= 1 }
    }
    return StepPath(plain)
  }

  /// What holds this step: `block[3]` of `block[3].ask`, `block` of `block[3]`; nil of a step of the run itself.
  public var parent: StepPath? {
    text.lastIndex { $0 == "." || $0 == "[" }.map { StepPath(text[..<$0]) }
  }

  /// The step's own name: `ask` of `block[3].ask` and of `block[3].ask[1]`.
  public var name: String {
    let step = withoutItem.text
    return String(step.lastIndex(of: ".").map { step[step.index(after: $0)...] } ?? step[...])
  }

  /// The path within the innermost item: `ask` of `block[3].ask`.
  public var nameInItem: String {
    String(text.lastIndex(of: "]").map { text[$0...].dropFirst(2) } ?? text[...])
  }

  /// Whether it is a read of the operator's own, such as `ask!query2`.
  public var isAdHoc: Bool { text.contains("!query") }

  /// The address of a step beside this one: of the same playbook and the same item.
  public func sibling(_ name: some StringProtocol) -> StepPath {
    StepPath((text.lastIndex(of: ".").map { text[...$0] } ?? "") + name)
  }

  /// Whether it is an item of `loop`, or lies within one.
  public func isItem(of loop: StepPath) -> Bool { text.hasPrefix(loop.text + "[") }

  /// Whether it is a step or field of `other`, other than by being one of its items.
  public func isWithin(_ other: StepPath) -> Bool { text.hasPrefix(other.text + ".") }

  /// Whether `other` is this step, one of its items, or lies within it.
  public func contains(_ other: StepPath) -> Bool {
    guard other.text.hasPrefix(text) else { return false }
    let next = other.text.utf8.dropFirst(text.utf8.count).first
    return next == nil || next == UInt8(ascii: ".") || next == UInt8(ascii: "[")
  }
}
