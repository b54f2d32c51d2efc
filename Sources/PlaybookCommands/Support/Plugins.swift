import PlaybookEngine
import PlaybookLanguage
import PluginExecutor

/// The executors that an environments file adds.
enum Plugins {
  static func discover(_ file: EnvironmentFile) async throws -> [any Executor] {
    guard !file.plugins.isEmpty else { return [] }
    do {
      return try await PluginExecutor.discover(in: file.plugins)
    } catch {
      throw CommandFailure.wrong("\(error)")
    }
  }
}
