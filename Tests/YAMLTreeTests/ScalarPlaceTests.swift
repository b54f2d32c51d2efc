import SourceText
import Testing
import YAMLTree

@Suite struct `Places within a scalar` {
  /// The places of each `^` word's text: where in the file does the mark `${` stand?
  private func place(of part: String, in text: String) throws -> String? {
    let file = SourceFile(path: "p", text: text)
    guard case .scalar(let scalar) = YAML.parse(file).root?["v"]?.content else { return nil }
    let range = try #require(scalar.text.firstRange(of: part))
    let offset = scalar.text.utf8.distance(from: scalar.text.startIndex, to: range.lowerBound)
    guard let line = scalar.lines.last(where: { $0.text <= offset }) else { return nil }
    let position = file.position(at: line.file + offset - line.text)
    return "\(position.line):\(position.column)"
  }

  @Test(arguments: [
    ("v: é ab X", "1:9"),
    ("v: 'é ab X'", "1:10"),
    ("v: 'it''s X'", "1:11"),
    ("v: \"é X\"", "1:7"),
    ("v: \"a \\\" \\\\ X\"", "1:13"),
    ("v: |\n    é\n\n      b\n    c X", "5:7"),
    ("v: |2\n    b\n   X", "3:4"),
    ("v: >\n  a\n  b\n\n  c X", "5:5"),
    ("v: a\n  b\n\n  c X", "4:5"),
    ("v: \"a\n\n   c X\"", "3:6"),
    ("v: |\r\n  a\r\n  b X", "3:5"),
  ])
  func `a character is found in the file`(_ text: String, _ place: String) throws {
    #expect(try self.place(of: "X", in: text) == place)
  }

  @Test func `what can't be matched has no places`() throws {
    #expect(try place(of: "X", in: "v: \"\\u00e9 X\"") == nil)
  }
}
