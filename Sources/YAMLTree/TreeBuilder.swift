import SourceText

/// Makes a tree of events: expands aliases, types scalars, refuses forms that playbooks have no use for.
struct TreeBuilder {
  private let file: SourceFile
  private let limits: YAML.Limits
  private let reader: EventReader
  private(set) var diagnostics: [Diagnostic] = []
  private var nodeCount = 0
  private var doubledKeys = 0
  /// How many keys that are written twice are told one by one.
  private static let mostDoubledKeys = 100
  private var anchors: [String: Subtree] = [:]
  /// Anchors whose value is still being read.
  private var openAnchors: Set<String> = []

  /// A node with the cost of its expansion.
  private struct Subtree {
    var node: YAMLNode
    var count: Int
    /// Lists and mappings within each other; 0 for a scalar.
    var height: Int
  }

  init(_ file: SourceFile, limits: YAML.Limits) {
    self.file = file
    self.limits = limits
    reader = EventReader(file)
  }

  /// The only document's root. Throws the error that makes the rest of the file unreadable.
  mutating func document() throws(Diagnostic) -> YAMLNode {
    _ = try reader.next()
    guard case .documentStart(let version) = try reader.next().kind else { throw nothing }
    if let version, version != (1, 2) { warnOfVersion(version) }
    let first = try reader.next()
    let root = try value(first, depth: 0).node
    _ = try reader.next()
    let next = try reader.next()
    if case .documentStart = next.kind {
      let help = "a file holds one document; put the other one into a file of its own"
      throw Diagnostic(code: "yaml-documents", "a second document starts here", at: span(next.range), help: help)
    }
    if case .scalar(let scalar) = root.content, scalar.style == .plain, scalar.text.isEmpty { throw nothing }
    return root
  }

  private mutating func warnOfVersion(_ version: (major: Int, minor: Int)) {
    let name = "%YAML \(version.major).\(version.minor)"
    let start = file.bytes.firstRange(of: Array("%YAML".utf8))?.lowerBound ?? 0
    let line = file.bytes[start...].prefix { $0 != 0x0A && $0 != 0x0D && $0 != UInt8(ascii: "#") }
    diagnostics.append(
      Diagnostic(
        .warning, code: "yaml-version", "`\(name)` is not followed: this file is read as YAML 1.2",
        at: span(line.indices),
        help: "take the line away; `yes`, `no`, `on` and `off` are text here, `0644` is 644 and `1:30` is text"))
  }

  private var nothing: Diagnostic {
    Diagnostic(code: "yaml-empty", "there is nothing in this file", at: span(0..<0))
  }

  private func span(_ range: Range<Int>) -> SourceSpan {
    SourceSpan(file: file, range: range)
  }

  private mutating func report(_ code: String, _ message: String, _ range: Range<Int>, help: String? = nil) {
    diagnostics.append(Diagnostic(code: code, message, at: span(range), help: help))
  }

  // MARK: Values

  private mutating func value(_ event: Event, depth: Int) throws(Diagnostic) -> Subtree {
    try count(1, event)
    switch event.kind {
    case .alias(let name):
      return try alias(name, event, depth: depth)
    case .scalar(let properties, let text, let style):
      let scalar = scalar(text, style, properties, event)
      return keep(Subtree(node: scalar, count: 1, height: 0), properties)
    case .sequenceStart(let properties, let isFlow):
      try open(properties, event, depth: depth)
      return keep(try sequence(event, isFlow: isFlow, depth: depth + 1), properties)
    case .mappingStart(let properties, let isFlow):
      try open(properties, event, depth: depth)
      return keep(try mapping(event, isFlow: isFlow, depth: depth + 1), properties)
    default:
      throw Diagnostic(code: "yaml-syntax", "a value is missing here", at: span(event.range))
    }
  }

  private mutating func count(_ more: Int, _ event: Event) throws(Diagnostic) {
    nodeCount += more
    guard nodeCount <= limits.nodes else {
      let message = "the file stands for more than \(limits.nodes) values, aliases counted each time they are used"
      throw Diagnostic(code: "yaml-size", message, at: span(event.range))
    }
  }

