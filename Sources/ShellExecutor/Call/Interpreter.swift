/// The program that a script's first line, `#!PROGRAM ARGUMENT`, names.
///
/// Source: execve(2), "Interpreter scripts": after the program follows at most one argument, blanks within it kept. Of
/// `/usr/bin/env NAME` and `/usr/bin/env -S NAME ARGUMENT…` the name is looked for on the target's path.
struct Interpreter: Sendable, Equatable {
  /// As messages name it: `/bin/bash`, `python3`.
  var program: String
  var arguments: [String]

  struct Problem: Error, Equatable {
    var message: String
    var help: String?
  }

  /// The program for scripts without such a line.
  static let shell = Interpreter(program: "/bin/sh", arguments: [])

  /// Nil: the script has no such line.
  static func of(_ script: String) throws(Problem) -> Interpreter? {
    guard script.hasPrefix("#!") else { return nil }
    let line = script.dropFirst(2).prefix { !$0.isNewline }
    let words = line.split(maxSplits: 1, omittingEmptySubsequences: true, whereSeparator: isBlank)
    guard let first = words.first.map(String.init) else {
      throw Problem(message: "the script's first line names no program after `#!`", help: "such as `#!/bin/bash`")
    }
    guard first.hasPrefix("/") else {
      throw Problem(
        message: "the script's first line names `\(first)`, which is not an absolute path",
        help: "such as `#!/bin/bash` or `#!/usr/bin/env \(first)`")
    }
    var rest = words.count > 1 ? String(words[1]) : ""
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    if first.split(separator: "/").last == "env" { return try ofEnvironment(first, rest) }
    return Interpreter(program: first, arguments: rest.isEmpty ? [] : [rest])
  }

  private static func ofEnvironment(_ env: String, _ rest: String) throws(Problem) -> Interpreter {
    var words = rest.split(whereSeparator: isBlank).map(String.init)
    let splits = words.first == "-S" || words.first == "--split-string" || words.first?.hasPrefix("-S") == true
    if splits, let first = words.first {
      words.removeFirst()
      if first.hasPrefix("-S"), first.count > 2 { words.insert(String(first.dropFirst(2)), at: 0) }
    }
    guard let name = words.first else {
      throw Problem(
        message: "the script's first line names no program after `\(env)`", help: "such as `#!/usr/bin/env python3`")
    }
    if name.hasPrefix("-") || name.contains("=") {
      throw Problem(
        message: "the script's first line gives `\(env)` more than a program's name: `\(name)`",
        help: "name the program; `env` beside `script` sets variables")
    }
    guard splits || words.count == 1 else {
      throw Problem(
        message: "the system gives `\(env)` all that follows it as one word: there is no program `\(rest)`",
        help: "write `#!\(env) -S \(rest)`")
    }
    return Interpreter(program: name, arguments: Array(words.dropFirst()))
  }

  private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }

  /// Its name without the folder: `bash`.
  var name: String { program.split(separator: "/").last.map(String.init) ?? program }

  /// Whether it is a POSIX shell without more, which knows neither `[[` nor `pipefail`.
  var isPlainShell: Bool { ["sh", "dash", "ash"].contains(name) }

  /// Whether it is a shell, whose script may stand behind `-c`.
  var isShell: Bool { isPlainShell || ["bash", "ksh", "mksh", "zsh"].contains(name) }

  /// Whether the script may stand behind `-c` with these arguments; else it is read from a file, as the system has it.
  var takesText: Bool {
    isShell
      && arguments.allSatisfy { word in
        word.utf8.first == UInt8(ascii: "-") && word.utf8.count > 1
          && word.utf8.dropFirst().allSatisfy { (97...122).contains($0) && !"cso".utf8.contains($0) }
      }
  }

  /// As the first line has it: `/bin/bash -e`.
  var line: String { ([program] + arguments).joined(separator: " ") }
}
