import Foundation
import Testing

/// Promise 4 with values that are searched for: a secret from every source, put out again in every encoding, is nowhere to
/// be found afterwards.
@Suite struct CanaryTests {
  private static let canaries = [
    "variable": #"cnry-env-9f"3a/+=z&b"#, "file": #"cnry-file-"q9<x>/k+w"#, "program": #"cnry-cmd-7k"s/+t=e\u"#,
    "typed": #"cnry-prm-q"w/e+r&t5"#,
  ]

  /// A canary as it may turn up: raw, base64 at each alignment, URL-encoded, JSON-escaped, hexadecimal.
  fileprivate static func forms(of canary: String) -> [String] {
    let bytes = Array(canary.utf8)
    let hex = bytes.map { String(format: "%02x", $0) }.joined()
    let url = bytes.map { byte in
      let scalar = Character(Unicode.Scalar(byte))
      return scalar.isLetter || scalar.isNumber || "-._~".contains(scalar)
        ? String(scalar) : String(format: "%%%02X", byte)
    }.joined()
    let json = canary.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let base64 = (0..<3).map { shift in
      // What lies between the borders is the same whatever stands around it.
      String(Data([UInt8](repeating: 0, count: shift) + bytes).base64EncodedString().dropFirst(4).dropLast(4))
    }
    return [canary, hex, hex.uppercased(), url, url.lowercased(), json, json.replacing("/", with: "\\/")] + base64
  }

  private static func found(in data: Data, of place: String) -> [String] {
    canaries.flatMap { source, canary in
      forms(of: canary).filter { data.range(of: Data($0.utf8)) != nil }.map { "\(source) in \(place): \($0)" }
    }
  }

