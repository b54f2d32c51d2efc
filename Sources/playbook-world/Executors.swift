import PlaybookEngine
import RedisExecutor
import SQLExecutor

extension PlaybookWorld {
  /// What the admin API reaches the world's servers with.
  static var executors: [any Executor] { [RedisExecutor(), SQLExecutor()] }
}
