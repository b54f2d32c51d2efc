import CEL
import ExecutorKit
public import PlaybookLanguage

extension RedisExecutor {
  /// Targets have `url` (`redis://[USER:PASSWORD@]HOST:PORT/DB`, `rediss://…`, `unix:///PATH?db=N`), `user`,
  /// `password`, `hosts` (patterns of hosts that a call may be moved to), `allow` (commands that acts may send all the
  /// same: MONITOR, DEBUG, FLUSHALL, FLUSHDB, SWAPDB), `module_reads` (commands of modules that queries may send),
  /// `connect_timeout`, `ca_file`, `cert_file`, `key_file`, `server_name`, and `act` with settings for acts alone.
  public static let schema = ExecutorSchema(
    name: "redis",
    summary: "Sends a command to Redis. A query sends only commands that the server flags as reading",
    fields: [
      .init("args", .words, "The command and its arguments; a value is always one argument"),
      .init("scan", .text, "A pattern: walks all keys by SCAN, on a cluster over all primaries"),
      .init(
        "type", .choice(["string", "list", "set", "zset", "hash", "stream"]), "With `scan`: keys of this type only"),
      .init("limit", .integer, "With `scan`: more keys than this are left out, and the outcome is marked truncated"),
      .init("ttl", .boolean, "With `scan`: asks for each key's time to live, too"),
      .init("pipeline", .wordLists, "Several commands, sent together; no transaction"),
    ],
    shortForm: .words("args"), listField: "args",
    outcome: [
      // nil is null; text that is not UTF-8 is bytes; a pipeline's is a list.
      "value": .dyn,
      // Of replies that are maps: HGETALL, CONFIG GET, XINFO STREAM, XPENDING (summary), PUBSUB NUMSUB as texts; INFO,
      // CLUSTER INFO, CLIENT INFO, MEMORY STATS and ROLE with numbers.
      "fields": .map(key: .string, value: .dyn),
      "keys": .list(.dyn),
      "count": .int,
      // Key to seconds; -1 for a key that stays.
      "ttls": .map(key: .string, value: .int),
      // Of a scan with `ttl`: `key`, `ttl`; of CLIENT LIST, SLOWLOG GET, LATENCY, XINFO GROUPS and CONSUMERS, XPENDING, XRANGE,
      // XREAD (`id`, `fields`), of replies with scores (`member`, `score`) and positions.
      "rows": .list(.map(key: .string, value: .dyn)),
      // Facts beside the reply: nothing was changed, a page is one of several.
      "notices": .list(.string),
      // Of a pipeline that failed: some of its commands were done.
      "partly": .bool,
    ],
    settings: RedisTarget.settings, textSettings: ["user", "password"], validate: RedisLint.problems)

  public nonisolated var schema: ExecutorSchema { Self.schema }
}

/// The problems of a call that can be told without a server.
enum RedisLint {
  @Sendable
  static func problems(_ form: CallForm, _ mode: CallMode) -> [CallProblem] {
    let given = ["args", "scan", "pipeline"].filter { form.fields[$0] != nil }
    if given.isEmpty {
      return [
        CallProblem(path: [], code: "missing-field", message: "a redis call has one of `args`, `scan`, `pipeline`")
      ]
    }
    var problems: [CallProblem] = []
    for extra in given.dropFirst() {
      problems.append(
        CallProblem(
          path: [extra], code: "conflicting-fields", message: "`\(extra)` and `\(given[0])` exclude each other"))
    }
    if given[0] != "scan" {
      for field in ["type", "limit", "ttl"] where form.fields[field] != nil {
        problems.append(CallProblem(path: [field], code: "conflicting-fields", message: "`\(field)` goes with `scan`"))
      }
    } else if mode == .act {
      problems.append(
        CallProblem(path: ["scan"], code: "query-as-act", message: "`scan` only reads", help: "make it a query"))
    }
    if let args = form.fields["args"] { problems += self.problems(args, mode, at: ["args"]) }
    if case .list(let commands, _) = form.fields["pipeline"] {
      if commands.isEmpty {
        problems.append(CallProblem(path: ["pipeline"], code: "empty-call", message: "there is no command in it"))
      }
      for (position, command) in commands.enumerated() {
        problems += self.problems(command, mode, at: ["pipeline", String(position)])
      }
    }
    return problems
  }

