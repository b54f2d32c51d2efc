import NIOCore
import Synchronization

/// A result that arrives once, from whichever comes first: the answer, the deadline, a cancellation, a broken connection.
final class Once<Success: Sendable>: Sendable {
  private let promise: EventLoopPromise<Success>
  private let isDone = Mutex(false)

  init(on loop: any EventLoop) {
    promise = loop.makePromise()
  }

  var isComplete: Bool { isDone.withLock { $0 } }

  /// False where there was a result already.
  @discardableResult
  func complete(_ result: Result<Success, ConnectionFailure>) -> Bool {
    let isFirst = isDone.withLock { done in
      defer { done = true }
      return !done
    }
    if isFirst {
      switch result {
      case .success(let success): promise.succeed(success)
      case .failure(let failure): promise.fail(failure)
      }
    }
    return isFirst
  }

  /// Waits; a cancellation of the task is one of the results that may come first.
  func wait(onCancel: @escaping @Sendable () -> Void) async throws(ConnectionFailure) -> Success {
    do {
      return try await withTaskCancellationHandler {
        try await promise.futureResult.get()
      } onCancel: {
        if complete(.failure(.cancelled)) { onCancel() }
      }
    } catch {
      throw ConnectionFailure(error)
    }
  }
}

/// Commands that were written together and the replies that came so far.
final class Batch: Sendable {
  let count: Int
  let result: Once<[Reply]>
  private let replies = Mutex<[Reply]>([])

  init(count: Int, on loop: any EventLoop) {
    self.count = count
    result = Once(on: loop)
  }

  /// The replies that came so far.
  var received: [Reply] { replies.withLock { $0 } }

  /// True where it was the last one.
  func add(_ reply: Reply) -> Bool {
    let all = replies.withLock { replies in
      replies.append(reply)
      return replies.count == count ? replies : nil
    }
    guard let all else { return false }
    result.complete(.success(all))
    return true
  }
}
