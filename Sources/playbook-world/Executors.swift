import ExecutorKit
import PlaybookRecord
import RedisExecutor
import SQLExecutor
import ShellExecutor

extension PlaybookWorld {
  /// What the admin API reaches the world's servers and programs with.
  static var executors: [any Executor] { [RedisExecutor(), SQLExecutor(), ShellExecutor()] }
}
