import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookLanguage
import ShellExecutor
import SourceText
import Testing

/// What runs a script, and a program whose first line names another.
@Suite struct ScriptTests {
  private let bench: Workbench
  private let tools: [(String, Value)] = [("path", ["/usr/bin", "/bin"]), ("trusted", true)]

  init() throws { bench = try Workbench() }

  private func run(_ script: String, _ more: [(String, Value)] = []) async throws -> Value? {
    let outcome = try await bench.executor.perform(bench.script(script, .act, more), context: bench.context(tools))
    return outcome.fields["stdout"]
  }

  @Test(arguments: [
    ("#!/bin/bash\nset -euo pipefail\nhosts=(a b); printf '%s\\n' \"${#hosts[@]}\"", "2\n"),
    ("#! /bin/bash -e\nfalse || echo on; [[ 1 == 1 ]] && echo yes", "on\nyes\n"),
    ("#!/usr/bin/env bash\necho ${BASH_VERSION:+bash}", "bash\n"),
    ("#!/bin/sh\r\necho dash", "dash\n"), ("#!/bin/sh -e\necho ok", "ok\n"), ("#!/bin/bash -\necho ok", "ok\n"),
    ("#!/usr/bin/env -S bash -u\necho ok", "ok\n"), ("#!/usr/bin/awk -f\nBEGIN { print 1 + 1 }", "2\n"),
    ("#!/bin/cat\nthe text", "#!/bin/cat\nthe text"), ("echo no first line", "no first line\n"),
  ])
  func `the first line says what runs it`(script: String, output: String) async throws {
    #expect(try await run(script) == .string(output))
  }

  @Test func `values and standard input reach a script that is read from a file, which is gone after it`() async throws
  {
    let script = "#!/usr/bin/awk -f\n{ print ENVIRON[\"WORD\"], $0 }\nEND { print ARGC }"
    #expect(try await run(script, [("env", ["WORD": "w"]), ("stdin", "line\n")]) == "w line\n1\n")
    #expect(try await run("#!/usr/bin/tail -n1\n") == "#!/usr/bin/tail -n1\n")
    // It prints the path that it is given.
    let path = try #require(try await run("#!/bin/ls\n")?.stringValue)
    #expect(path.hasSuffix("/script\n") && !FileManager.default.fileExists(atPath: String(path.dropLast())))
  }

  @Test(arguments: [
    ("#!/nonexistent/interp\nx", "names /nonexistent/interp, which is not there"),
    ("#!/usr/bin/env nosuchprogram\nx", "names `nosuchprogram`: there is no program `nosuchprogram` on the path"),
    ("#!/sbin/nologin\nx", "does not lie on the path of `shell` (/usr/bin, /bin)"),
    ("#!/etc/passwd\nx", "which is not executable"), ("#!/usr\nx", "which is not a regular file"),
    ("#!\nx", "names no program after `#!`"), ("#!python3\nx", "names `python3`, which is not an absolute path"),
    ("#!/usr/bin/env python3 -u\nx", "as one word: there is no program `python3 -u`"),
    ("#!/usr/bin/env\nx", "names no program after `/usr/bin/env`"),
    ("#!/usr/bin/env -i sh\nx", "more than a program's name"),
  ])
  func `another program is refused, and nothing runs`(script: String, message: String) async throws {
    let error = await bench.failure { try await run(script) }
    #expect(error?.code == .invalid && error?.mayHaveTakenEffect == false)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func `without its folder on the path an interpreter is refused, and the shell's own is not`() async throws {
    let bash = await bench.failure {
      try await bench.executor.perform(bench.script("#!/bin/bash\necho"), context: bench.context())
    }
    #expect(bash?.code == .invalid)
    let shell = try await bench.executor.perform(bench.script("#!/bin/sh\necho ok"), context: bench.context())
    #expect(shell.fields["stdout"] == "ok\n")
  }

  @Test func `what a script is for is shown with it`() {
    #expect(
      bench.executor.display(bench.script("#!/bin/bash -e\ntrue"), on: nil)
        == "# a script for /bin/bash -e\n#!/bin/bash -e\ntrue")
    #expect(
      bench.executor.display(bench.script("#!/usr/bin/env python3\n"), on: nil).hasPrefix("# a script for python3\n"))
  }

  @Test(arguments: [
    ("#!/nonexistent/interp\n", "names the interpreter /nonexistent/interp, which is not there"),
    ("#! /nonexistent/interp -x\n", "names the interpreter /nonexistent/interp, which is not there"),
    ("#!/bin/sh\r\necho x\r\n", "ends in a carriage return: the file has the line ends of Windows"),
    ("#!/etc/passwd\n", "names the interpreter /etc/passwd, which is not executable"),
  ])
  func `a program's interpreter that can't run is named, in a plan too`(head: String, message: String) async throws {
    try bench.program("orphan", head)
    let error = await bench.failure { try await bench.run(["orphan"]) }
    #expect(error?.code == .unreachable && error?.message.contains(message) == true, "\(error?.message ?? "")")
    let planned = await bench.failure {
      try await bench.executor.plan(bench.call(["orphan"]), context: bench.context())
    }
    #expect(planned?.message == error?.message)
  }
}

