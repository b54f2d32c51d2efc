import ExecutorKit
import HTTPExecutor
import ManualExecutor
import PlaybookLanguage
import PlaybookRecord
import PluginExecutor
import RedisExecutor
import SQLExecutor
import ShellExecutor

/// Every executor there is, one line each. CONTRIBUTING.md lists the few other places that know their names.
enum Executors {
  static func builtIn() -> [any Executor] {
    [RedisExecutor(), SQLExecutor(), HTTPExecutor(), ShellExecutor(), ManualExecutor(), ValueExecutor()]
  }

  static var schemas: [ExecutorSchema] { builtIn().map(\.schema) }
}
