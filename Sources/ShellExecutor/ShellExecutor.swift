import CEL
public import ExecutorKit
import FoundationEssentials
public import PlaybookLanguage

/// Programs of this machine, run without a shell.
///
/// A program is found on the target's `path` alone and gets the environment that the target gives it and nothing else
/// of ours but the call's name in `PLAYBOOK_CALL`, by which programs that outlive it are known again. In a query only
/// the programs that the target's `read_only` lists may run, unless a command of the environment says `writes: false`
/// or the target is `trusted`. Each program runs in a session of its own, without a terminal; when its time is over or
/// the task is cancelled, it and all that it started get SIGTERM and, two seconds later, SIGKILL (programs that left
/// its session, at once). Programs that a query leaves running are killed when the query ends, in its session or out of
/// it, unless they have cleared their environment or belong to another user; programs that an act leaves running, such
/// as a service, stay.
public struct ShellExecutor: Executor {
  /// The user's own home folder, the one thing of our environment that programs see.
  private let home: String
  private static let hostName = ProcessInfo.processInfo.hostName

  public init() {
    self.init(home: currentHome())
  }

  init(home: String) {
    self.home = home
    ignoreBrokenPipes()
  }

  /// The form of its calls.
  public var schema: ExecutorSchema { Self.schema }

  public func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String {
    guard let shellCall = try? ShellCall(call.arguments) else { return "shell " + Value.map(call.arguments).jsonText() }
    return shellCall.display
  }

  public func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] {
    let prepared = try prepare(call, context: context)
    var lines = ["runs \(prepared.file) in \(prepared.invocation.directory)"]
    if case .script = prepared.call.action {
      lines.append("the script finds programs in \(prepared.target.path.joined(separator: ", "))")
    }
    switch prepared.admission {
    case .trusted: lines.append("allowed because `\(prepared.target.name)` is trusted, not because it only reads")
    case .command(let name): lines.append("allowed because the command `\(name)` says that it only reads")
    case .act, .listed: break
    }
    return lines
  }

  public func server(of call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallServer? {
    CallServer("this machine (\(Self.hostName))")
  }

  public func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    var prepared = try prepare(call, context: context)
    let script: ScriptFile? = if let text = prepared.scriptText { try ScriptFile(text) } else { nil }
    defer { script?.remove() }
    if let script { prepared.invocation.arguments.append(script.path) }
    let report = try await ChildProcess.run(
      prepared.invocation, until: context.deadline, limit: context.limits.bytes,
      leavesBackgroundRunning: call.mode == .act)
    let outcome = ShellOutcome(report, lineLimit: max(1, context.limits.rows) * ShellOutcome.linesPerRow)
    try prepared.check(report, outcome: outcome)
    return CallOutcome(
      fields: outcome.fields, isTruncated: outcome.isTruncated,
      source: prepared.source)
  }

  /// Programs of this user that bear the call's name, where the system shows them.
  public func remains(of call: ResolvedCall, context: CallContext) async -> [String]? {
    Remains.find(context.callID)
  }

  /// Everything that can be told before the program starts: the call's sense, the target's rules, the program's place.
  private func prepare(_ call: ResolvedCall, context: CallContext) throws(ExecutorError) -> PreparedCall {
    if let host = call.host {
      throw ExecutorError(.invalid, "shell runs programs here and can't be moved to the host \(host)")
    }
    let shellCall = try ShellCall(call.arguments)
    let target = try ShellTarget(context.target, mode: call.mode)
    let admission = try target.admit(shellCall, mode: call.mode, by: call.readingCommand)
    let directory = try WorkingFolder.check(shellCall.directory ?? target.directory, of: target)
    var environment = target.environment(home: home)
    for (name, text) in shellCall.environment { environment[name] = text }
    environment[Remains.variable] = context.callID
    let path = try ProgramPath(target)
    let file: String
    var arguments: [String]
    var scriptText: String?
    switch shellCall.action {
    case .words(let words):
      file = try path.file(of: words[0])
      arguments = Array(words.dropFirst())
    case .script(let text, let interpreter):
      file = try path.file(of: interpreter)
      arguments = interpreter.arguments
      if interpreter.takesText { arguments += ["-c", text] } else { scriptText = text }
    }
    try ProgramHead(of: file)?.check(file)
    let invocation = Invocation(
      file: file, arguments: arguments, environment: environment, directory: directory, input: shellCall.input ?? [])
    return PreparedCall(
      call: shellCall, target: target, admission: admission, invocation: invocation, scriptText: scriptText)
  }
}

/// A call of which only the start of its program is left.
struct PreparedCall {
  let call: ShellCall
  let target: ShellTarget
  let admission: ShellTarget.Admission
  var invocation: Invocation
  /// A script that its interpreter reads from a file, whose path is its last argument.
  let scriptText: String?

  var file: String { invocation.file }

  /// The file that ran, and why a query might where no list allows it.
  var source: String {
    switch admission {
    case .act, .listed: file
    case .command(let name): "\(file) (by the command \(name))"
    case .trusted: "\(file) (trusted)"
    }
  }

  /// The program's name in messages, with its target: "`firewall` (shell, drill)".
  private var subject: String {
    switch call.action {
    case .words(let words): "`\(words[0])` (\(target.name), \(target.environmentName))"
    case .script: "the script (\(target.name), \(target.environmentName))"
    }
  }

  /// Throws where the program was stopped, was ended by a signal, or exited with a code that the call does not expect.
  func check(_ report: ChildProcess.Report, outcome: ShellOutcome) throws(ExecutorError) {
    var problem: ExecutorError
    switch (report.stop, report.ending) {
    case (.cancelled, let ending):
      problem = ExecutorError(.cancelled, "\(subject) was stopped", mayHaveTakenEffect: true)
      if ending == nil { problem.message += "; it can't be ended and still runs" }
    case (.timedOut, let ending):
      problem = ExecutorError(.timedOut, "\(subject) took too long and was stopped", mayHaveTakenEffect: true)
      if ending == nil { problem.message = "\(subject) took too long; it can't be ended and still runs" }
    case (nil, .exited(let code)):
      if call.expectedCodes.contains(Int64(code)) { return }
      problem = ExecutorError(.rejected, "\(subject) exited with \(code)\(outcome.complaint)\(outcome.advice)")
    case (nil, .signalled(let number)):
      let text = "\(subject) was ended by the signal \(signalName(number))\(outcome.complaint)"
      problem = ExecutorError(.rejected, text, mayHaveTakenEffect: true)
    case (nil, nil):
      problem = ExecutorError(.disconnected, "\(subject) got lost", mayHaveTakenEffect: true)
    }
    problem.outcome = outcome.fields
    throw problem
  }
}
