#if canImport(Glibc)
import Glibc
#endif

/// Threads of our own, for C calls that block or recurse deeply and must not do so on the cooperative pool.
enum DetachedThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Starts a thread that ends with `body`; false where the system gives none.
  @discardableResult
  static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
    guard let thread = create(stackSize: nil, body) else { return false }
    pthread_detach(thread)
    return true
  }

  /// Runs `body` on a thread with the given stack and waits for its end; false where the system gives no thread.
  static func runAndWait(stackSize: Int, _ body: @escaping @Sendable () -> Void) -> Bool {
    guard let thread = create(stackSize: stackSize, body) else { return false }
    return pthread_join(thread, nil) == 0
  }

  private static func create(stackSize: Int?, _ body: @escaping @Sendable () -> Void) -> pthread_t? {
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    unsafe pthread_attr_init(attributes)
    defer {
      unsafe pthread_attr_destroy(attributes)
      unsafe attributes.deallocate()
    }
    if let stackSize { unsafe pthread_attr_setstacksize(attributes, stackSize) }
    // The new thread takes over the one reference.
    let context = unsafe Unmanaged.passRetained(Body(body))
    var thread: pthread_t = 0
    let code = unsafe pthread_create(
      &thread, attributes,
      { argument in
        if let argument = unsafe argument { unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      unsafe context.release()
      return nil
    }
    return thread
  }
}
