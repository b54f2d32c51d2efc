import PlaybookLanguage
import SourceText

/// The hints that a script's text gives.
enum ScriptCheck {
  static let pipeline =
    "of a pipeline only the last program's failure is seen: where the first is missing, `wc -l` says 0"

  static func problems(_ script: String) -> [CallProblem] {
    let interpreter: Interpreter
    do {
      interpreter = try Interpreter.of(script) ?? .shell
    } catch {
      return [
        CallProblem(
          path: ["script"], range: firstLine(script), code: "shell-interpreter", message: error.message,
          help: error.help)
      ]
    }
    guard interpreter.isShell else { return [] }
    let scan = ScriptScan(script)
    var problems: [CallProblem] = []
    if interpreter.isPlainShell {
      problems += scan.bashisms.map { mark in
        CallProblem(
          path: ["script"], range: mark.range, code: "shell-bash", message: message(mark.text, interpreter),
          help: "begin the script with `#!/bin/bash`" + (instead[mark.text].map { ", or \($0)" } ?? ""),
          severity: .warning)
      }
    }
    if !scan.hasPipefail, let first = scan.pipes.first {
      let fix =
        interpreter.isPlainShell
        ? "begin the script with `#!/bin/bash` and `set -o pipefail`" : "write `set -o pipefail` before it"
      problems.append(
        CallProblem(
          path: ["script"], range: first, code: "shell-pipeline", message: pipeline, help: fix, severity: .warning))
    }
    return problems
  }

  private static func firstLine(_ script: String) -> Range<Int> {
    0..<script.utf8.prefix { $0 != UInt8(ascii: "\n") }.count
  }

  private static func message(_ mark: String, _ interpreter: Interpreter) -> String {
    switch mark {
    case "[[": "`[[` is bash's: \(interpreter.program) does not find it, and continues as if it were false"
    case "&>": "`&>` is bash's: \(interpreter.program) starts the program in the background and continues"
    case "set -o pipefail": "`pipefail` is bash's: a plain \(interpreter.program) ends the script there"
    default: "`\(mark)` is bash's: \(interpreter.program) may not know it"
    }
  }

  private static let instead = [
    "[[": "use `[ … ]`", "&>": "use `> FILE 2>&1`", "|&": "use `2>&1 |`", "source": "use `.`",
    "<<<": "use `stdin`", "function": "use `name() { … }`",
  ]
}
