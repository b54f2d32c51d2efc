import ExecutorKit
import PlaybookLanguage
import PlaybookRecord
import PluginExecutor
import SourceText

/// The executors that an environments file adds.
enum Plugins {
  /// The plugins in the folders that the file lists, each started for its description. Throws with the problem of one.
  static func discover(_ file: SourceFile) async throws -> [any Executor] {
    let folders = EnvironmentFile.pluginFolders(of: file)
    guard !folders.isEmpty else { return [] }
    do {
      return try await PluginExecutor.discover(in: folders)
    } catch {
      throw CommandFailure.wrong("\(error.message); `plugins` of \(file.path) lists its folder, and nothing has run")
    }
  }
}

/// An environment, with all that can be called in it.
struct Surroundings {
  var environment: Environment
  /// The file of environments.
  var path: String
  /// The executors of the file's plugins.
  var plugins: [any Executor]

  /// The form of the executors' calls, the plugins' among them.
  var schemas: [ExecutorSchema] { Executors.schemas + plugins.map(\.schema) }
}
