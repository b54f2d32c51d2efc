import CEL
public import PlaybookLanguage
import SourceText

extension ShellExecutor {
  /// The form of its calls.
  public static let schema = ExecutorSchema(
    name: "shell",
    summary: "A program of this machine, found on the target's path, run without a shell",
    fields: [
      .init("args", .words, "The program and its arguments, one word each"),
      .init(
        "script", .literal,
        "A text for /bin/sh, or for what its first line `#!PROGRAM` names, instead of a program; values enter it through `env` alone"
      ),
      .init("env", .texts, "Environment variables"),
      .init("stdin", .text, "The text on the program's standard input; without it: nothing"),
      .init("cwd", .text, "The folder that it runs in, absolute; by default the target's, else /"),
      .init("expect", .tree, "The exit code, or a list of those, that count as success; by default 0"),
    ],
    shortForm: .words("args"),
    listField: "args",
    outcome: [
      "exit": .int, "stdout": .dyn, "stderr": .dyn, "lines": .list(.dyn), "json": .dyn,
    ],
    wholeFields: ["exit"],
    exposedFields: ["args"], settings: ShellTarget.settings, textSettings: ["env", "read_only"],
    validateSettings: ShellSettingsCheck.problems,
    validate: { form, mode in ShellFormCheck(form: form, mode: mode).problems() })
}

/// The problems of a call that can be told without its values and its target.
struct ShellFormCheck {
  let form: CallForm
  let mode: CallMode

  func problems() -> [CallProblem] {
    var problems = action()
    problems += names()
    problems += codes()
    if let folder = form.literal("cwd"), !folder.hasPrefix("/") {
      problems.append(
        CallProblem(path: ["cwd"], code: "shell-relative-folder", message: "`cwd` must be an absolute path"))
    }
    return problems
  }

  private func action() -> [CallProblem] {
    switch (form.fields["args"], form.fields["script"]) {
    case (nil, nil):
      return [
        CallProblem(
          path: [], code: "shell-empty", message: "the call names no program", help: "give `args` or `script`")
      ]
    case (.some, .some):
      let message = "`args` and `script` can't stand together"
      return [CallProblem(path: ["script"], code: "shell-two-calls", message: message, help: "take one of them away")]
    case (.some(let words), nil):
      return program(words)
    case (nil, .some):
      return script()
    }
  }

  private func script() -> [CallProblem] {
    if let text = form.literal("script"), text.allSatisfy(\.isWhitespace) {
      return [CallProblem(path: ["script"], code: "shell-empty", message: "the script is empty")]
    }
    let problems = form.literal("script").map(ScriptCheck.problems) ?? []
    guard mode == .query else { return problems }
    return problems + [
      CallProblem(
        path: ["script"], code: "shell-script-query",
        message:
          "nothing keeps a script from writing; this query runs only where the target says `trusted: true` or a command says `writes: false`",
        help: "call a program that the environment lists in `read_only`", severity: .warning)
    ]
  }

  private func program(_ words: TemplateTree) -> [CallProblem] {
    if let written = form.written["args"] {
      let problems = WordCheck.problems(written)
      if !problems.isEmpty { return problems }
    }
    let piped = pipeline(words)
    if !piped.isEmpty { return piped }
    let first: TemplateTree
    let path: [String]
    switch words {
    case .list(let items, _):
      guard let item = items.first else {
        return [CallProblem(path: ["args"], code: "shell-empty", message: "the call names no program")]
      }
      (first, path) = (item, ["args", "0"])
    default:
      (first, path) = (words, ["args"])
    }
    switch first {
    case .template(let template):
      if let text = template.literal {
        guard text.allSatisfy(\.isWhitespace) else { return [] }
        return [CallProblem(path: path, code: "shell-empty", message: "the call names no program")]
      }
      if case .text(let text) = template.pieces.first, path.count == 1, text.contains(where: \.isWhitespace) {
        return []
      }
      return [
        CallProblem(
          path: path, code: "shell-computed-program", message: "the program's name must be written out, not computed",
          help: "choose between steps with `when`")
      ]
    case .value: return []
    case .list, .map:
      return [CallProblem(path: path, code: "shell-word", message: "a word of a program's call is one text")]
    }
  }

  private static let shells: Set<String> = ["sh", "bash", "dash", "ash", "ksh", "zsh"]

  /// A pipeline in the text that a shell is given: `bash -c 'fw list | wc -l'`.
  private func pipeline(_ words: TemplateTree) -> [CallProblem] {
    guard case .list(let items, _) = words else { return [] }
    let texts: [String?] = items.map { item in
      guard case .template(let template) = item else { return nil }
      return template.literal
    }
    guard let program = texts.first ?? nil, let name = program.split(separator: "/").last,
      Self.shells.contains(String(name)), !texts.contains("pipefail"),
      let option = texts.firstIndex(where: { Self.isCommandOption($0 ?? "") }), option + 1 < texts.count,
      let script = texts[option + 1]
    else { return [] }
    let scan = ScriptScan(script)
    guard !scan.hasPipefail, !scan.pipes.isEmpty else { return [] }
    return [
      CallProblem(
        path: ["args", String(option + 1)], code: "shell-pipeline", message: ScriptCheck.pipeline,
        help: "call bash, and write `set -o pipefail;` before it", severity: .warning)
    ]
  }

  /// `-c`, `-ec`.
  private static func isCommandOption(_ word: String) -> Bool {
    word.hasPrefix("-") && !word.hasPrefix("--") && word.hasSuffix("c")
  }

  private func names() -> [CallProblem] {
    guard case .map(let entries, _) = form.fields["env"] else { return [] }
    return entries.compactMap { entry in
      switch entry.value {
      case .list, .map:
        CallProblem(path: ["env", entry.key], code: "shell-variable", message: "an environment variable is one text")
      default:
        problem(with: entry)
      }
    }
  }

  private func problem(with entry: TemplateTree.Entry) -> CallProblem? {
    let path = ["env", entry.key]
    if let objection = VariableName.objection(to: entry.key) {
      return CallProblem(path: path, code: "shell-variable", message: objection)
    }
    guard case .template(let template) = entry.value, template.literal == nil,
      let objection = VariableName.objectionToValue(in: entry.key)
    else { return nil }
    return CallProblem(
      path: path, code: "shell-variable", message: objection,
      help: "write its text out, or give the value to the program under another name")
  }

  private func codes() -> [CallProblem] {
    guard let expected = form.fields["expect"] else { return [] }
    let items: [(TemplateTree, [String])] =
      if case .list(let list, _) = expected {
        list.enumerated().map { ($1, ["expect", String($0)]) }
      } else {
        [(expected, ["expect"])]
      }
    if items.isEmpty {
      return [CallProblem(path: ["expect"], code: "shell-exit-code", message: "`expect` lists no exit code")]
    }
    return items.compactMap { item, path in
      if case .template(let template) = item, template.literal == nil { return nil }
      if case .value(let value, _) = item, let code = value.intValue, (0...255).contains(code) { return nil }
      return CallProblem(path: path, code: "shell-exit-code", message: "an exit code is a number from 0 to 255")
    }
  }
}
