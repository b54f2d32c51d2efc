import CEL
import Foundation
import Testing

@testable import PlaybookJournal

/// A secret is taken out where tools put marks between its parts: at the ends of lines, around them, as colours.
@Suite struct WrappedPromiseTests {
  private static let secret = "CNR-9f3a/+=zQ&b!42;kJ8h_Wm"

  private func redactor(_ secret: String = secret) -> Redactor {
    var redactor = Redactor()
    redactor.add(secret)
    return redactor
  }

  /// What tools write for the lines of a text: around the first, those between, and the last.
  private static let wraps:
    [(name: String, first: (String, String), middle: (String, String), last: (String, String))] =
      [
        ("cat -A", ("", "$"), ("", "$"), ("", "$")),
        ("cat -A of CRLF", ("", "^M$"), ("", "^M$"), ("", "^M$")),
        ("a shell", ("", " \\"), ("  ", " \\"), ("  ", "")),
        ("C", ("key = \"", "\""), ("      \"", "\""), ("      \"", "\";")),
        ("Java", ("key = \"", "\" +"), ("      \"", "\" +"), ("      \"", "\");")),
        ("Kotlin", ("key = \"", "\""), ("      + \"", "\""), ("      + \"", "\"")),
        ("SQL", ("SELECT '", "' ||"), ("  '", "' ||"), ("  '", "'")),
        ("Python", ("key = (b'", "'"), ("       b'", "'"), ("       b'", "')")),
        ("Python with \\", ("key = '", "' \\"), ("  '", "' \\"), ("  '", "'")),
        ("PHP", ("$key = '", "'"), (" . '", "'"), (" . '", "';")),
        ("JavaScript", ("const a = `", "` +"), ("`", "` +"), ("`", "`")),
        ("mail", ("> ", ""), ("> ", ""), ("> ", "")),
        ("mail within mail", (">> ", ""), ("> > ", ""), (">>", "")),
        ("box", ("| ", "      |"), ("| ", "      |"), ("| ", "      |")),
        ("box of lines", ("│ ", " │"), ("│ ", " │"), ("│ ", "     │")),
        ("psql", (" ", "+"), (" ", "+"), (" ", "")),
        ("psql, wide", (" ", "       +"), (" ", "       +"), (" ", "")),
        ("psql, two columns", (" 1 | ", "+"), ("   | ", "+"), ("   | ", "")),
        ("diff", ("+", ""), ("+", ""), ("+", "")),
        ("comment", ("# ", ""), ("# ", ""), ("# ", "")),
        ("comment in C", ("// ", ""), ("// ", ""), ("// ", "")),
        ("cat -n", ("     1\t", ""), ("     2\t", ""), ("     3\t", "")),
        ("grep -n", ("7:", ""), ("8:", ""), ("9:", "")),
        ("compose", ("web_1  | ", ""), ("web_1  | ", ""), ("web_1  | ", "")),
        (
          "journalctl", ("Nov 30 12:00:01 web-1 app[71]: ", ""), ("Nov 30 12:00:01 web-1 app[71]: ", ""),
          ("Nov 30 12:00:02 web-1 app[71]: ", "")
        ),
      ]

  @Test(arguments: wraps, [7, 10, 16])
  func `a secret broken into lines with marks around them is taken out`(
    wrap: (name: String, first: (String, String), middle: (String, String), last: (String, String)), width: Int
  ) {
    let written = ["raw": Self.secret, "base64": Base64.encode(Array("ab\(Self.secret)".utf8))]
    for (name, text) in written {
      var parts: [String] = []
      var rest = text[...]
      while !rest.isEmpty {
        parts.append(String(rest.prefix(width)))
        rest = rest.dropFirst(width)
      }
      let lines = parts.enumerated().map { index, part in
        let around = index == 0 ? wrap.first : index == parts.count - 1 ? wrap.last : wrap.middle
        return around.0 + part + around.1
      }
      let whole = (["before it"] + lines + ["behind it"]).joined(separator: "\n")
      let list = Value.list(lines.map(Value.string))
      let json = Value.string(whole).jsonText()
      for clean in [redactor().redact(whole), redactor().redact(list).jsonText(), redactor().redact(json)] {
        for part in parts where part.count > 3 {
          #expect(!clean.contains(part), "\(wrap.name), \(name), \(width): \(clean)")
        }
        #expect(clean.contains(Redactor.mark))
      }
      let clean = redactor().redact(whole)
      #expect(clean.hasPrefix("before it\n") && clean.hasSuffix("\nbehind it"), "\(clean)")
    }
  }

