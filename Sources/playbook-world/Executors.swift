import ExecutorKit
import PlaybookRecord
import RedisExecutor
import SQLExecutor
import ShellExecutor

extension PlaybookWorld {
  /// The executors by which the admin API reaches the world's servers and programs.
  static var executors: [any Executor] { [RedisExecutor(), SQLExecutor(), ShellExecutor()] }
}
