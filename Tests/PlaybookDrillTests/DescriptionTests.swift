import CEL
import SourceText
import Testing

@testable import PlaybookDrill

@Suite struct DescriptionTests {
  @Test func `placeholders of the environment are filled, other templates are left`() {
    var diagnostics: [Diagnostic] = []
    let file = SourceFile(
      path: "environment.yaml", text: "a: ${world.redis}\nb: ${secrets.x}\nc: ${world.secrets}/x_1\n")
    let text = EnvironmentText(file, diagnostics: &diagnostics)
    #expect(diagnostics.isEmpty)
    #expect(text.secrets == ["x_1"])
    #expect(text.filled(["redis": "unix:///r", "secrets": "/s"]) == "a: unix:///r\nb: ${secrets.x}\nc: /s/x_1\n")
  }

  @Test(arguments: ["${world.nothing}", "${world.", "${world.redis"])
  func `what is no placeholder is told`(text: String) {
    var diagnostics: [Diagnostic] = []
    _ = EnvironmentText(SourceFile(path: "environment.yaml", text: text), diagnostics: &diagnostics)
    #expect(diagnostics.map(\.code) == ["unknown-name"])
  }

  @Test func `a path is cut at its slashes before it is decoded`() {
    #expect(APIRequest(method: "GET", path: "/users/a%2Fb/x%20y").pathParts == ["users", "a/b", "x y"])
    #expect(APIRequest(method: "GET", path: "/users/%C3%A9").pathParts == ["users", "é"])
    #expect(APIRequest(method: "GET", path: "/").pathParts == [])
  }

  @Test func `a path that is not text is none`() {
    #expect(APIRequest(method: "GET", path: "/a/%FF").pathParts == nil)
  }

  @Test func `a query and a form are read by name`() {
    var request = APIRequest(method: "POST", path: "/", query: "a=1+2&b=%26&c&a=3")
    #expect(Value.map(request.queryFields).jsonText() == #"{"a":"3","b":"&","c":""}"#)
    request.headers = [("content-type", "application/x-www-form-urlencoded")]
    request.body = Array("x=y+z".utf8)
    #expect(request.bodyValue.jsonText() == #"{"x":"y z"}"#)
  }

  @Test func `a body is JSON where it can be, else text`() {
    #expect(APIRequest(method: "POST", path: "/", body: Array("[1]".utf8)).bodyValue.jsonText() == "[1]")
    #expect(APIRequest(method: "POST", path: "/", body: Array("{no".utf8)).bodyValue.stringValue == "{no")
  }

  @Test func `lines are cut across pieces, and a long one is shortened`() {
    var lines = LineSplitter()
    let feed = { (text: String) in unsafe Array(text.utf8).withUnsafeBytes { unsafe lines.feed($0) } }
    #expect(feed("one\ntw") == ["one"])
    #expect(feed("o\n\n") == ["two", ""])
    #expect(feed(String(repeating: "x", count: 1 << 20) + "\n").map(\.count) == [64 << 10])
  }

  @Test func `a ready line says all that the addresses hold`() throws {
    let line = """
      {"environment":"/e","http":"h","redis":"r","sql":"s","sql_admin":"t","calls":"/c","folder":"/f","secrets":"/k"}
      """
    #expect(try #require(WorldAddresses(line: line)).line == line)
    #expect(WorldAddresses(line: #"{"http":"h"}"#) == nil)
    #expect(WorldAddresses(line: "ready") == nil)
  }
}
