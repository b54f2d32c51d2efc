import CLibYAML
import SourceText

/// libyaml's parser over the bytes of a file, one event after the other.
///
/// The only place that touches libyaml. The parser points into itself and into its input, so both live on the heap at
/// one address until the end.
@safe final class EventReader {
  private let file: SourceFile
  private let offsets: CodePointOffsets
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let isUsable: Bool

  init(_ file: SourceFile) {
    self.file = file
    offsets = CodePointOffsets(file.bytes)
    unsafe input = .allocate(capacity: max(file.bytes.count, 1))
    unsafe input.initialize(repeating: 0)
    unsafe _ = input.update(fromContentsOf: file.bytes)
    unsafe parser = .allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    isUsable = unsafe yaml_parser_initialize(parser) == 1
    guard isUsable else { return }
    // Set, not guessed: libyaml would take a UTF-16 byte order mark for an invitation.
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, input.baseAddress, file.bytes.count)
  }

  deinit {
    if isUsable { unsafe yaml_parser_delete(parser) }
    unsafe parser.deallocate()
    unsafe input.deallocate()
  }

  /// The next event; `streamEnd` is the last. Throws the first thing that is not YAML, after which nothing more may be
  /// read.
  func next() throws(Diagnostic) -> Event {
    var event = unsafe yaml_event_t()
    guard isUsable, unsafe yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { unsafe yaml_event_delete(&event) }
    let range = unsafe offset(event.start_mark)..<max(offset(event.start_mark), offset(event.end_mark))
    return Event(kind: unsafe kind(of: event), range: range)
  }

  private func kind(of event: yaml_event_t) -> Event.Kind {
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_DOCUMENT_START_EVENT:
      guard let version = unsafe event.data.document_start.version_directive else {
        return .documentStart(version: nil)
      }
      return .documentStart(version: unsafe (Int(version.pointee.major), Int(version.pointee.minor)))
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_ALIAS_EVENT: return .alias(unsafe text(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let properties = unsafe Event.Properties(anchor: text(scalar.anchor), tag: text(scalar.tag))
      return .scalar(properties, text: unsafe Array(bytes), style: unsafe style(scalar.style))
    case YAML_SEQUENCE_START_EVENT:
      let start = unsafe event.data.sequence_start
      let properties = unsafe Event.Properties(anchor: text(start.anchor), tag: text(start.tag))
      return .sequenceStart(properties, isFlow: unsafe start.style == YAML_FLOW_SEQUENCE_STYLE)
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      let start = unsafe event.data.mapping_start
      let properties = unsafe Event.Properties(anchor: text(start.anchor), tag: text(start.tag))
      return .mappingStart(properties, isFlow: unsafe start.style == YAML_FLOW_MAPPING_STYLE)
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    default: return .streamEnd
    }
  }

  private func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  private func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    guard let bytes = unsafe bytes else { return nil }
    return unsafe String(cString: bytes)
  }

  private func offset(_ mark: yaml_mark_t) -> Int {
    offsets[Int(mark.index)]
  }

  private func problem() -> Diagnostic {
    let state = unsafe parser.pointee
    let text = unsafe state.problem.map { unsafe String(cString: $0) } ?? "out of memory"
    if unsafe state.error == YAML_READER_ERROR {
      return unsafe SyntaxProblem.unreadable(
        file, at: Int(state.problem_offset), character: Int(state.problem_value), text)
    }
    let context = unsafe state.context.map { unsafe String(cString: $0) }
    let problem = unsafe SyntaxProblem(
      file: file, text: text, offset: offset(state.problem_mark), context: context ?? "",
      contextOffset: context == nil ? nil : offset(state.context_mark))
    return problem.diagnostic
  }
}

/// Byte offsets of code points: libyaml counts those, and takes more characters than `\n` for line breaks, so that
/// its line and column would not be ours.
private struct CodePointOffsets {
  private static let stride = 64
  private let bytes: [UInt8]
  /// The byte offset of every 64th code point; empty where all is ASCII.
  private var marks: [Int] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    guard bytes.contains(where: { $0 >= 0x80 }) else { return }
    var count = 0
    for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
      if count % Self.stride == 0 { marks.append(offset) }
      count += 1
    }
  }

  subscript(index: Int) -> Int {
    if marks.isEmpty { return min(index, bytes.count) }
    let mark = min(index / Self.stride, marks.count - 1)
    var offset = marks[mark]
    var remaining = index - mark * Self.stride
    while offset < bytes.count, remaining > 0 {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      remaining -= 1
    }
    return offset
  }
}
