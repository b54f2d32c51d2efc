/// A playbook with acts of every kind, alone and in loops, each of which leaves one countable effect in the world.
struct KillPlaybook {
  /// The effect of each call: by the path of its act and its position.
  private(set) var effects: [String: String] = [:]
  private(set) var text = """
    playbook: killed
    title: Killed again and again
    inputs:
      tag: {type: string}
    steps:
    """

  init() {
    for round in 1...5 {
      act("redis_\(round)", redis("redis_\(round)"))
      act("sql_\(round)", sql("sql_\(round)"), round == 2 ? verification("sql_2") : "")
      if round == 3 { text += "\n" + Self.decision }
      act("http_\(round)", "http: POST /effects/${inputs.tag}/http_\(round)")
      act("shell_\(round)", "shell: [mark, \"${inputs.tag}\", shell_\(round)]")
    }
    loop("redis_loop", ["a", "b", "c", "d", "e"], redis("redis_loop_${item}"), "pace: {at_once: 2}")
    loop("sql_loop", ["a", "b", "c", "d"], sql("sql_loop_${item}"), "pace: {first: 1}")
    loop(
      "http_loop", ["a", "b", "c", "d"], "http: POST /effects/${inputs.tag}/http_loop_${item}", "pace: {at_once: 4}")
    loop("shell_loop", ["a", "b", "c"], "shell: [mark, \"${inputs.tag}\", \"shell_loop_${item}\"]", "idempotent: true")
    text += """

        - group: each
          for_each: host in ["x", "y"]
          steps:
            - act: redis_in
              redis: INCR kill:${inputs.tag}:redis_in_${host}
            - query: between
              redis: GET kill:${inputs.tag}:redis_in_${host}
            - act: sql_in
              sql:
                statement: INSERT INTO effects (tag, act) VALUES (:tag, :act)
                with: {tag: "${inputs.tag}", act: "sql_in_${host}"}
            - act: shell_in
              shell: [mark, "${inputs.tag}", "shell_in_${host}"]
        - document: why
          ask: What was it?
      """
    for (index, host) in ["x", "y"].enumerated() {
      for name in ["redis_in", "sql_in", "shell_in"] { effects["each[\(index)].\(name)#0"] = "\(name)_\(host)" }
    }
    act("redis_end", redis("redis_end"))
  }

  private static let decision = """
      - confirm: go_on
        ask: Go on?
        options: {on: Go on, off: Stop}
    """

  private func redis(_ effect: String) -> String { "redis: INCR kill:${inputs.tag}:\(effect)" }

  private func sql(_ effect: String) -> String {
    """
    sql:
            statement: INSERT INTO effects (tag, act) VALUES (:tag, :act)
            with: {tag: "${inputs.tag}", act: "\(effect)"}
    """
  }

  private func verification(_ effect: String) -> String {
    """
    verify:
            sql:
              statement: SELECT count(*) AS n FROM effects WHERE tag = :tag AND act = '\(effect)'
              with: {tag: "${inputs.tag}"}
            that: rows[0].n == 1
    """
  }

  private mutating func act(_ name: String, _ call: String, _ more: String = "") {
    effects["\(name)#0"] = name
    text += "\n  - act: \(name)\n    \(call)" + (more.isEmpty ? "" : "\n    \(more)")
  }

  private mutating func loop(_ name: String, _ items: [String], _ call: String, _ more: String) {
    for (position, item) in items.enumerated() { effects["\(name)#\(position)"] = "\(name)_\(item)" }
    let list = items.map { "\"\($0)\"" }.joined(separator: ", ")
    act(name, "for_each: item in [\(list)]\n    \(call)", more)
    effects["\(name)#0"] = "\(name)_\(items[0])"
  }
}
