import FoundationEssentials
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import Subprocess

/// Secrets as they are where environments keep them: a variable, a file, a program's output, the operator.
struct SystemSecrets: SecretFetcher {
  /// Asks the operator for a secret without showing it; nil where there is nobody to ask.
  var prompt: @Sendable (String) async -> String?

  func fetch(_ source: PlaybookLanguage.Environment.SecretSource) async throws(SecretError) -> String {
    switch source.origin {
    case .variable(let name):
      guard let value = ProcessInfo.processInfo.environment[name] else {
        throw SecretError(message: "the secret `\(source.name)` should be in the variable \(name), which is not set")
      }
      return value
    case .file(let path):
      let expanded =
        path.hasPrefix("~/") ? (ProcessInfo.processInfo.environment["HOME"] ?? "") + path.dropFirst(1) : path
      let bytes: [UInt8]
      do {
        bytes = try InputFile.bytes(expanded)
      } catch {
        throw SecretError(message: "the secret `\(source.name)` should be in the file \(path): \(error)")
      }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw SecretError(message: "the secret `\(source.name)` in the file \(path) is not UTF-8 text")
      }
      return text
    case .command(let words): return try await output(of: words, for: source.name)
    case .prompt:
      guard let value = await prompt(source.name) else {
        throw SecretError(message: "the secret `\(source.name)` is typed by the operator, and nobody is there")
      }
      return value
    }
  }

  private func output(of words: [String], for name: String) async throws(SecretError) -> String {
    guard let program = words.first else { throw SecretError(message: "the secret `\(name)` has an empty command") }
    do {
      // Subprocess looks for a name in the folders of PATH alone; `env` takes a path as well.
      let isPath = program.contains("/")
      let result = try await Subprocess.run(
        .name(isPath ? "env" : program), arguments: Arguments(isPath ? words : Array(words.dropFirst())), input: .none,
        output: .bytes(limit: 1 << 16), error: .discarded)
      guard case .exited(0) = result.terminationStatus else {
        throw SecretError(message: "the secret `\(name)`: `\(program)` ended with \(result.terminationStatus)")
      }
      guard let text = String(validating: result.standardOutput, as: UTF8.self) else {
        throw SecretError(message: "the secret `\(name)`: the output of `\(program)` is not UTF-8 text")
      }
      return text
    } catch let error as SecretError {
      throw error
    } catch {
      throw SecretError(message: "the secret `\(name)`: `\(program)` could not be run")
    }
  }
}
