#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The home folder that our own environment names, else `/`.
func currentHome() -> String {
  guard let home = unsafe getenv("HOME"), let text = unsafe String(validatingCString: home), text.hasPrefix("/") else {
    return "/"
  }
  return text
}

/// A write to a program that no longer reads must fail, not end us. Programs start with the signal's default all the
/// same.
func ignoreBrokenPipes() {
  _ = brokenPipes
}

private let brokenPipes: Void = {
  _ = signal(SIGPIPE, SIG_IGN)
}()

/// A signal as people write it: `SIGKILL (9)`.
func signalName(_ number: Int32) -> String {
  let names: [Int32: String] = [
    SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGABRT: "SIGABRT", SIGBUS: "SIGBUS",
    SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGSEGV: "SIGSEGV", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM",
    SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
  ]
  return names[number].map { "\($0) (\(number))" } ?? String(number)
}
