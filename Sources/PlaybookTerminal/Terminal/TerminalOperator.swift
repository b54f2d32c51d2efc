public import CEL
import FoundationEssentials
import Glibc
import PlaybookLanguage
public import PlaybookRecord

/// The operator at a terminal: shows a run's events on standard error as they happen and asks what only a human can
/// say.
///
/// Without a terminal the same events are shown as plain lines and no question is answered. What comes from the world
/// is made safe to print; nothing that is printed depends on colour alone.
public actor TerminalOperator: Operator {
  public nonisolated let name: String
  /// Whether there is somebody to ask.
  public nonisolated let isInteractive: Bool

  let configuration: Configuration
  nonisolated let mode: TerminalMode
  nonisolated let reader: LineReader
  var screen: Screen
  var renderer: EventRenderer

  /// Whether a prompt stands open; what happens meanwhile is shown after it.
  var isPrompting: Bool { openPrompt != nil }
  /// The prompt that stands open.
  var openPrompt: Line?
  /// Whether what is typed at it shows.
  var isPromptEchoed = true
  private var held: [Line] = []
  /// Questions are asked one after the other, whoever asks.
  var turns = Turns()
  /// Why nobody answers any more.
  var closedReason: String?
  var interruption = Interruption()
  /// The question that a command interrupted, if it need not be shown again in full.
  var remarkedOn: QuestionKey?
  /// The question that was shown last.
  var presented: QuestionKey?

  var work: [Work] = []
  var ticker: Task<Void, Never>?
  var lastReport = ContinuousClock.now

  /// What the caller may set; all but the name has a default.
  public struct Configuration: Sendable {
    /// Who sits there, for the record.
    public var name: String
    /// Where answers are read.
    public var input: Int32 = 0
    /// Where everything is written.
    public var output: Int32 = 2
    /// Whether there is somebody to ask. Nil: where input and output are terminals.
    public var isInteractive: Bool?
    /// In columns. Nil: the terminal's, asked each time, or 80.
    public var width: Int?
    /// Nil: on a terminal that is not dumb and where NO_COLOR is not set.
    public var usesColor: Bool?
    /// Reads a typed value of an input or a field. The default takes any text.
    public var parse: InputParser = { _, text in .success(.string(text)) }
    /// Gets an outcome that lies in a file of the run, by its SHA-256 in hexadecimal.
    public var loadEvidence: (@Sendable (String) async -> Value?)?
    /// The time that response clocks are measured against.
    public var now: @Sendable () -> Timestamp = { Timestamp.now() }

    public init(name: String) {
      self.name = name
    }
  }

  public init(configuration: Configuration) {
    self.configuration = configuration
    name = configuration.name
    let environment = ProcessInfo.processInfo.environment
    let isDumb = environment["TERM"] == "dumb"
    let isTerminal = isatty(configuration.output) == 1
    isInteractive =
      configuration.isInteractive ?? Self.isTerminal(input: configuration.input, output: configuration.output)
    let colors = isTerminal && !isDumb && (environment["NO_COLOR"] ?? "").isEmpty
    screen = Screen(
      output: configuration.output, isRewritable: isTerminal && !isDumb,
      usesColor: configuration.usesColor ?? colors, fixedWidth: configuration.width)
    renderer = EventRenderer(isInteractive: isInteractive)
    mode = TerminalMode(input: configuration.input)
    reader = LineReader(input: configuration.input)
  }

  deinit {
    ticker?.cancel()
  }

  /// Whether both are terminals, so that somebody can be asked.
  public static func isTerminal(input: Int32 = 0, output: Int32 = 2) -> Bool {
    isatty(input) == 1 && isatty(output) == 1
  }

  /// Leaves the terminal as it was found. May be called from every way out, and more than once.
  public nonisolated func restore() {
    mode.restore()
  }

  /// Takes in the events of a run that is about to go on, without showing them.
  public func recall(_ events: [Event]) {
    renderer.recall(events)
    // The line of a step that was begun then is not on this screen.
    presented = events.last { $0.type == .stepStarted }.map { QuestionKey($0.path) }
  }

  public func observe(_ event: Event) async {
    var whole: MapValue?
    // What the event itself holds of it is a beginning at best.
    if let file = event.recorded?.file, let load = configuration.loadEvidence,
      file.bytes ?? 0 <= Self.loadedBytes
    {
      whole = await load(file.sha256)?.mapValue
    }
    let lines = renderer.lines(for: event, whole: whole, width: screen.width)
    follow(event)
    if let openPrompt, case .noteAdded(let note) = event.body, note.id != nil {
      // Somebody else says something: it may bear on the answer that is being typed.
      screen.endLine()
      screen.write(lines)
      screen.prompt(openPrompt)
    } else {
      show(lines)
    }
  }

  /// Says what was changed so far, and what was sent and not heard of: where the journal is lost, the screen is all
  /// that is left of it.
  public func showChangesSoFar() {
    show(renderer.lost(width: screen.width))
  }

  /// The process goes on after it was stopped (Ctrl-Z, then `fg`; SIGCONT): the shell has set up the terminal for
  /// itself and written over the line. What was typed before is gone, and the prompt stands there again.
  public func continued() {
    guard let openPrompt else { return }
    mode.prepare(isEchoed: isPromptEchoed)
    screen.prompt(openPrompt)
  }

  /// Evidence in a file is shown at once up to this size; beyond it on demand.
  private static let loadedBytes = 8 << 20

  /// Writes lines, or keeps them until the open prompt is answered.
  func show(_ lines: [Line]) {
    if isPrompting { held += lines } else { screen.write(lines) }
  }

  func showHeld() {
    screen.write(held)
    held = []
  }
}
