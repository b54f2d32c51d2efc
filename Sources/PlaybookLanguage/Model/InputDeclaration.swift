public import CEL
public import SourceText

/// A typed parameter of a playbook, or a typed field of a document step.
public struct InputDeclaration: Sendable {
  public enum InputType: String, Sendable, CaseIterable {
    case string, integer, number, boolean, duration, timestamp, ip, cidr, uuid, url, choice
  }

  public var name: String
  public var nameSpan: SourceSpan
  public var type: InputType
  public var defaultValue: TemplateTree?
  /// RE2, must match the whole text.
  public var pattern: String?
  public var minimum: Value?
  public var maximum: Value?
  /// For `choice`.
  public var options: [String]
  public var isSecret: Bool
  public var describe: String?
  /// Whether a `number` is a double: of a run that was recorded before numbers were exact.
  public var isBeforeDecimals: Bool

  public init(name: String, nameSpan: SourceSpan, type: InputType) {
    self.name = name
    self.nameSpan = nameSpan
    self.type = type
    options = []
    isSecret = false
    isBeforeDecimals = false
  }
}