/// Without `#!` the system starts no text; a shell would have run it.
@Suite struct PlainTextTests {
  @Test func `a program that is text without a first line is called that`() async throws {
    let bench = try Workbench()
    try bench.program("plain", "#!")
    let path = bench.bin + "/plain"
    try Data("echo x\n".utf8).write(to: URL(filePath: path))
    let error = await bench.failure { try await bench.run(["plain"]) }
    #expect(error?.code == .unreachable)
    #expect(error?.message == "\(path) could not be started: it has no first line that names its interpreter")
  }
}

/// What lint says of calls and scripts by their text.
@Suite struct HintTests {
  private let span = SourceSpan(file: SourceFile(path: "test", text: ""), range: 0..<0)

  private func problems(_ form: CallForm) -> [CallProblem] { ShellExecutor.schema.validate(form, .act) }

  /// Of words as they stand in a text.
  private func words(_ written: [String]) -> [CallProblem] {
    let words = written.map { TemplateTree.template(Template([.text($0)], at: span)) }
    return problems(CallForm(fields: ["args": .list(words, span)], written: ["args": written]))
  }

  @Test(arguments: [
    "*.log", "/var/log/*.gz", "log?.txt", "host-[0-9]", "[a-c].txt", "{a,b}", "db{1..3}", "x{a,b}y", "~redis",
    "~redis/log",
    "${x}*",
  ])
  func `what a shell would put names in the place of is a warning`(word: String) {
    let found = words(["ls", word])
    #expect(found.count == 1 && found[0].severity == .warning && found[0].path == ["args", "1"], "\(found)")
  }

  @Test(arguments: [
    "'*.log'", "\"*.log\"", "\\*.log", "--include=*.log", "-name", "^a.*$", "app.*", "[a-z]+", "http://h/?a=1", "a=*",
    "${x.map(a, a)}", "${{'a': 1, 'b': 2}}", "HEAD~1", "{}x", "[]", "50%",
  ])
  func `what a shell leaves alone, or is meant, is none`(word: String) {
    #expect(words(["ls", word]).isEmpty, "\(words(["ls", word]))")
  }

  private func script(_ text: String) -> [CallProblem] {
    problems(CallForm(fields: ["script": .template(Template([.text(text)], at: span))]))
  }

  @Test(arguments: [
    "|", "||", "&&", "&", ";", ">", ">>", "<", "list;", "list&", "2>&1", "2>/dev/null", ">/tmp/x", "&>log", "<<EOF",
    "*",
    "~", "~/x", "$HOME", "\"$HOME\"", "$1", "$(date)", "$(date", "a`date`", "`date", "#", "|grep", "(ls",
    "a&&b", "x$(date)",
  ])
  func `what only a shell understands is an error that names script`(word: String) {
    for found in [words(["fw", word, "more"]), words(["fw", "list", word])] {
      #expect(found.count == 1 && found.first?.severity == .error && found.first?.code == "shell-operator", "\(found)")
      #expect(found.first?.message.hasPrefix("there is no shell here") == true)
      #expect(found.first?.help?.contains("`script`") == true)
    }
  }

  @Test(arguments: [
    (["bash", "-c", "fw list | wc -l"], true), (["/bin/sh", "-ec", "fw list | wc -l"], true),
    (["bash", "-c", "set -o pipefail; fw list | wc -l"], false), (["bash", "-o", "pipefail", "-c", "a | b"], false),
    (["bash", "-c", "fw list || true"], false), (["fw", "-c", "a | b"], false),
  ])
  func `a pipeline in the text of a shell is a warning where its failure can't be seen`(call: [String], isSaid: Bool) {
    let texts = call.map { TemplateTree.template(Template([.text($0)], at: span)) }
    let found = problems(CallForm(fields: ["args": .list(texts, span)]))
    #expect(found.map(\.code) == (isSaid ? ["shell-pipeline"] : []), "\(found)")
    #expect(found.allSatisfy { $0.severity == .warning })
  }

  @Test(arguments: ["list|grep", "a;b", "--to=>x", "/home/$USER/x", "a>b"])
  func `within a word it is a warning`(word: String) {
    #expect(words(["fw", word]).map(\.severity) == [.warning])
  }

