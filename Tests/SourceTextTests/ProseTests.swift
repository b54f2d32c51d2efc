import SourceText
import Testing

@Suite struct ProseTests {
  @Test(arguments: [
    ("one\ntwo\n\nthree", "one two\n\nthree"), ("- a\n  more\n- b", "- a more\n- b"), ("1. a\n2) b", "1. a\n2) b"),
    ("# Head\ntext\nmore", "# Head\ntext more"), ("```\na\nb\n```\nc\nd", "```\na\nb\n```\nc d"),
    ("a:\n\n    code\n    more", "a:\n\n    code\n    more"), ("a\\\nb\nc  \nd", "a\\\nb c  \nd"),
    ("| a |\n|---|\n> q\nafter", "| a |\n|---|\n> q\nafter"), ("", ""), ("a\r\nb", "a b"),
  ]) func `paragraphs are filled and what stands alone keeps its lines`(text: String, filled: String) {
    #expect(Prose.filled(text) == filled)
  }
}