  private static func problems(_ command: TemplateTree, _ mode: CallMode, at path: [String]) -> [CallProblem] {
    let words = literals(command)
    guard let first = words.first else {
      return [CallProblem(path: path, code: "empty-call", message: "there is no command in it")]
    }
    // A command that is known only at run time is held against the rules then.
    guard let first else { return [] }
    guard let name = RedisCommand.commandName(Array(first.utf8)) else {
      let message = "`\(first)` can't be the name of a Redis command"
      return [CallProblem(path: path + ["0"], code: "unknown-command", message: message)]
    }
    if otherPrograms.contains(first.lowercased()) {
      return [
        CallProblem(
          path: path + ["0"], code: "unknown-command", message: "`\(first)` is a program, no command of Redis",
          help: "write the command alone, as in `redis: GET a`; `shell` calls programs")
      ]
    }
    if programs.contains(first.lowercased()) {
      return [
        CallProblem(
          path: path + ["0"], code: "unknown-command", message: "`\(first)` is a program, no command of Redis",
          help: "leave it out: the words after it are the call, as in `redis: GET a`")
      ]
    }
    let operators = operators(command, at: path)
    if !operators.isEmpty { return operators }
    let subcommand = words.count > 1 ? words[1].flatMap { RedisCommand.commandName(Array($0.utf8)) } : nil
    if mode == .query, let refusal = CommandRules.queryRefusal(name, subcommand) {
      return [
        CallProblem(path: path + ["0"], code: "query-writes", message: refusal.message, help: refusal.help)
      ]
    }
    // The commands that a target may allow can't be told here.
    let refusal = CommandRules.refusal(name, subcommand, allowed: CommandRules.onlyWhereAllowed)
    return refusal.map {
      [CallProblem(path: path + ["0"], code: "forbidden-command", message: $0.message, help: $0.help)]
    } ?? []
  }

  private static let programs: Set<String> = [
    "redis-cli", "valkey-cli", "keydb-cli", "iredis", "redis-benchmark", "redis-server", "rdcli",
  ]

  private static let otherPrograms: Set<String> = ["sudo", "docker", "podman", "kubectl", "ssh", "curl", "nc"]

  private static let shellWords: Set<String> = [
    "|", "|&", "||", "&&", ">", ">>", "<", "2>&1", "2>/dev/null",
  ]

  /// A text that a shell would take for an operator, written without quotes in a call that is one text.
  private static func operators(_ command: TemplateTree, at path: [String]) -> [CallProblem] {
    guard case .list(let words, _) = command else { return [] }
    // XREADGROUP takes `>` for the entries that nobody has had.
    let isGroupRead = words.first.flatMap(literal)?.uppercased() == "XREADGROUP"
    return words.enumerated().compactMap { position, word in
      guard case .template(let template) = word, let text = template.literal, template.isBare,
        !(isGroupRead && text == ">")
      else { return nil }
      // `GET a; GET b`.
      let endsCommand = text.hasSuffix(";") && !text.contains(" ") && position + 1 < words.count
      guard endsCommand || shellWords.contains(text) else { return nil }
      return CallProblem(
        path: path + [String(position)], code: "redis-shell-word",
        message: "there is no shell here: `\(text)` goes to Redis as a word",
        help: "leave out the rest, or quote it: `'\(text)'`; a `script` of `shell` has pipes")
    }
  }

  /// The words of a command, nil for those that a value enters.
  private static func literals(_ tree: TemplateTree) -> [String?] {
    switch tree {
    case .list(let items, _): items.map(literal)
    case .template(let template): template.literal.map { $0.split(separator: " ").map(String.init) } ?? [nil]
    case .value(let value, _): [value.rendered]
    case .map: [nil]
    }
  }

  private static func literal(_ tree: TemplateTree) -> String? {
    switch tree {
    case .template(let template): template.literal
    case .value(let value, _): value.rendered
    case .list, .map: nil
    }
  }
}
