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
}
