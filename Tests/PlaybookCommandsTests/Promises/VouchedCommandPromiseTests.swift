import Foundation
import Testing

/// Promise 2 for commands of an environment: one that says `writes: false` is a query's, and takes no option from a
/// value.
@Suite struct VouchedCommandPromiseTests {
  private func run(
    _ given: String, command: String = "{shell: [tool, show, \"${call.name}\"], writes: false, call: {name: string}}"
  ) throws -> (result: Program.Result, ran: String?, record: String) {
    let program = try Program()
    defer { program.remove() }
    try program.write("#!/bin/sh\necho \"$@\" >> '\(program.folder.path)/ran'\n", to: "bin/tool")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: program.folder.appending(path: "bin/tool").path)
    try program.write(
      """
      environments:
        test:
          shell: {path: [\(program.folder.path)/bin, /bin, /usr/bin]}
          commands:
            look: \(command)
      """, to: "env.yaml")
    try program.write(
      """
      playbook: p
      title: P
      steps:
        - query: seen
          look: {name: \(given)}
      """, to: "p.yaml")
    let result = try program.run("run", "./p.yaml", "--env", "test", "--environments", "env.yaml")
    let ran = try? String(contentsOf: program.folder.appending(path: "ran"), encoding: .utf8)
    return (result, ran, try program.run("transcript", "last").output)
  }

  @Test func `a command that says writes false is a query's, and the record says by which command`() throws {
    let (result, ran, record) = try run("redis")
    #expect(result.code == 0 && ran == "show redis\n", "\(result.errors)")
    #expect(record.contains("(by the command look)"), "\(record)")
  }

  @Test(arguments: [
    ("'--rotate'", "{shell: [tool, show, '${call.name}'], writes: false, call: {name: string}}"),
    ("'-'", "{shell: [tool, show, '${call.name}'], writes: false, call: {name: string}}"),
    ("x--rotate", "{shell: [tool, show, '${call.name.substring(1)}'], writes: false, call: {name: string}}"),
    ("'-x'", "{shell: [tool, show, 'a${call.name}'], writes: false, call: {name: string}}"),
  ])
  func `no value of such a command begins with a hyphen`(_ given: String, _ command: String) throws {
    let (result, ran, _) = try run(given, command: command)
    #expect(result.code == 1 && ran == nil, "\(result.errors)")
    #expect(result.errors.contains("may not begin with `-`"), "\(result.errors)")
  }

  @Test(arguments: ["", ", writes: true"])
  func `a command that does not say so is not a query's by itself`(_ writes: String) throws {
    let (result, ran, _) = try run("redis", command: "{shell: [tool, show]\(writes), call: {name: string}}")
    #expect(result.code != 0 && ran == nil, "\(result.errors)")
  }
}