  private func checkDepth(_ depth: Int, _ event: Event) throws(Diagnostic) {
    guard depth <= limits.depth else {
      let message = "lists and mappings lie more than \(limits.depth) deep within each other"
      throw Diagnostic(code: "yaml-depth", message, at: span(event.range))
    }
  }

  private mutating func open(_ properties: Event.Properties, _ event: Event, depth: Int) throws(Diagnostic) {
    try checkDepth(depth + 1, event)
    if let tag = properties.tag { refuse(tag, event) }
    if let anchor = properties.anchor { openAnchors.insert(anchor) }
  }

  private mutating func keep(_ subtree: Subtree, _ properties: Event.Properties) -> Subtree {
    if let anchor = properties.anchor {
      openAnchors.remove(anchor)
      anchors[anchor] = subtree
    }
    return subtree
  }

  private mutating func alias(_ name: String, _ event: Event, depth: Int) throws(Diagnostic) -> Subtree {
    if openAnchors.contains(name) {
      throw Diagnostic(code: "yaml-alias", "`*\(name)` stands for a value that it is part of", at: span(event.range))
    }
    guard var subtree = anchors[name] else {
      let help =
        Suggestion.nearest(to: name, in: anchors.keys).map { "did you mean `*\($0)`?" }
        ?? "a value that starts with `*` is an alias in YAML; quote it if it is text"
      throw Diagnostic(code: "yaml-alias", "`*\(name)` has no `&\(name)` before it", at: span(event.range), help: help)
    }
    try count(subtree.count - 1, event)
    try checkDepth(depth + subtree.height, event)
    subtree.node = YAMLNode(subtree.node.content, at: span(event.range))
    return subtree
  }

  // MARK: Lists and mappings

  private mutating func sequence(_ start: Event, isFlow: Bool, depth: Int) throws(Diagnostic) -> Subtree {
    var items: [YAMLNode] = []
    var (total, height) = (1, 0)
    while true {
      let event = try reader.next()
      if case .sequenceEnd = event.kind {
        let range = extent(start, event, isFlow: isFlow, last: items.last)
        return Subtree(node: YAMLNode(.sequence(items), at: span(range)), count: total, height: height + 1)
      }
      let item = try value(event, depth: depth)
      items.append(item.node)
      total += item.count
      height = max(height, item.height)
    }
  }

  private mutating func mapping(_ start: Event, isFlow: Bool, depth: Int) throws(Diagnostic) -> Subtree {
    var entries: [YAMLEntry] = []
    var places: [String: SourceSpan] = [:]
    var (total, height) = (1, 0)
    while true {
      let event = try reader.next()
      if case .mappingEnd = event.kind {
        let range = extent(start, event, isFlow: isFlow, last: entries.last?.value)
        return Subtree(node: YAMLNode(.mapping(entries), at: span(range)), count: total, height: height + 1)
      }
      let key = try key(event, depth: depth)
      let value = try value(try reader.next(), depth: depth)
      total += value.count + 1
      height = max(height, value.height)
      guard let key else { continue }
      if let first = places[key.text] {
        report(doubled: key, after: first)
      } else {
        places[key.text] = key.span
        entries.append(YAMLEntry(key: key, value: value.node))
      }
    }
  }

  /// Each of the first keys that are written twice, and once that there are more: an author of a thousand of them made
  /// the file with a program, and mends it there.
  private mutating func report(doubled key: YAMLKey, after first: SourceSpan) {
    doubledKeys += 1
    guard doubledKeys <= Self.mostDoubledKeys + 1 else { return }
    let isLast = doubledKeys > Self.mostDoubledKeys
    diagnostics.append(
      Diagnostic(
        code: "yaml-duplicate-key",
        "the key `\(key.text)` is written twice" + (isLast ? ", and others after it may be" : ""), at: key.span,
        help: "it is written first at \(first.location)"))
  }

