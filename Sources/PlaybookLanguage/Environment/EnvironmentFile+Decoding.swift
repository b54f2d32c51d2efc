public import SourceText
import YAMLTree

extension EnvironmentFile {
  /// The folders that `plugins:` lists, read before all else: the executors that they add say how the file is read.
  /// Problems are left to ``decode(_:executors:arePluginsAsked:)``.
  public static func pluginFolders(of file: SourceFile) -> [String] {
    var ignored: [Diagnostic] = []
    guard let root = YAML.parse(file).root, let reader = MappingReader(unchecked: root, .environmentFile, &ignored)
    else {
      return []
    }
    return reader.texts("plugins", &ignored)
  }

  /// Reads `environments.yaml`. The executors say which targets and commands there can be. All readable parts come back
  /// even where there are errors; with an error nothing may run.
  ///
  /// - Parameter arePluginsAsked: Whether `executors` has those of the file's plugins. Where it has not, and the file
  ///   lists folders of plugins, an executor that is not known is taken to be theirs.
  public static func decode(
    _ file: SourceFile, executors: [ExecutorSchema], arePluginsAsked: Bool = true
  ) -> (file: EnvironmentFile?, diagnostics: [Diagnostic]) {
    var (root, diagnostics) = YAML.parse(file)
    guard let root, let reader = MappingReader(root, .environmentFile, &diagnostics) else {
      return (nil, Self.withoutSecrets(diagnostics))
    }
    let plugins = reader.texts("plugins", &diagnostics)
    var environments: [Environment] = []
    for entry in reader.node("environments")?.readEntries("`environments`", &diagnostics) ?? [] {
      var decoder = EnvironmentDecoder(executors: executors, plugins: plugins, arePluginsAsked: arePluginsAsked)
      if let environment = decoder.decode(entry) { environments.append(environment) }
      diagnostics += decoder.diagnostics
    }
    if let node = reader.node("environments"), case .mapping(let entries) = node.content, entries.isEmpty {
      diagnostics.append(Diagnostic(code: "wrong-value", "`environments` has no environment", at: node.span))
    }
    let name = defaultName(reader, environments, &diagnostics)
    let decoded = EnvironmentFile(environments: environments, defaultName: name, plugins: plugins, file: file)
    return (decoded, Self.withoutSecrets(diagnostics).inOrderOfPlaces)
  }

  /// The same without the text beside their places: a password may be written there, by mistake or under a misspelt
  /// name.
  private static func withoutSecrets(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    diagnostics.map { diagnostic in
      var diagnostic = diagnostic
      if diagnostic.excerpt == .line { diagnostic.excerpt = .place }
      // A connection with a password.
      if let span = diagnostic.span, span.file.bytes[span.start.offset..<span.end.offset].contains(where: Self.isPair) {
        diagnostic.excerpt = .nothing
      }
      return diagnostic
    }
  }

  private static func isPair(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "=") || byte == UInt8(ascii: "@") }

  private static func defaultName(
    _ reader: MappingReader, _ environments: [Environment], _ diagnostics: inout [Diagnostic]
  ) -> String? {
    guard let node = reader.node("default"), let name = node.readText("`default`", &diagnostics) else { return nil }
    guard let environment = environments.first(where: { $0.name == name }) else {
      diagnostics.append(
        Diagnostic(
          code: "unknown-environment", "there is no environment `\(name)`", at: node.span,
          help: Suggestion.help(for: name, in: environments.map(\.name))))
      return nil
    }
    guard !environment.isRed else {
      diagnostics.append(
        Diagnostic(
          code: "red-default", "`\(name)` is red, and a red environment is never a default", at: node.span,
          help: "leave `default` out, or name another; a run there is started with `--env \(name)`"))
      return nil
    }
    return name
  }

  /// The environment called `name`.
  public func environment(_ name: String) -> Environment? {
    environments.first { $0.name == name }
  }
}
