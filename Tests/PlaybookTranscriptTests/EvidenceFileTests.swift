import CEL
import Testing

@testable import PlaybookTranscript

@Suite struct EvidenceFileTests {
  @Test func `rows become CSV with all of their columns`() throws {
    let outcome: Value = ["rows": [["a": 1, "b": "x,y"], ["a": .null, "c": "say \"hi\"\nthere"]]]
    #expect(try EvidenceFile(outcome).text(.csv) == "a,b,c\r\n1,\"x,y\",\r\n,,\"say \"\"hi\"\"\nthere\"\r\n")
  }

  @Test func `null is nothing, and an empty text is one`() throws {
    #expect(try EvidenceFile(["rows": [["a": .null, "b": ""]]]).text(.csv) == "a,b\r\n,\"\"\r\n")
  }

  @Test(arguments: [
    ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("@SUM(A1)", "'@SUM(A1)"), ("+1", "'+1"), ("-1", "'-1"),
    ("＝1", "'＝1"), ("=\u{301}1", "'=\u{301}1"), ("\"\u{301},x", "\"\"\"\u{301},x\""), ("a\u{2028}b", "\"a\u{2028}b\""),
    ("plain", "plain"), ("x;=HYPERLINK(1)", "\"x;=HYPERLINK(1)\""),
  ])
  func `a text is no formula, and no mark hides a quote`(_ text: String, _ cell: String) throws {
    let csv = try EvidenceFile(["keys": [.string(text)]]).text(.csv)
    #expect(csv.unicodeScalars.elementsEqual("value\r\n\(cell)\r\n".unicodeScalars))
  }

  @Test func `what is no map among rows has a column of its own`() throws {
    let mixed: Value = ["rows": [["a": 1], "alone", ["value": 2], 7]]
    #expect(try EvidenceFile(mixed).text(.csv) == "a,value\r\n1,\r\n,alone\r\n,2\r\n,7\r\n")
  }

  @Test func `a number stays a number`() throws {
    #expect(try EvidenceFile(["rows": [["n": -5]]]).text(.csv) == "n\r\n-5\r\n")
    let exact = try Value(json: #"{"rows":[{"n":-1.10,"m":12345678901234567890123}]}"#)
    #expect(try EvidenceFile(exact).text(.csv) == "n,m\r\n-1.10,12345678901234567890123\r\n")
    #expect(try EvidenceFile(exact).text(.json).contains(#""n": -1.10"#))
  }

  @Test func `fields are rows of a name and a value`() throws {
    let hash: Value = ["value": ["version", "1.10"], "fields": ["version": "1.10", "zip": "00014", "a,b": ["c": 1]]]
    #expect(
      try EvidenceFile(hash).text(.csv)
        == "field,value\r\nversion,1.10\r\nzip,00014\r\n\"a,b\",\"{\"\"c\"\":1}\"\r\n")
  }

  @Test func `what has no rows is no CSV`() {
    #expect(throws: EvidenceFile.Problem.self) { try EvidenceFile(["status": 200]).text(.csv) }
  }

  @Test func `what failed says why, and is no CSV`() throws {
    let outcome: Value = ["ok": false, "error": "exit status 2", "stdout": "", "stderr": "no such file", "lines": []]
    #expect(try EvidenceFile(outcome).text(.text) == "failed: exit status 2\nstderr:\nno such file\n")
    #expect(throws: EvidenceFile.Problem.self) { try EvidenceFile(outcome).text(.csv) }
  }

  @Test func `text moves no cursor`() throws {
    #expect(try EvidenceFile(["stdout": "a\u{1b}[2J\tb\n"]).text(.text) == "a␛[2J\tb\n")
  }
}
