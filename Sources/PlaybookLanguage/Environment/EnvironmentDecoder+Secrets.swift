import SourceText
import YAMLTree

extension EnvironmentDecoder {
  mutating func readSecrets(_ node: YAMLNode?) -> [Environment.SecretSource] {
    guard let node else { return [] }
    let before = diagnostics.count
    let sources = node.readEntries("`secrets`", &diagnostics).compactMap { secret($0) }
    // The text there may be the secret itself.
    for index in diagnostics.indices[before...] { diagnostics[index].excerpt = .nothing }
    return sources
  }

  private mutating func secret(_ entry: YAMLEntry) -> Environment.SecretSource? {
    if let problem = NameRules.problem(with: entry.key.text, "a secret", at: entry.key.span),
      problem.code == "wrong-name"
    {
      diagnostics.append(problem)
    }
    guard case .mapping = entry.value.content else {
      // Without its line: the text there may be the secret itself.
      diagnostics.append(
        Diagnostic(
          code: "written-secret",
          "\(entry.key.span.location): the secret `\(entry.key.text)` says where it comes from, and never is it",
          help: "such as `{env: NAME}`, `{file: PATH}`, `{command: [PROGRAM, ARGUMENT]}` or `{prompt: true}`"))
      return nil
    }
    guard let reader = MappingReader(entry.value, .secret, &diagnostics) else { return nil }
    let given = ["env", "file", "command", "prompt"].filter { reader.entry($0) != nil }
    guard given.count == 1 else {
      let message = given.isEmpty ? "the secret comes from nowhere" : "the secret comes from one place"
      diagnostics.append(
        Diagnostic(
          code: given.isEmpty ? "missing-key" : "both-keys", message, at: entry.key.span,
          help: "give one of `env`, `file`, `command`, `prompt`"))
      return nil
    }
    let isFresh = reader.boolean("fresh", &diagnostics) ?? false
    if isFresh, given != ["prompt"], let fresh = reader.entry("fresh") {
      diagnostics.append(
        Diagnostic(
          code: "misplaced-key", "`fresh` is about secrets that are asked for (`prompt`)", at: fresh.key.span,
          help: "`expires: 1s` has a value fetched again"))
    }
    guard let origin = origin(given[0], reader, isFresh: isFresh) else { return nil }
    let expires = reader.duration("expires", &diagnostics)
    return Environment.SecretSource(name: entry.key.text, origin: origin, expires: expires, span: entry.value.span)
  }

  private mutating func origin(
    _ key: String, _ reader: MappingReader, isFresh: Bool
  ) -> Environment.SecretSource.Origin? {
    switch key {
    case "env": return reader.text("env", &diagnostics).map { .variable($0) }
    case "file": return reader.text("file", &diagnostics).map { .file($0) }
    case "prompt":
      guard reader.boolean("prompt", &diagnostics) == true else { return nil }
      return .prompt(fresh: isFresh)
    default:
      guard let node = reader.node("command") else { return nil }
      guard case .sequence(let items) = node.content, !items.isEmpty else {
        node.wrong("`command`", wants: "a list: the program and its arguments", &diagnostics)
        return nil
      }
      return .command(items.compactMap { $0.readText("an item of `command`", &diagnostics) })
    }
  }
}
