/// The reports of libyaml's parser, in Swift's terms. Ranges are byte offsets in the file.
struct Event {
  enum Kind {
    case streamStart, streamEnd
    /// With the version that a `%YAML` before it names.
    case documentStart(version: (major: Int, minor: Int)?)
    case documentEnd
    case alias(String)
    case scalar(Properties, text: [UInt8], style: YAMLScalar.Style)
    case sequenceStart(Properties, isFlow: Bool)
    case sequenceEnd
    case mappingStart(Properties, isFlow: Bool)
    case mappingEnd
  }

  /// The marks that may stand before a value.
  struct Properties {
    /// The name of `&name`.
    var anchor: String?
    /// The tag as libyaml resolves it: `!x`, `tag:yaml.org,2002:str`.
    var tag: String?
  }

  let kind: Kind
  let range: Range<Int>
}