  /// The end of a block is where libyaml meets the next token: the last value's end is the better one.
  private func extent(_ start: Event, _ end: Event, isFlow: Bool, last: YAMLNode?) -> Range<Int> {
    let first = start.range.lowerBound
    if isFlow { return first..<end.range.upperBound }
    return first..<max(first, last?.span.end.offset ?? start.range.upperBound)
  }

  /// Nil where the entry is to be left out; that has been reported.
  private mutating func key(_ event: Event, depth: Int) throws(Diagnostic) -> YAMLKey? {
    let key = try value(event, depth: depth)
    guard case .scalar(let scalar) = key.node.content else {
      report(
        "yaml-key", "a key must be text", event.range, help: "`{`, `[` or `?` starts a key here; quote it if it is text"
      )
      return nil
    }
    if scalar.style == .plain, scalar.text == "<<" {
      let help = "write the keys out, or give the whole mapping an anchor and use it as a value"
      report("yaml-merge-key", "merge keys (`<<`) are not part of YAML 1.2 and are not read", event.range, help: help)
      return nil
    }
    if scalar.style == .plain, scalar.text.isEmpty {
      report("yaml-key", "a key is missing before the colon", event.range)
      return nil
    }
    return YAMLKey(text: scalar.text, span: key.node.span)
  }

  // MARK: Scalars

  private mutating func scalar(
    _ bytes: [UInt8], _ style: YAMLScalar.Style, _ properties: Event.Properties, _ event: Event
  ) -> YAMLNode {
    let range = contentRange(style, properties, event)
    if let tag = properties.tag {
      refuse(tag, event)
      if bytes.isEmpty, style == .plain { return asWritten(event) }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    var value = YAMLScalar.Value.string(text)
    if style == .plain {
      if let typed = CoreSchema.value(of: text) {
        value = typed
      } else {
        report("yaml-number", "`\(text)` does not fit 64 bits", range, help: "quote it to keep it as text")
      }
    }
    let lines = ScalarAlignment.lines(of: bytes, in: file.bytes, range: range, style: style)
    return YAMLNode(.scalar(YAMLScalar(value: value, text: text, style: style, lines: lines)), at: span(range))
  }

  /// The scalar alone, without its anchor and tag, and without the line breaks after a block.
  private func contentRange(_ style: YAMLScalar.Style, _ properties: Event.Properties, _ event: Event) -> Range<Int> {
    var (start, end) = (event.range.lowerBound, event.range.upperBound)
    if properties.anchor != nil || properties.tag != nil {
      while start < end, let byte = file.bytes[start...].first, byte == UInt8(ascii: "&") || byte == UInt8(ascii: "!") {
        while start < end, !file.bytes[start].isBlank { start += 1 }
        while start < end, file.bytes[start].isBlank { start += 1 }
      }
    }
    if style == .literal || style == .folded {
      while end > start, file.bytes[end - 1].isBlank { end -= 1 }
    }
    return start..<end
  }

  /// `!x.yes` was meant as an expression: taken as one, so that only the missing quotes are reported.
  private func asWritten(_ event: Event) -> YAMLNode {
    var range = event.range
    while !range.isEmpty, file.bytes[range.upperBound - 1].isBlank { range = range.lowerBound..<range.upperBound - 1 }
    let text = String(decoding: file.bytes[range], as: UTF8.self)
    let scalar = YAMLScalar(value: .string(text), text: text, style: .plain, lines: [(0, range.lowerBound)])
    return YAMLNode(.scalar(scalar), at: span(range))
  }

  private mutating func refuse(_ tag: String, _ event: Event) {
    var end = event.range.lowerBound
    while end < file.bytes.count, !file.bytes[end].isBlank { end += 1 }
    let range = event.range.lowerBound..<max(end, event.range.lowerBound)
    let written = String(decoding: file.bytes[range], as: UTF8.self)
    let help =
      tag.hasPrefix("tag:yaml.org,2002:")
      ? "leave the tag out; quote a value to make it text" : "quote this expression: '\(written)'"
    report("yaml-tag", "a value that starts with `!` is a tag in YAML", range, help: help)
  }
}

extension UInt8 {
  fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}
