/// The names that a call may give to environment variables.
enum VariableName {
  /// Variables by which a shell or the loader would take a value for code, or look for programs elsewhere.
  private static let reserved: Set<String> = [
    "PATH", "ENV", "BASH_ENV", "IFS", "PS4", "SHELLOPTS", "BASHOPTS", "PROMPT_COMMAND",
  ]

  /// What speaks against `name`, or nil where nothing does.
  ///
  /// Source: POSIX.1-2024, 3.216 "Name".
  static func objection(to name: String) -> String? {
    guard isName(name) else {
      return "`\(name)` is no name of an environment variable (letters, digits and `_`, no digit first)"
    }
    if reserved.contains(name) || name.hasPrefix("LD_") || name.hasPrefix("DYLD_") {
      return "`\(name)` decides what code runs; only the environment's target may set it"
    }
    if name == Remains.variable { return "`\(name)` names the call; it is set for each" }
    return nil
  }

  /// Whether `name` is letters, digits and underscores of ASCII, with no digit first.
  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
  }
}
