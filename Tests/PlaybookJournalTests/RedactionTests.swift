import CEL
import Testing

@testable import PlaybookJournal

@Suite struct RedactionTests {
  private static let secret = #"p4$$w/rd+"<&'> ü?"#

  private func redactor(_ secret: String = secret) -> Redactor {
    var redactor = Redactor()
    redactor.add(secret)
    return redactor
  }

  @Test func `a secret is taken out of texts, lists, keys, bytes and reasons`() {
    let secret = Self.secret
    let values: [Value] = [
      .string("before \(secret) after \(secret)"), [.string(secret)], ["a": ["b": .string(secret)]],
      .map(MapValue([(secret, 1)])), .bytes(Array("x\(secret)y".utf8)), .optional(.string(secret)),
      .unknown(Unknown(["not \(secret)"])),
    ]
    for value in values {
      let clean = "\(redactor().redact(value))"
      #expect(!clean.contains("p4$$") && clean.contains(Redactor.mark), "\(clean)")
    }
  }

  @Test func `base64 is known at each alignment, plain and URL-safe`() {
    let secret = "\u{fb}ÿ?>sup3r-s3cret-value"
    for shift in 0..<6 {
      for tail in ["", "x", "xy"] {
        let bytes = Array(String(repeating: "a", count: shift).utf8) + Array(secret.utf8) + Array(tail.utf8)
        let plain = Base64.encode(bytes)
        let urlSafe = plain.replacing("+", with: "-").replacing("/", with: "_")
        for text in [plain, urlSafe] {
          let clean = redactor(secret).redact(text)
          #expect(clean.contains(Redactor.mark) && clean.count <= text.count / 2, "\(shift) \(tail): \(clean)")
        }
      }
    }
  }

  @Test func `no digit of base64 that holds a part of a secret is left, and no other is taken`() {
    let secret = "tok-en4242"
    for shift in 0..<6 {
      for tail in ["", "x", "xy", "xyz and more"] {
        let bytes = Array(String(repeating: "a", count: shift).utf8) + Array(secret.utf8) + Array(tail.utf8)
        let text = Base64.encode(bytes)
        let broken = String(text.prefix(10)) + "\r\n" + String(text.dropFirst(10))
        let url = text.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
        for text in [text, text.replacing("=", with: ""), text.replacing("=", with: "\\u003d"), url, broken] {
          let clean = redactor(secret).redact("\(text) words=1")
          let parts = clean.split(separator: Redactor.mark, omittingEmptySubsequences: false).map(String.init)
          #expect(parts.count == 2 && parts[1].hasSuffix(" words=1"), "\(shift) \(tail): \(clean)")
          // What is left is the neighbours' alone: whole quanta of them.
          let before = Base64.decode(parts[0]) ?? []
          let after = Base64.decode(String(parts[1].dropLast(8))) ?? []
          #expect(before.allSatisfy { $0 == UInt8(ascii: "a") }, "\(shift) \(tail): \(clean)")
          #expect(tail.utf8.suffix(after.count).elementsEqual(after), "\(shift) \(tail): \(clean)")
        }
      }
    }
    #expect(redactor("secret").redact(Base64.encode(Array("a secret b".utf8))).contains("c2Vj") == false)
  }

  @Test(arguments: [
    // Python's quote, JavaScript's encodeURI and encodeURIComponent, lower-case digits.
    "p4%24%24w/rd%2B%22%3C%26%27%3E%20%C3%BC%3F", "p4$$w/rd+%22%3C&'%3E%20%C3%BC?",
    "p4%24%24w%2Frd%2B%22%3C%26'%3E%20%C3%BC%3F",
    "p4%24%24w/rd%2b%22%3c%26%27%3e%20%c3%bc%3f",
    "p4%2524%2524w%252Frd%252B%2522%253C%2526%2527%253E%2520%25C3%25BC%253F",
    // Go's JSON, JSON in JSON, twice, with escapes of its own; PHP's, .NET's.
    #"p4$$w/rd+\"\u003c\u0026'\u003e ü?"#, #"p4$$w/rd+\\\"<&'> ü?"#, #"p4$$w/rd+\\\"\\u003c\\u0026'\\u003e \\u00fc?"#,
    #"p4$$w/rd+\\\\\\\"<&'> ü?"#, #"p4$$w\\\/rd+\\\"<&'> ü?"#, #"p4$$w/rd\u002B\u0022\u003C\u0026\u0027\u003E \u00FC?"#,
    // HTML in Go's JSON, HTML in HTML, by numbers; a shell's, Python's bytes.
    #"p4$$w/rd+\u0026#34;\u0026lt;\u0026amp;\u0026#39;\u0026gt; ü?"#,
    "p4$$w/rd+&amp;quot;&amp;lt;&amp;amp;&amp;#39;&amp;gt; ü?",
    "p4$$w/rd&#43;&#34;&#x3C;&#38;&#39;&#62;&#32;&#252;?", #"p4\$\$w/rd+\"\<\&\'\>\ ü\?"#,
    #"p4$$w/rd+"<&\'> \xc3\xbc?"#,
  ])
  func `an encoding within another, or in part, is known`(_ form: String) {
    #expect(redactor().redact("<\(form)>") == "<\(Redactor.mark)>")
  }

