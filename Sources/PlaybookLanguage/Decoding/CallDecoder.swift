public import SourceText
public import YAMLTree

/// Reads calls: an executor's key and its value, short or long, into the long form.
///
/// Problems are collected, never thrown; a call that is wrong still comes back, as far as it goes, so that the rest can
/// be read.
public struct CallDecoder {
  /// The executors' schemas.
  public var executors: [ExecutorSchema]
  /// The commands of the environment. Nil: the environment is not known, so that an unknown key may be a command's.
  public var commands: [Environment.Command]?
  /// Where a parameter comes from that a call names and doesn't give, as CEL: `window` from `inputs.window`.
  public var ambient: [String: String]
  /// Reads a file of the scenario's folder by its relative path. Throws text that says why not, or a `Diagnostic`.
  public var readFile: (String) throws -> SourceFile
  /// The files that calls were read from.
  public private(set) var sources: [SourceFile] = []
  /// Where the texts of the call being read lie, by their path within it.
  var texts: [[String]: TextPlace] = [:]
  /// The words of the call being read that were split out of a text, as they were written, by their field.
  var written: [String: [String]] = [:]

  public init(
    executors: [ExecutorSchema], commands: [Environment.Command]?, ambient: [String: String] = [:],
    readFile: @escaping (String) throws -> SourceFile
  ) {
    self.executors = executors
    self.commands = commands
    self.ambient = ambient
    self.readFile = readFile
  }

  /// The thing that a call's key names.
  enum Callee {
    case executor(ExecutorSchema)
    case command(Environment.Command)
    /// Taken to be a command of an environment that is not known.
    case unknown
  }

  /// Every key that names an executor or a command.
  public var keys: [String] { executors.map(\.name) + (commands ?? []).map(\.name) }

  func callee(_ name: String) -> Callee? {
    if let schema = executors.first(where: { $0.name == name }) { return .executor(schema) }
    if let command = commands?.first(where: { $0.name == name }) { return .command(command) }
    return commands == nil ? .unknown : nil
  }

  /// The call under `entry`, whose key must name an executor or a command.
  ///
  /// - Parameters:
  ///   - on: the value of the `on:` beside it.
  ///   - inherited: the call whose target holds where there is no `on:` and the executor is the same.
  public mutating func decode(
    _ entry: YAMLEntry, mode: CallMode, on: YAMLNode? = nil, inheriting inherited: Call? = nil,
    _ diagnostics: inout [Diagnostic]
  ) -> Call {
    let name = entry.key.text
    texts = [:]
    written = [:]
    var found: [Diagnostic] = []
    var form = CallForm(fields: [:])
    let callee = callee(name)
    switch callee {
    case .executor(let schema):
      form = fields(of: schema, entry, &found)
      form.written = written
      found += oddSpace(in: entry.value, of: schema)
      // A call that can't be read would only give problems that follow from that.
      if !found.contains(where: { $0.severity == .error }) {
        fillParameters(of: schema, &form, entry, &found)
        for problem in schema.validate(form, mode) { found.append(diagnostic(of: problem, in: form, entry)) }
      }
    case .command(let command):
      if mode == .query, command.writes {
        found.append(
          Diagnostic(
            code: "query-writes", "`\(name)` changes its target, so a query can't use it", at: entry.key.span,
            help: "make the step an `act`"))
      }
      form = fields(of: command, entry, &found)
    case .unknown:
      if case .mapping(let entries) = entry.value.content {
        for field in entries { form.fields[field.key.text] = TemplateTree.parse(field.value, diagnostics: &found) }
      } else if !entry.value.isNull {
        // The short form of a plugin, whose field is not known.
        form.fields[""] = TemplateTree.parse(entry.value, diagnostics: &found)
      }
    case nil:
      found.append(
        Diagnostic(
          code: "unknown-executor", "there is no executor or command `\(name)`", at: entry.key.span,
          help: Suggestion.help(for: name, in: keys)))
    }
    let target = target(on, for: callee, name, inheriting: inherited, &found)
    diagnostics += found
    let span = SourceSpan(file: entry.key.span.file, start: entry.key.span.start, end: entry.value.span.end)
    return Call(executor: name, form: form, target: target, span: span)
  }

  /// A no-break space and the like in a call that is split into words: it would be a part of one.
  private func oddSpace(in node: YAMLNode, of schema: ExecutorSchema) -> [Diagnostic] {
    if case .field = schema.shortForm { return [] }
    guard let scalar = node.scalar, let found = OddSpace.place(in: scalar.text) else { return [] }
    let span = scalar.span(of: found.range, in: node.span.file)
    return [
      Diagnostic(
        .warning, code: "odd-space", "a character that only looks like a space is a part of a word",
        at: span ?? node.span,
        help: found.help + ", or quote the word that it belongs to")
    ]
  }

  /// A call that stands for one that is missing, so that reading can continue.
  static func placeholder(at span: SourceSpan) -> Call {
    Call(executor: "", form: CallForm(fields: [:]), target: TargetReference(), span: span)
  }

  mutating func addSource(_ file: SourceFile) {
    if !sources.contains(where: { $0.path == file.path }) { sources.append(file) }
  }
}

/// Where the text of a field lies in a file, to map an executor's offsets to its places.
struct TextPlace {
  var file: SourceFile
  /// See `YAMLScalar.lines`.
  var lines: [(text: Int, file: Int)]
  /// Offsets within the text after which one character of the file (the first `$` of `$${`) was left out.
  var escapes: [Int] = []

  func span(of range: Range<Int>) -> SourceSpan? {
    func written(_ offset: Int) -> Int { offset + escapes.count { $0 <= offset } }
    let scalar = YAMLScalar(value: .null, text: "", style: .plain, lines: lines)
    let from = written(range.lowerBound)
    return scalar.span(of: from..<max(from, written(range.upperBound)), in: file)
  }
}
