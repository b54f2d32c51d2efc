import ArgumentParser
import CEL
import FoundationEssentials
import PlaybookEngine
import PlaybookJournal
import PlaybookRecord
import SourceText

/// `playbook eval EXPR`.
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Evaluates a CEL expression and prints its value as JSON on one line.",
    discussion: """
      Examples:
        playbook eval '1 + 2'
        playbook eval 'rows.filter(r, r.attempts > 5).size()' --bindings rows.json
        playbook eval 'spraying.rows.size() > 0' --run last
      """)

  // A word that begins with a minus and is not an option is an expression.
  @Argument(parsing: .allUnrecognized, help: ArgumentHelp("The expression.", valueName: "expression"))
  var arguments: [String] = []

  private var expressions: [String] { arguments.first == "--" ? Array(arguments.dropFirst()) : arguments }

  @Flag(help: "Prints the tables of operators, macros and functions, in Markdown.")
  var reference = false

  @Option(name: .long, help: "A file with a JSON object, - for standard input: the names that the expression sees.")
  var bindings: String?

  @Option(name: .customLong("run"), help: "A past run whose names the expression sees.")
  var pastRun: String?

  @OptionGroup var runs: RunsOptions

  func validate() throws {
    if expressions.isEmpty, !reference { throw ValidationError("an expression is missing") }
    if !expressions.isEmpty, reference { throw ValidationError("`--reference` takes no expression") }
    if expressions.count > 1 {
      if let option = expressions.first(where: { $0.hasPrefix("--") }) {
        throw ValidationError("there is no option `\(option)`")
      }
      throw ValidationError("one expression is expected, not \(expressions.count): put it in quotes")
    }
  }

  func run() throws {
    guard let expression = expressions.first else {
      Output.data(CEL.Expression.referenceMarkdown())
      return
    }
    var names: [String: Value] = [:]
    var now = Timestamp.now()
    if let pastRun {
      let past = try PastRun(runs.open(pastRun))
      names = past.names
      now = past.ended ?? now
    }
    if let bindings {
      guard case .map(let map) = try Self.json(bindings) else {
        throw CommandFailure.failed("\(bindings) holds no JSON object")
      }
      for (key, value) in map.entries { names[key.rendered] = value }
    }
    names["now"] = names["now"] ?? .timestamp(now)
    let file = SourceFile(path: "expression", text: expression)
    do {
      let value = try CEL.Expression(parsing: expression).evaluate(Bindings(names, now: now))
      if case .unknown(let unknown) = value {
        throw CommandFailure.failed("unknown: \(unknown.reasons.joined(separator: "; "))")
      }
      Output.json(value)
    } catch let problem as CEL.Expression.Problem {
      let diagnostic = Diagnostic(
        code: "expression", problem.message, at: SourceSpan(file: file, range: problem.range), help: problem.help)
      Output.operatorText(Output.diagnostics().render(diagnostic))
      throw CommandFailure.failed("")
    }
  }

  private static func json(_ path: String) throws -> Value {
    let file = try Loading.file(path)
    do {
      return try Value(json: file.bytes)
    } catch {
      let problem = error
      let span = SourceSpan(file: file, range: problem.offset..<problem.offset + 1)
      throw CommandFailure.failed("\(span.location): \(problem.message)")
    }
  }
}

/// The names and values that a past run's expressions saw, from its journal.
struct PastRun {
  var names: [String: Value] = [:]
  var ended: Timestamp?

  init(_ run: RecordedRun) throws {
    let contents = try run.contents()
    let folder = run.folder
    let state = RunState(contents.events)
    ended = state.last
    if let first = contents.events.first, case .runStarted(let started) = first.body {
      names["inputs"] = .map(started.inputs ?? MapValue())
      names["run"] = .map(
        MapValue(present: [
          "id": .string(started.run), "environment": .string(started.environment),
          "operator": .string(started.who.name), "alerted": started.alerted.map(Value.timestamp),
          "ticket": started.ticket.map(Value.string), "started": .timestamp(first.at),
        ]))
    }
    // The steps of a used playbook are put into what the step itself came to.
    for (path, reason) in state.skipped.sorted(by: { $0.key < $1.key }) {
      var map: MapValue = MapValue([("ok", false), ("state", "skipped"), ("error", .null)])
      map.absent = Unknown(["`\(path)` was skipped" + (reason.isEmpty ? "" : " (\(reason))")])
      bind(.map(map), at: path)
    }
    for (path, finished) in state.finished.sorted(by: { $0.key < $1.key }) {
      var outcome = finished.outcome
      if let digest = finished.evidence, case .map(let whole)? = try? folder.evidence(digest) { outcome = whole }
      if finished.state == .failed { outcome.absent = Unknown(["`\(path)` failed"]) }
      if finished.outcome["verdict"]?.stringValue == "unknown" {
        outcome["yes"] = .unknown(Unknown(["`\(path)` is unknown"]))
      }
      bind(.map(outcome), at: path)
    }
  }

  /// `a.b.c` becomes the field `c` of `b`, which is one of `a`; steps within loops are part of their loop's items.
  private mutating func bind(_ value: Value, at path: StepPath) {
    guard !path.text.contains("["), !path.text.contains("!") else { return }
    let parts = path.text.split(separator: ".").map(String.init)
    var outer = MapValue(present: [parts[0]: names[parts[0]]])
    Self.put(value, at: parts[...], into: &outer)
    names[parts[0]] = outer[parts[0]]
  }

  /// Steps of a used playbook may be met before the step itself: what is there stays beside the step's own fields.
  private static func put(_ value: Value, at path: ArraySlice<String>, into map: inout MapValue) {
    guard let name = path.first else { return }
    if path.count > 1 {
      var inner = map[name]?.mapValue ?? MapValue()
      put(value, at: path.dropFirst(), into: &inner)
      map[name] = .map(inner)
    } else if case .map(let own)? = map[name], case .map(var new) = value {
      for (key, inner) in own.entries where new[key.rendered] == nil { new.insert(inner, for: key) }
      map[name] = .map(new)
    } else {
      map[name] = value
    }
  }
}