  @Test
  func `a secret with backslashes, beyond the first plane or of many lines is known in JSON and in JSON within it`() {
    for secret in [#"C:\new\\table"#, "pass😀word", "line one\nline two\ttab"] {
      var text = secret
      for _ in 0..<3 {
        #expect(redactor(secret).redact("<\(text)>") == "<\(Redactor.mark)>", "\(text)")
        let ascii = text.unicodeScalars.map { $0.isASCII ? String($0) : #"\uD83D\uDE00"# }.joined()
        if text == secret {
          #expect(redactor(secret).redact(Value.string(ascii).rendered) == Redactor.mark, "\(ascii)")
        }
        text = String(Value.string(text).jsonText().dropFirst().dropLast())
      }
    }
  }

  @Test func `what only looks like a secret stays`() {
    let text = #"p4$$w/r p4%24%24w%2Frd%2A & && %zz \\u00 \\ "x" &lt; &#; cDQkJHcv 70342424772f"#
    #expect(redactor().redact(text) == text)
  }

  @Test func `of secrets that overlap no part is left`() {
    var redactor = Redactor()
    redactor.add("abc1ef")
    redactor.add("1efghijkl")
    #expect(redactor.redact("xabc1efghijkly") == "x•••y")
  }

  @Test func `megabytes of escapes are looked through`() {
    let text = String(repeating: #"\\"%25+&amp; words "#, count: 30_000)
    let run = String(repeating: "\\", count: 50_000)
    #expect(redactor().redact(text) == text)
    #expect(redactor(#"\\host\share"#).redact(run) == run)
  }

  @Test func `hexadecimal, URL, JSON and HTML forms are known`() {
    let secret = Self.secret
    let hex = hexadecimal(Array(secret.utf8))
    let forms = [
      hex, hex.uppercased(), Array(secret.utf8).map { hexadecimal([$0]) }.joined(separator: " "),
      "%" + Array(secret.utf8).map { hexadecimal([$0]).uppercased() }.joined(separator: "%"),
      #"p4$$w/rd+\"<&'> \u00fc?"#, #"p4$$w\/rd+\"<&'> \u00FC?"#, "p4%24%24w%2Frd%2B%22%3C%26%27%3E%20%C3%BC%3F",
      "p4%24%24w%2Frd%2B%22%3C%26%27%3E+%C3%BC%3F",
      "p4%24%24w%2frd%2b%22%3c%26%27%3e%20%c3%bc%3f", Value.string(secret).jsonText(), #"p4$$w\/rd+\"<&'> ü?"#,
      #"p4$$w/rd+"&lt;&amp;'&gt; ü?"#, "p4$$w/rd+&quot;&lt;&amp;&#39;&gt; ü?", "p4$$w/rd+&#34;&lt;&amp;&#x27;&gt; ü?",
    ]
    for form in forms {
      let clean = redactor().redact("<\(form)>")
      #expect(
        clean.contains(Redactor.mark) && !clean.contains("p4") && !clean.contains("7034") && !clean.contains("70 34"),
        "\(form): \(clean)")
    }
  }

  @Test func `each longer line of a key is a secret of its own`() {
    let redactor = redactor("-----BEGIN KEY-----\nMIIEvQIBADAN\r\nBgkqhkiG9w0B\nab\n")
    #expect(redactor.redact("x MIIEvQIBADAN y") == "x ••• y")
    #expect(redactor.redact("ab BgkqhkiG9w0B") == "ab •••")
  }

  @Test(arguments: ["token-0123456789 \n", "\u{FEFF}token-0123456789\u{A0}\r\n", "\u{200B} token-0123456789\t"])
  func `a secret is known with and without what stands around it`(secret: String) {
    for text in [secret, "token-0123456789", "token-0123456789 ", Base64.encode(Array("token-0123456789".utf8))] {
      let clean = redactor(secret).redact("before \(text) after")
      #expect(clean.contains(Redactor.mark) && !clean.contains("0123456789") && clean.hasPrefix("before "), "\(clean)")
      #expect(clean.hasSuffix(" after"))
    }
    let key = redactor("-----BEGIN KEY-----\r\nMIIEvQIBADANBgkq\r\n  aGVsbG8gd29ybGQh \r\n-----END KEY-----\r\n")
    #expect(!key.redact("x MIIEvQIBADANBgkq aGVsbG8gd29ybGQh y").contains("aGVs"))
  }

  @Test func `a secret of digits is one as a number, too`() {
    #expect("\(redactor("8675309042").redact(["a": 8_675_309_042]))".contains("8675309042") == false)
    #expect(redactor("8675309042").redact(["a": 42])["a"]?.intValue == 42)
  }

  @Test func `of two secrets the longer goes first`() {
    var redactor = Redactor()
    redactor.add("token-12")
    redactor.add("token-1234567")
    #expect(redactor.redact("token-1234567 token-12") == "••• •••")
  }

  @Test func `a secret is taken out of the reason why fields are missing`() {
    var map = MapValue([("ok", false)])
    map.absent = Unknown(["`q` was skipped (the key is hunter2hunter2)"])
    var redactor = Redactor()
    redactor.add("hunter2hunter2")
    #expect(redactor.redact(map).absent == Unknown(["`q` was skipped (the key is •••)"]))
  }

  @Test func `a secret that was cut off at the end of a text is taken out`() {
    let secret = "canary-SECRET+tok/42"
    let clean = redactor(secret)
    for length in 5..<secret.count {
      let part = String(secret.prefix(length))
      #expect(clean.redact("exited with 7: zzz \(part)…") == "exited with 7: zzz \(Redactor.mark)…")
      // Output that was cut at its limit has no mark.
      let long = String(repeating: "\(secret).", count: 100) + part
      #expect(clean.redact(long).hasSuffix(".\(Redactor.mark)"), "\(length)")
    }
    // Short of that many characters, in the middle, and without a cut it is no secret.
    for text in ["zzz cana…", "canary-SEC rest", "a short text that ends in canary-SEC"] {
      #expect(clean.redact(text) == text)
    }
    let ellipsis = redactor("wait-for-it…")
    #expect(ellipsis.redact("say wait-for-it…") == "say \(Redactor.mark)")
    #expect(ellipsis.redact("say wait-fo…") == "say \(Redactor.mark)…")
  }

  @Test func `quotation marks in a secret hide it nowhere`() {
    let secret = #"it's "a" $ecret"#
    let clean = redactor(secret)
    let single = ["'\\''", "'\"'\"'", "''"].map { "+ : '" + secret.replacing("'", with: $0) + "'" }
    for text in single + ["\"" + secret.replacing("\"", with: "\"\"") + "\""] {
      let shown = clean.redact(text)
      #expect(shown.contains(Redactor.mark) && !shown.contains("ecret"), "\(shown)")
    }
  }

  @Test func `base64 of a secret that was escaped before is known`() {
    let secret = #"canary "é" SECRET/tok+42"#
    let clean = redactor(secret)
    let url = "canary%20%22%C3%A9%22%20SECRET%2Ftok%2B42"
    let texts = [
      url, url.replacing("%2F", with: "/"), #"canary \"é\" SECRET/tok+42"#, #"canary \"\u00e9\" SECRET/tok+42"#,
    ]
    for text in texts {
      for lead in ["", "x", "xy"] {
        let shown = clean.redact(Base64.encode(Array((lead + text + " and more").utf8)))
        #expect(shown.contains(Redactor.mark) && shown.count < 24, "\(text): \(shown)")
      }
    }
  }
}
