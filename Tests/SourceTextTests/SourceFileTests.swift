import SourceText
import Testing

@Suite struct `A source file` {
  @Test func `columns count code points`() {
    let file = SourceFile(path: "f", text: "aé\u{1F600}b\nc")
    #expect(file.position(at: 7).column == 4)
    #expect(file.position(at: 9).line == 2)
    #expect(file.position(line: 1, column: 4).offset == 7)
    #expect(file.position(line: 9, column: 99) == file.position(at: 10))
  }

  @Test func `a byte order mark is no part of the text`() {
    #expect(SourceFile(path: "f", bytes: [0xEF, 0xBB, 0xBF, 0x61]).bytes == [0x61])
  }

  @Test func `lines have no line break, of Unix or Windows`() {
    let file = SourceFile(path: "f", text: "a\r\nb\n\nc")
    #expect((0...5).map(file.text(ofLine:)) == ["", "a", "b", "", "c", ""])
  }

  @Test func `positions outside the text are at its ends`() {
    let file = SourceFile(path: "f", text: "ab")
    #expect(file.position(at: -5).column == 1)
    #expect(file.position(at: 50).column == 3)
    #expect(file.position(line: -1, column: -1).line == 1)
  }

  @Test func `an empty file has one line`() {
    #expect(SourceFile(path: "f", text: "").lineCount == 1)
  }

  @Test func `columns are right anywhere on a long line`() {
    let text = String(repeating: "é", count: 100) + "\n" + String(repeating: "aü", count: 5000)
    let file = SourceFile(path: "f", text: text)
    for index in stride(from: 0, through: 5000, by: 7) {
      #expect(file.position(at: 201 + index * 3).column == 1 + index * 2)
    }
    #expect(file.position(at: file.bytes.count).column == 10_001)
  }
}