  private static let playbook = #"""
    playbook: canaries
    title: Canaries
    inputs:
      token: {type: string, secret: true}
    steps:
      - query: shown
        shell: &all
          script: |
            for secret in "$A" "$B" "$C" "$D" "$E"; do
              printf '%s\n' "$secret"
              printf '{"key":"Bearer %s"}\n' "$secret"
              printf 'x%s' "$secret" | base64 -w0; echo
              printf 'xy%s' "$secret" | base64 -w0; echo
              printf '%s' "$secret" | base64 -w0; echo
              printf '%s' "$secret" | od -An -v -tx1 | tr -d ' \n'; echo
              printf '%s' "$secret" | perl -pe 's/([^A-Za-z0-9_.~-])/sprintf("%%%02X",ord($1))/ge'; echo
              printf '%s' "$secret" | perl -pe 's/(["\\])/\\$1/g'; echo
            done
            printf '%s\n' "$D" >&2
            sleep 0.5
          env: &env
            A: "${secrets.variable}"
            B: "${secrets.file}"
            C: "${secrets.program}"
            D: "${secrets.typed}"
            E: "${inputs.token}"
      - query: large
        shell: {script: 'for n in $(seq 1 3000); do printf "%s %s %s\n" $n "$A" "$D"; done', env: *env}
      - query: failing
        on_error: continue
        shell: {script: 'printf "no: %s\n" "$C" >&2; exit 3', env: *env}
      - query: hidden
        secret: true
        shell: {script: 'printf "%s" "$B"', env: *env}
      - act: change
        shell: *all
      - document: note
        text: "It said ${shown.stdout} and ${failing.error} and ${large.lines[2999]}"
    """#

  private static let environments = #"""
    environments:
      test:
        shell: {path: [/usr/bin, /bin], trusted: true}
        secrets:
          variable: {env: CANARY}
          file: {file: FOLDER/canary}
          program: {command: [cat, FOLDER/canary2]}
          typed: {prompt: true}
    """#

  @Test func `a canary from any source is in no file, on no screen, in no argument list and in no crash report`() throws
  {
    let program = try Program()
    defer { program.remove() }
    let folder = program.folder.path
    try program.write(Self.playbook, to: "books/canaries/playbook.yaml")
    try program.write(Self.environments.replacing("FOLDER", with: folder), to: "env.yaml")
    try program.write(Self.canaries["file"]! + "\n", to: "canary")
    try program.write(Self.canaries["program"]!, to: "canary2")
    let input = #"cnry-inp-z"x/c+v=b6"#
    try program.write(input, to: "input")

    let session = try Typescript(
      program,
      command: "exec \(Program.path.path) run canaries --playbooks books --env test --environments env.yaml "
        + "--set \"token=$INPUT\"", variables: ["CANARY": Self.canaries["variable"]!, "INPUT": input])
    defer { session.end() }
    try session.wait(for: "secret typed")
    session.type(Self.canaries["typed"]! + "\n")
    try session.wait(for: "change")
    try session.wait(for: "digest:")
    try session.wait(for: ">")
    session.type("y\n")
    try session.waitForExit()

    let run = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder + "/runs").first { $0.contains("canaries") })
    var finds: [String] = []
    var files = 0
    let walk = FileManager.default.enumerator(atPath: folder + "/runs/" + run)
    while let name = walk?.nextObject() as? String {
      guard let data = FileManager.default.contents(atPath: folder + "/runs/\(run)/\(name)"), !data.isEmpty else {
        continue
      }
      files += 1
      finds += Self.found(in: data, of: name)
    }
    finds += Self.found(in: session.screen, of: "the screen")
    finds += Self.found(in: session.arguments, of: "the argument lists")
    #expect(finds.isEmpty, "\(finds.joined(separator: "\n"))")
    // What was looked through is what should have been there.
    #expect(files >= 5)
    #expect(String(decoding: session.screen, as: UTF8.self).contains("•••"))
    let journal = try String(contentsOfFile: folder + "/runs/\(run)/journal.jsonl", encoding: .utf8)
    #expect(journal.contains("•••") && journal.contains("run.finished"))
    #expect(!journal.contains("cnry-inp"))
    #expect(!String(decoding: session.screen, as: UTF8.self).contains("cnry-inp"))
  }
}

@Suite struct CrashTests {
  @Test func `a crash leaves no core, and its report holds no secret`() throws {
    let program = try Program()
    defer { program.remove() }
    let canary = #"cnry-crash-8t"u/v+w"#
    try program.write(
      """
      playbook: crashing
      title: Crashing
      steps:
        - act: change
          shell: {script: 'printf "%s" "$A"', env: {A: "${secrets.token}"}}
      """, to: "books/crashing/playbook.yaml")
    try program.write(
      """
      environments:
        test:
          shell: {path: [/usr/bin, /bin], trusted: true}
          secrets: {token: {env: CANARY}}
      """, to: "env.yaml")
    let session = try Typescript(
      program,
      command: "ulimit -c unlimited; exec \(Program.path.path) run crashing --playbooks books --env test "
        + "--environments env.yaml",
      variables: [
        "CANARY": canary, "SWIFT_BACKTRACE": "enable=yes,interactive=no,symbolicate=off",
        "PLAYBOOK_KILL": "crash:act.started:1",
      ])
    defer { session.end() }
    try session.wait(for: "digest:")
    try session.wait(for: ">")
    session.type("y\n")
    try session.waitForExit()
    let forms = CanaryTests.forms(of: canary)
    for form in forms { #expect(session.screen.range(of: Data(form.utf8)) == nil, "\(form)") }
    let files = FileManager.default.enumerator(atPath: program.folder.path)
    while let name = files?.nextObject() as? String {
      #expect(!name.split(separator: "/").contains { $0.hasPrefix("core") }, "\(name)")
    }
    #expect(session.screen.range(of: Data("Fatal error".utf8)) != nil, "it did not crash")
    // The run can be gone on with.
    #expect(try program.run("verify", "last").code == 0)
  }
}

/// The program at a terminal of its own, with what is on its screen and what every process's argument list was meanwhile.
final class Typescript {
  private let process = Process()
  private let keys = Pipe()
  private let file: URL
  private(set) var arguments = Data()
  private var seen = 0

  init(_ program: Program, command: String, variables: [String: String]) throws {
    file = program.folder.appending(path: "typescript")
    process.executableURL = URL(filePath: "/usr/bin/script")
    process.arguments = ["-qefc", command, file.path]
    process.currentDirectoryURL = program.folder
    var environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    environment["PLAYBOOK_RUNS"] = program.folder.appending(path: "runs").path
    environment["HOME"] = program.folder.path
    environment["TERM"] = "xterm"
    process.environment = environment
    process.standardInput = keys
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  var screen: Data { FileManager.default.contents(atPath: file.path) ?? Data() }

  func type(_ text: String) { keys.fileHandleForWriting.write(Data(text.utf8)) }

  /// Waits until the screen shows a text that was not waited for before.
  func wait(for text: String) throws {
    for _ in 0..<600 {
      sample()
      if let range = screen.dropFirst(seen).range(of: Data(text.utf8)) {
        seen = range.upperBound
        return
      }
      guard process.isRunning else { break }
      Thread.sleep(forTimeInterval: 0.05)
    }
    throw ServedWorld.Failure(
      description: "the screen does not show \(text): \(String(decoding: screen.suffix(2000), as: UTF8.self))")
  }

  func waitForExit() throws {
    for _ in 0..<600 where process.isRunning {
      sample()
      Thread.sleep(forTimeInterval: 0.05)
    }
    guard !process.isRunning else { throw ServedWorld.Failure(description: "it does not end") }
  }

  func end() {
    if process.isRunning { process.terminate() }
  }

  /// The argument lists of all processes but the one that was given an input by the test.
  private func sample() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] where Int(name) != nil {
      if let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") { arguments += line }
    }
  }
}
