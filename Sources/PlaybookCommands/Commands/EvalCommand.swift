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
    if let first = contents.events.first {
      names["inputs"] = first.data["inputs"] ?? [:]
      names["run"] = .map(
        MapValue(
          ["run", "environment", "operator", "alerted", "ticket"].compactMap { field in
            first.data[field].map { (field == "run" ? "id" : field, $0) }
          } + [("started", .timestamp(first.at))]))
    }
    for (path, reason) in state.skipped {
      var map: MapValue = MapValue([("ok", false), ("state", "skipped"), ("error", .null)])
      map.absent = Unknown(["`\(path)` was skipped" + (reason.isEmpty ? "" : " (\(reason))")])
      bind(.map(map), at: path)
    }
    for (path, finished) in state.finished {
      var outcome = finished.outcome
      if let digest = finished.evidence, case .map(let whole)? = try? folder.evidence(digest) { outcome = whole }
      if finished.state == "failed" { outcome.absent = Unknown(["`\(path)` failed"]) }
      if finished.outcome["verdict"]?.stringValue == "unknown" {
        outcome["yes"] = .unknown(Unknown(["`\(path)` is unknown"]))
      }
      bind(.map(outcome), at: path)
    }
  }

  /// `a.b` becomes the field `b` of `a`; steps within loops are part of their loop's items.
  private mutating func bind(_ value: Value, at path: StepPath) {
    let path = path.text
    guard !path.contains("["), !path.contains("!") else { return }
    let parts = path.split(separator: ".").map(String.init)
    guard parts.count > 1 else {
      if case .map(let own)? = names[path], case .map(var new) = value {
        // Steps of a used playbook may have been met before the step itself.
        for (key, inner) in own.entries where new[key.rendered] == nil { new.insert(inner, for: key) }
        names[path] = .map(new)
      } else {
        names[path] = value
      }
      return
    }
    var outer = names[parts[0]]?.mapValue ?? MapValue()
    outer[parts[1]] = value
    names[parts[0]] = .map(outer)
  }
}
