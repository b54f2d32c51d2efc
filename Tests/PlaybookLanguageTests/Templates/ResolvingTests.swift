import CEL
import PlaybookLanguage
import SourceText
import Testing
import YAMLTree

@Suite struct `Resolving a template` {
  private let bindings = Bindings([
    "n": 3, "text": "a/b ?", "list": ["x", 1], "empty": "", "up": "..", "gone": .unknown(Unknown(["`s` was skipped"])),
  ])

  private func template(_ text: String) throws -> Template {
    var diagnostics: [Diagnostic] = []
    return try #require(Template.parse(try node("v: \"\(text)\""), diagnostics: &diagnostics))
  }

  @Test func `a lone expression keeps its type`() throws {
    #expect(try template("${n}").resolve(bindings).intValue == 3)
    #expect(try template("${list}").resolve(bindings).listValue?.count == 2)
    #expect(try template("${n}").resolveText(bindings).stringValue == "3")
  }

  @Test func `within text values are rendered`() throws {
    #expect(try template("n is ${n}, list ${list}").resolve(bindings).stringValue == #"n is 3, list ["x",1]"#)
  }

  @Test func `for people a duration is written as an author would`() throws {
    let bindings = Bindings(["lately": .duration(.seconds(259_200)), "pause": .duration(.milliseconds(1500)), "n": 3])
    #expect(try template("${n} in ${lately}, every ${pause}").prose(bindings) == "3 in 3d, every 1.5s")
    #expect(try template("${lately}").prose(bindings) == "3d")
    #expect(try template("in ${lately}").resolve(bindings).stringValue == "in 259200s")
    #expect(try template("${n / 0}").prose(bindings) == nil)
  }

  @Test func `an unknown part makes all of it unknown, with every reason once`() throws {
    guard case .unknown(let unknown) = try template("a ${gone} ${gone}").resolve(bindings) else {
      Issue.record("not unknown")
      return
    }
    #expect(unknown.reasons == ["`s` was skipped"])
  }

  @Test func `an error has its place in the file`() throws {
    do {
      _ = try template("ab ${n / 0}").resolve(bindings)
      Issue.record("no error")
    } catch let error as TemplateError {
      #expect(error.span.start.line == 1)
      #expect(error.span.start.column >= 10)
      #expect(error.problem != nil)
    }
  }

  @Test(arguments: [
    ("/users/${text}/x", "/users/a%2Fb%20%3F/x"), ("/q?a=${text}&b=${empty}", "/q?a=a%2Fb%20%3F&b="),
    ("/u/${'é~-._'}", "/u/%C3%A9~-._"), ("/a%20b/${n}", "/a%20b/3"), ("/x?p=${up}", "/x?p=.."),
  ])
  func `a value in a path is percent-encoded, the author's text is not`(_ text: String, _ path: String) throws {
    #expect(try template(text).resolveURLPath(bindings).stringValue == path)
  }

  @Test(arguments: ["/users/${up}/x", "/users/${empty}", "/users/${empty}/x", "/a/.${'.'}", "/a/${'.'}"])
  func `a value can't lead a path elsewhere`(_ text: String) throws {
    let template = try template(text)
    #expect(throws: TemplateError.self) { try template.resolveURLPath(bindings) }
  }

  @Test func `an unknown in a tree makes the tree unknown`() throws {
    var diagnostics: [Diagnostic] = []
    let tree = try #require(TemplateTree.parse(try node("v: {a: ['${gone}', 1]}"), diagnostics: &diagnostics))
    guard case .unknown = try tree.resolve(bindings) else {
      Issue.record("not unknown")
      return
    }
  }

  @Test func `a text can't grow beyond the limit`() throws {
    var small = bindings
    small.limits.size = 10
    let template = try template("${text} ${text} ${text}")
    #expect(throws: TemplateError.self) { try template.resolveText(small) }
  }
}