  @Test func `a passphrase broken into lines with marks around them is taken out`() {
    let redactor = redactor("correct horse battery staple")
    for text in [
      "> correct horse\n> battery staple", "| correct horse |\n| battery staple |", "correct horse\nbattery staple",
    ] {
      for text in [text, text.replacing("horse", with: "horse ")] {
        let clean = redactor.redact(text)
        #expect(!clean.contains("horse") && !clean.contains("staple"), "\(clean)")
      }
    }
  }

  @Test(arguments: [
    "\u{1B}[01;31m\u{1B}[KCNR-9f3a\u{1B}[m\u{1B}[K/+=zQ&b!42;kJ8h_Wm",
    "CNR-9f3a/+=\u{1B}[38;5;208mzQ&b!42;kJ8h_Wm\u{1B}[0m",
    "\\u001b[1mC\\u001b[0mNR-9f3a/+=zQ&b!42;kJ8h_Wm", "^[[31mCNR-9f3a^[[0m/+=zQ&b!42;kJ8h_Wm",
    "\\033[31mCNR-9f3a\\033[0m/+=zQ&b!42;kJ8h_Wm",
    "\u{1B}]8;;https://a.example\u{1B}\\CNR-9f3a\u{1B}]8;;\u{1B}\\/+=zQ&b!42;kJ8h_Wm",
    "434e522d39\u{1B}[31m6633612f2b3d7a5126622134323b6b4a38685f576d", "Q05SLTlm\u{1B}[1mM2EvKz16USZiITQyO2tKOGhfV20=",
    "it:\n00000000: \u{1B}[32m43\u{1B}[0m\u{1B}[32m4e\u{1B}[0m 522d 3966 3361 2f2b 3d7a 5126 6221\n00000010: 3432 3b6b 4a38 685f 576d\nand",
  ])
  func `colours within a secret do not hide it`(text: String) {
    let clean = redactor().redact("see \(text) here")
    #expect(clean.contains(Redactor.mark) && clean.hasPrefix("see ") && clean.hasSuffix(" here"), "\(clean)")
    for part in ["9f3a", "J8h", "4e52", "522d", "576d", "Q05S", "M2Ev"] { #expect(!clean.contains(part), "\(clean)") }
  }

  @Test(arguments: [
    "\t0x0000:  4500 003c 434e 522d 3966 3361 2f2b 3d7a  E..<CNR-9f3a/+=z\n\t0x0010:  5126 6221 3432 3b6b 4a38 685f 576d       Q&b!42;kJ8h_Wm",
    "\t0x0000:  4500 003c 434e 522d 3966 3361 2f2b 3d7a\n\t0x0010:  5126 6221 3432 3b6b 4a38 685f 576d\nand",
    "0000  45 00 00 3c 43 4e 52 2d 39 66 33 61 2f 2b 3d 7a   E..<CNR-9f3a/+=z\n0010  51 26 62 21 34 32 3b 6b 4a 38 68 5f 57 6d         Q&b!42;kJ8h_Wm",
    "0x7ffe10:\t0x43\t0x4e\t0x52\t0x2d\t0x39\t0x66\t0x33\t0x61\n0x7ffe18:\t0x2f\t0x2b\t0x3d\t0x7a\t0x51\t0x26\t0x62\t0x21\n0x7ffe20:\t0x34\t0x32\t0x3b\t0x6b\t0x4a\t0x38\t0x68\t0x5f\n0x7ffe28:\t0x57\t0x6d\t0x00\t0x00",
  ])
  func `a secret is taken out of what a network or a process had in it`(dump: String) {
    let clean = redactor().redact("12:00:01 IP a > b:\n\(dump)\nend of it\n")
    #expect(clean.hasPrefix("12:00:01 IP a > b:\n") && clean.hasSuffix("end of it\n"), "\(clean)")
    for part in ["CNR", "z\n", "Q&b", "3966", "39 66", "0x66", "5126", "51 26", "0x26", "Wm"] {
      #expect(!clean.contains(part), "\(clean)")
    }
  }

  @Test(arguments: [
    #"write(1, "CNR-9f3a/+=zQ&"..., 4096) = 26"#,
    #"write(1, "\x43\x4e\x52\x2d\x39\x66\x33\x61\x2f\x2b"..., 4096) = 26"#,
    #"write(1, "\103\116\122-9f3a/+"..., 4096) = 26"#, "Authorization: Basic Q05SLTlmM2EvKz16…, and more",
    "got Q05SLTlmM2Ev... and more", "got YWJDTlItOWYzYS8r...", "434e522d3966336… more", "Q05SLTlmM2EvKz\n16… more",
  ])
  func `the beginning of a secret before a mark of a cut is known in each encoding`(text: String) {
    let clean = redactor().redact(text)
    #expect(clean.contains(Redactor.mark), "\(clean)")
    for part in ["9f3a", "x43", "103", "Q05S", "M2Ev", "DTlI", "434e"] { #expect(!clean.contains(part), "\(clean)") }
  }

  @Test(arguments: [
    "=?utf-8?Q?it=27s_a_=22p=C3=A4ss=22?=", "=?UTF-8?q?it's_a_=22p=C3=A4ss=22?=", "=?utf-8?B?aXQncyBhICJww6RzcyI=?=",
    "=?utf-8?Q?x_it=27s?=\r\n =?utf-8?Q?_a_=22p=C3=A4?= =?utf-8?B?c3Mi?=",
    // A query within a query, twice and thrice; JSON and HTML within one.
    "next=%2Fa%3Fk%3Dit%2527s%2Ba%2B%2522p%25C3%25A4ss%2522",
    "n=it%252527s%25252Ba%25252B%252522p%2525C3%2525A4ss%252522",
    "q=%7B%22k%22%3A%22it's%20a%20%5C%22p%C3%A4ss%5C%22%22%7D", "q=it%26%2339%3Bs+a+%26quot%3Bp%C3%A4ss%26quot%3B",
    "q=%22it%27s%20a%20%5C%22p%5Cu00e4ss%5C%22%22",
  ])
  func `a secret in a mail's header and in a query within a query is taken out`(text: String) {
    let clean = redactor(#"it's a "päss""#).redact("see \(text) here")
    #expect(clean.contains(Redactor.mark) && clean.hasPrefix("see ") && clean.hasSuffix(" here"), "\(clean)")
    #expect(!clean.contains("ss"), "\(clean)")
  }

  @Test(arguments: [
    "\u{1B}[1mCNR-9f3\u{1B}[0m and \u{1B}[31mzQ&b\u{1B}[0m", "> CNR-9f3a\n> and more\n> zQ&b!42",
    "\"CNR-9f3a\" +\n\"zQ&b\"",
    "| CNR-9f3a | x |\n| zQ&b!42 | y |", "Q05SLTlm… Q05S...", "0x0000:  434e 522d 3966\n0x0006: 0001",
    "=?utf-8?Q?CNR-9f3a?=",
    "%43%4E%52-%2525", "a: CNR-9f3a\nb: hunter\nc: zQ&b!42", "it costs $\n5 $\n", "path\\name\\\nnext",
    "+added\n+lines\n-gone",
  ])
  func `what only looks like parts of a secret stays`(text: String) {
    #expect(redactor().redact(text) == text)
    #expect(redactor().redact([.string(text), "b"]) == [.string(text), "b"])
  }

  @Test(arguments: [
    "\u{1B}[1ma", "\u{1B}]8;;", "\u{1B}[", "^[", "> a\n", "> ", "\"a\" +\n", "| a |\n", "a \\\n", "a b\n", "\\n", "$\n",
    "+\n",
    "=?utf-8?Q?", "=?utf-8?Q?a?= ", "=?", "%41", "%25", "% ", "0x0000:  4500\n", "CNR-9f3a…", "YWJj...", "CNR-9f3a$\n",
  ])
  func `four times as much is four times the work`(piece: String) {
    let (short, long) = (repeated(piece, 4000), repeated(piece, 16000))
    #expect(decodedBytes(of: long) < decodedBytes(of: short) * 5)
    #expect(redactor().redact(long + Self.secret + "\n" + long).contains(Redactor.mark))
  }
}
