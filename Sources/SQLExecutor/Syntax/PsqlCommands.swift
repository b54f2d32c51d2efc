/// psql's own commands (`\set`, `\gx`, `\d`) in a text that is SQL to the server: where they are, and how their work is done
/// here.
struct PsqlCommands {
  /// One a line, at its first backslash.
  private(set) var problems: [SQLProblem] = []
  /// The commands with their arguments: UTF-8 offsets.
  private(set) var places: [Range<Int>] = []
  /// The text with each command's place blank, of the same length.
  let rest: String

  /// So many backslashes are looked at: each costs a scan of the text before it.
  private static let most = 200

  init(_ text: String) {
    var bytes = Array(text.utf8)
    if let prompt = Self.prompt(bytes) {
      problems.append(
        SQLProblem(
          "sql-psql", "`\(String(decoding: bytes[prompt], as: UTF8.self))` is psql's prompt, no part of the statement",
          at: prompt, help: "leave it out"))
      places.append(prompt)
      for place in prompt { bytes[place] = UInt8(ascii: " ") }
    }
    var (start, looked) = (0, 0)
    while start < bytes.count, looked < Self.most {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      var position = start
      while looked < Self.most, let backslash = bytes[position..<end].firstIndex(of: UInt8(ascii: "\\")) {
        looked += 1
        guard Self.isOutside(bytes, backslash) else {
          position = backslash + 1
          continue
        }
        problems.append(Self.problem(bytes, backslash, end))
        places.append(backslash..<end)
        // The command's arguments reach to the end of its line.
        for place in backslash..<end { bytes[place] = UInt8(ascii: " ") }
        break
      }
      start = end + 1
    }
    rest = String(decoding: bytes, as: UTF8.self)
  }

  /// `app=#`, `app=>`, `app-#` before a statement that was copied out of a session. No statement begins so.
  private static func prompt(_ bytes: [UInt8]) -> Range<Int>? {
    let start = bytes.firstIndex { !" \t\r\n".utf8.contains($0) } ?? bytes.count
    let end = bytes[start...].firstIndex { " \t\r\n".utf8.contains($0) } ?? bytes.count
    // The state of a transaction stands before the last sign: `app=*#`.
    let sign = end - start > 3 && "*!?".utf8.contains(bytes[end - 2]) ? end - 3 : end - 2
    guard end - start >= 3, let last = bytes[..<end].last, "#>".utf8.contains(last), sign > start,
      "=-*('\"!^$".utf8.contains(bytes[sign]),
      bytes[start..<sign].allSatisfy({
        (97...122).contains($0 | 0x20) || (48...57).contains($0) || "_-.@:/[]~".utf8.contains($0) || $0 >= 0x80
      })
    else { return nil }
    return start..<end
  }

  /// Whether a backslash stands outside of strings, quoted names and comments, by the scanner of PostgreSQL's grammar.
  private static func isOutside(_ bytes: [UInt8], _ backslash: Int) -> Bool {
    guard let tokens = try? SQLToken.scan(String(decoding: bytes[...backslash], as: UTF8.self)) else { return false }
    return tokens.last?.range == backslash..<backslash + 1
  }

  private static func problem(_ bytes: [UInt8], _ backslash: Int, _ end: Int) -> SQLProblem {
    let name = String(
      decoding: bytes[(backslash + 1)..<end].prefix { (97...122).contains($0 | 0x20) || $0 == UInt8(ascii: "_") },
      as: UTF8.self)
    let sign = bytes[(backslash + 1)..<end].first.map { String(decoding: [$0], as: UTF8.self) } ?? ""
    let command = name.isEmpty ? sign : name
    let range = backslash..<min(end, backslash + 1 + max(1, command.utf8.count))
    return SQLProblem(
      "sql-psql", "`\\\(command)` is a command of psql's own, which no server takes", at: range, help: help(command))
  }

  /// How psql's command is done here.
  private static func help(_ command: String) -> String {
    if let help = helps[command] { return help }
    if command.hasPrefix("d") || command.hasPrefix("sf") || command.hasPrefix("sv") {
      return
        "the contents of a database are found by a query as well: information_schema.columns, pg_catalog.pg_indexes, …"
    }
    return "leave it out"
  }

  private static let helps: [String: String] = {
    var helps: [String: String] = [:]
    func say(_ help: String, _ commands: String...) { for command in commands { helps[command] = help } }
    say(
      "a value is an input, or stands under `with`; the statement says `:name`", "set", "unset", "prompt", "getenv",
      "setenv", "bind", "parse")
    say("a later step reads a value where it is: `${step.rows[0].column}`", "gset", "gexec", "gdesc")
    say("leave it out; `show: fields` shows a row as a list of its fields", "gx", "x")
    say(
      "leave it out; `show:` of the step says how rows are shown", "pset", "a", "t", "f", "H", "C", "T", "crosstabview")
    say("leave it out; the statement is sent as it is", "g")
    say("leave it out; every step shows how long it took", "timing")
    say("`until: {that, every, within}` of the step asks again and again", "watch")
    say(
      "a query's rows are kept, and `playbook evidence` writes them as CSV; an act may be an INSERT", "copy", "o", "w")
    say("a call is one statement; make each a step of its own", ";")
    say(
      "the target says where to; another one is `on:` of the step", "c", "connect", "conninfo", "encoding", "password")
    say("texts for the operator are the step's `title` and `why`", "echo", "qecho", "warn", "p", "r")
    say("`sql: {file: …}` takes a statement of a file beside the playbook", "i", "ir", "include", "include_relative")
    say("`when:` of the step says under which condition it runs", "if", "elif", "else", "endif")
    say("a program is a step of its own: `shell:`", "!", "cd")
    say(
      "the server's databases are a query as well: `SELECT datname FROM pg_database`", "l", "list")
    say("leave it out", "q", "quit", "e", "edit", "h", "help", "?", "s", "errverbose")
    return helps
  }()
}