  @Test(arguments: [
    "'|'", "\"|\"", "\\|", "'$HOME'", "\\$HOME", "'a*'", "\\*.txt", "http://x/?a=1&b=2", "a$", "100%", "--x={{.Name}}",
    "<id>", "^a.*b$", "${a.b | c}", "${x['|']}", "key=value", "-", "a~b", "\"a;b\"", "'`'", "a#b",
  ])
  func `what is quoted or means nothing to a shell is text`(word: String) {
    #expect(words(["fw", word]).isEmpty, "\(words(["fw", word]))")
  }

  @Test(arguments: ["$", "%", ">", "root@web-1:~#", "me@host:/srv$"]) func `a pasted prompt is named`(word: String) {
    let found = words([word, "service", "status"])
    #expect(found.map(\.code) == ["shell-prompt"] && found[0].message.contains("is a prompt"))
  }

  @Test func `a shell's own words and settings before a program are named`() {
    #expect(words(["cd", "/x"]).first?.help?.hasPrefix("`cwd` names the folder") == true)
    #expect(words(["FOO=bar", "fw"]).first?.help?.contains("`env`") == true)
    #expect(words(["for", "x"]).map(\.code) == ["shell-operator"])
  }

  @Test func `a list is taken as it is written`() {
    let items = ["fw", "|", "$HOME"].map { TemplateTree.template(Template([.text($0)], at: span)) }
    #expect(problems(CallForm(fields: ["args": .list(items, span)])).isEmpty)
  }

  @Test(arguments: [
    "nosuchtool --list | wc -l", "n=$(a | wc -l)", "echo \"$(a | b)\"", "if a | b; then c; fi",
    "case $x in a|b) c | d;; esac", "#!/bin/bash\na | b", "cat <<EOF\n|\nEOF\na | b", "a |\n b",
  ])
  func `of a pipeline only the last failure is seen`(text: String) {
    #expect(script(text).map(\.code).contains("shell-pipeline"), "\(text)")
  }

  @Test(arguments: [
    "a || b", "echo 'a | b'", "echo \"a | b\"", "# a | b\nc", "case $x in a|b) c;; c | d) e;; esac", "a \\| b",
    "cat <<'EOF'\na | b\nEOF", "cat <<-EOF\n\ta | b\n\tEOF\nc", "echo $((1 | 2))", "echo ${a:-b|c}", "a >| b",
    "#!/bin/bash\nset -o pipefail\na | b", "#!/usr/bin/env bash\nset -euo pipefail\na | b",
    "#!/usr/bin/env python3\nx = a | b",
  ])
  func `what is no pipeline, or is seen, is not warned of`(text: String) {
    #expect(script(text).isEmpty, "\(script(text))")
  }

  @Test(arguments: [
    ("[[ 1 == 1 ]] && a", "[["), ("set -euo pipefail\na", "set -o pipefail"), ("hosts=(a b)", "=("), ("a &> b", "&>"),
    ("a <<< b", "<<<"), ("diff <(a) <(b)", "<("), ("source x", "source"), ("if [[ a ]]; then b; fi", "[["),
    ("x=$( [[ a ]] && b )", "[["), ("#!/bin/dash\n[[ a ]]", "[["),
  ])
  func `what only bash knows is named`(text: String, mark: String) {
    let found = script(text).filter { $0.code == "shell-bash" }
    #expect(found.count == 1 && found[0].severity == .warning && found[0].help?.contains("#!/bin/bash") == true)
    #expect(found.first?.message.contains(mark == "set -o pipefail" ? "pipefail" : "`\(mark)`") == true, "\(found)")
    #expect(script("#!/bin/bash\n" + text).allSatisfy { $0.code != "shell-bash" } || text.hasPrefix("#!"))
  }

  @Test(arguments: ["echo '[['", "grep -c [[:alpha:]] x", "echo a[[b", "echo source", "echo \"a &> b\""])
  func `what only looks like it is not`(text: String) {
    #expect(script(text).isEmpty, "\(script(text))")
  }

  @Test(arguments: ["#!\nx", "#!python3\nx", "#!/usr/bin/env python3 -u\nx"])
  func `a first line that can't work is an error`(text: String) {
    let found = script(text)
    #expect(found.map(\.code) == ["shell-interpreter"] && found[0].severity == .error)
  }

  @Test(arguments: ["case x in", "cat <<", "a 'b", "a \"$(", "${", "$((", "\\", "case a in b) c", "<<EOF\n"])
  func `a script that breaks off does no harm`(text: String) {
    _ = script(text)
  }
}
