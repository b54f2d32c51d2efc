public import CEL
public import SourceText

/// An executor's calls as they are known before any run: the forms that an author may write, the outcome, the rules.
///
/// Executors are open: the language knows them only through these, passed to the decoder.
public struct ExecutorSchema: Sendable {
  /// The key that names it in a step and in an environment: `redis`.
  public var name: String
  /// The fields of the long form.
  public var fields: [Field]
  /// The meaning of a plain text under the executor's key.
  public var shortForm: ShortForm
  /// The field that a plain list under the executor's key fills.
  public var listField: String?
  /// The fields of its outcome, besides those that every outcome has (`ok`, `state`, `error`, `started`, `duration`,
  /// `target`, `truncated`).
  public var outcome: [String: StaticType]
  /// Fields that are whole even where the outcome is truncated, such as an exit code: a check may read these.
  public var wholeFields: Set<String>
  /// Whether a call goes to a target of the environment (`manual` and `value` don't).
  public var usesTarget: Bool
  /// Whether its queries ask a person, so that they never run side by side.
  public var isPrompted: Bool
  /// Names that the call takes from the inputs when it doesn't give them itself: the `:name`s of a SQL statement.
  public var parameters: @Sendable (CallForm) -> [Parameter]
  /// All that is wrong with a call and can be told without its target.
  public var validate: @Sendable (CallForm, CallMode) -> [CallProblem]
  /// One line on the executor, for the reference.
  public var summary: String
  /// Fields whose values others can read, such as the arguments of a program: no secret may enter them.
  public var exposedFields: Set<String>

  /// The keys that a target of this executor may have in an environment, `act` aside, under which all of them may stand
  /// again. Empty: whatever is there is left to the executor.
  public var settings: [String]
  /// Those of them whose scalars are texts, at whatever depth: they go out as they were written (`1.10`, `007`).
  public var textSettings: Set<String>
  /// All that is wrong with a target's settings and can be told before they are used; paths begin at the setting's
  /// name.
  public var validateSettings: @Sendable (TemplateTree) -> [CallProblem]

  public init(
    name: String, summary: String, fields: [Field], shortForm: ShortForm, listField: String? = nil,
    outcome: [String: StaticType], wholeFields: Set<String> = [], usesTarget: Bool = true, isPrompted: Bool = false,
    exposedFields: Set<String> = [], settings: [String] = [],
    textSettings: Set<String> = [],
    validateSettings: @escaping @Sendable (TemplateTree) -> [CallProblem] = { _ in [] },
    parameters: @escaping @Sendable (CallForm) -> [Parameter] = { _ in [] },
    validate: @escaping @Sendable (CallForm, CallMode) -> [CallProblem] = { _, _ in [] }
  ) {
    self.name = name
    self.summary = summary
    self.fields = fields
    self.shortForm = shortForm
    self.listField = listField
    self.outcome = outcome
    self.wholeFields = wholeFields
    self.usesTarget = usesTarget
    self.isPrompted = isPrompted
    self.exposedFields = exposedFields
    self.settings = settings
    self.textSettings = textSettings
    self.validateSettings = validateSettings
    self.parameters = parameters
    self.validate = validate
  }

  /// A field of the long form.
  public struct Field: Sendable {
    public var name: String
    public var type: FieldType
    public var isRequired: Bool
    public var summary: String

    public init(_ name: String, _ type: FieldType, isRequired: Bool = false, _ summary: String) {
      self.name = name
      self.type = type
      self.isRequired = isRequired
      self.summary = summary
    }
  }

  /// How a field is written, and so how values enter it.
  public indirect enum FieldType: Sendable, Equatable {
    /// A template, rendered as text.
    case text
    /// A template whose text may not hold `${…}`: a SQL statement, a script. Values go around it.
    case literal
    /// A text or a list: a text is split by POSIX quoting before values go in, `${…}` being one piece.
    case words
    /// A list of `words`.
    case wordLists
    /// A URL path: the value of `${…}` is percent-encoded, the rest stays as written. A `?query` in it as well.
    case urlPath
    /// A mapping of names to templates, each keeping its value's type.
    case map
    /// A mapping of names to texts or lists of texts: a plain scalar goes out as it was written (`1.10`, `007`).
    case texts
    /// Any tree with templates.
    case tree
    case integer, boolean, duration
    /// One of these words.
    case choice([String])
  }

  /// The meaning of a plain text under the executor's key.
  public enum ShortForm: Sendable, Equatable {
    /// Words for this field: `redis: GET key`.
    case words(String)
    /// The text of this field: `sql: SELECT 1`.
    case field(String)
    /// A method and a path, for the fields `method` and `path`: `http: GET /health`.
    case request
  }

  /// A name that a call takes from elsewhere, and where in the call it stands.
  public struct Parameter: Sendable {
    public var name: String
    /// The field and the UTF-8 offsets within its text.
    public var field: String
    public var range: Range<Int>

    public init(name: String, field: String, range: Range<Int>) {
      self.name = name
      self.field = field
      self.range = range
    }
  }
}

/// A call before its values are known: field name to its tree, always in the long form.
public struct CallForm: Sendable {
  public var fields: [String: TemplateTree]
  /// By field, the words of a text that was split, as they were written, with their quotes. A list has none.
  public var written: [String: [String]]

  public init(fields: [String: TemplateTree], written: [String: [String]] = [:]) {
    self.fields = fields
    self.written = written
  }

  /// The text of a field where no value enters it.
  public func literal(_ field: String) -> String? {
    if case .template(let template) = fields[field] { template.literal } else { nil }
  }
}

/// Something wrong with a call. The executor gives the place within the call, the language turns it into
/// file:line:column.
public struct CallProblem: Sendable, Error {
  /// The way to the culprit: field names and list positions, `["args", "0"]`.
  public var path: [String]
  /// UTF-8 offsets within the text at `path`, where they are known.
  public var range: Range<Int>?
  public var code: String
  public var message: String
  public var help: String?
  public var severity: Diagnostic.Severity

  public init(
    path: [String], range: Range<Int>? = nil, code: String, message: String, help: String? = nil,
    severity: Diagnostic.Severity = .error
  ) {
    self.path = path
    self.range = range
    self.code = code
    self.message = message
    self.help = help
    self.severity = severity
  }
}

/// Whether a call may change the world: a query's may not.
public enum CallMode: String, Sendable {
  case query, act
}
