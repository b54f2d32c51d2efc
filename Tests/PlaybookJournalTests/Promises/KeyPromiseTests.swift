import CEL
import Testing

@testable import PlaybookJournal

/// A key that is written in digits is known in each other way to write the same bytes, and a secret in groups without
/// what parts them.
@Suite struct KeyPromiseTests {
  private func redactor(_ secret: String) -> Redactor {
    var redactor = Redactor()
    redactor.add(secret)
    return redactor
  }

  private static let uuid = "3f2b8c1e-77aa-4c0d-9b1e-5d6f7a8b9c0d"
  private static let hexadecimal = "9f86d081884c7d659a2feaa0c55ad015"
  private static let base64 = "q83vEjRWeJASNFZ4+rze/xI0VniQ/avN7xI0Vg=="
  private static let base32 = "JBSWY3DPEHPK3PXPJBSWY3DP"

  private static let written: [(secret: String, text: String)] = [
    (uuid, "3f2b8c1e77aa4c0d9b1e5d6f7a8b9c0d"), (uuid, "3F2B8C1E77AA4C0D9B1E5D6F7A8B9C0D"),
    (uuid, "PyuMHneqTA2bHl1veoucDQ=="), (uuid, "PyuMHneqTA2bHl1veoucDQ"),
    ("3f2b8c1e77aa4c0d9b1e5d6f7a8b9c0d", uuid), (uuid, "urn:uuid:" + uuid.uppercased()),
    (hexadecimal, "9f:86:d0:81:88:4c:7d:65:9a:2f:ea:a0:c5:5a:d0:15"),
    (hexadecimal, "9F 86 D0 81 88 4C 7D 65 9A 2F EA A0 C5 5A D0 15"),
    (hexadecimal, "0x9f, 0x86, 0xd0, 0x81, 0x88, 0x4c, 0x7d, 0x65, 0x9a, 0x2f, 0xea, 0xa0, 0xc5, 0x5a, 0xd0, 0x15"),
    (hexadecimal, "n4bQgYhMfWWaL+qgxVrQFQ=="),
    (hexadecimal, #"\x9f\x86\xd0\x81\x88\x4c\x7d\x65\x9a\x2f\xea\xa0\xc5\x5a\xd0\x15"#),
    (hexadecimal, "[159, 134, 208, 129, 136, 76, 125, 101, 154, 47, 234, 160, 197, 90, 208, 21]"),
    (hexadecimal, "[-97, -122, -48, -127, -120, 76, 125, 101, -102, 47, -22, -96, -59, 90, -48, 21]"),
    (hexadecimal, "00000000  9f 86 d0 81 88 4c 7d 65  9a 2f ea a0 c5 5a d0 15  |.....L}e./...Z..|"),
    (base64, "q83vEjRWeJASNFZ4+rze/xI0VniQ/avN7xI0Vg"), (base64, "q83vEjRWeJASNFZ4-rze_xI0VniQ_avN7xI0Vg"),
    (base64, #"{"kty":"oct","k":"q83vEjRWeJASNFZ4-rze_xI0VniQ_avN7xI0Vg"}"#),
    (base64, "abcdef123456789012345678fabcdeff1234567890fdabcdef123456"),
    ("aHVudGVyMi05ZjNhLTcxa2s=", "password: hunter2-9f3a-71kk"), (base32, "48656c6c6f21deadbeef48656c6c6f"),
    (base32.lowercased(), "48 65 6c 6c 6f 21 de ad be ef 48 65 6c 6c 6f"),
    ("abcd efgh ijkl mnop", "abcdefghijklmnop"), ("abcd efgh ijkl mnop", "abcd-efgh-ijkl-mnop"),
    ("A1B2C-D3E4F-G5H6J", "a1b2cd3e4fg5h6j"), ("A1B2CD3E4FG5H6J", "A1B2C-D3E4F-G5H6J"),
    ("OGCIWHRD7Q2M", "OGC IWH RD7 Q2M"), ("OGCIWHRD7Q2M", "OGCIWH-RD7Q2M"),
  ]

  @Test(arguments: written)
  func `a key is known by its bytes, and a secret in groups without what parts them`(secret: String, text: String) {
    let clean = redactor(secret).redact("before \(text) after")
    #expect(clean.contains(Redactor.mark) && clean.hasPrefix("before ") && clean.hasSuffix(" after"), "\(clean)")
    let left = clean.count { $0.isHexDigit }
    #expect(left < 20, "\(clean)")
  }

  @Test func `a list of a key's bytes is known, also where they have a sign`() {
    let signed: [Int64] = [-97, -122, -48, -127, -120, 76, 125, 101, -102, 47, -22, -96, -59, 90, -48, 21]
    let clean = redactor(Self.hexadecimal).redact(.list(signed.map(Value.int)))
    #expect(clean == .list(signed.map { _ in "•••" }))
  }

  @Test(arguments: [
    (uuid, "3f2b8c1e-77aa-4c0d-0000-000000000000 3f2b8c1e77aa"), (hexadecimal, "9f:86:d0:81:88:4c:7d n4bQgYhMfW"),
    ("0000000000000000", "00 00 00 00 00 00 00 00 00 00 AAAAAAAAAAAAAAAA"), ("cG9zdGdyZXM=", "PostgreSQL, postgresql"),
    ("abcd efgh ijkl mnop", "abcd efgh and ijkl mnop"), ("67-78-82-45", "-61 -60"),
  ])
  func `what only looks like a key stays`(secret: String, text: String) {
    #expect(redactor(secret).redact(text) == text)
  }

  @Test(arguments: ["", " ", "\n  "]) func `an object of a secret's characters or bytes is known`(blank: String) {
    let secret = "CNR-9f3a\"+=zQ"
    let characters = secret.map { Value.string(String($0)) }
    let bytes = secret.utf8.map { Value.int(Int64($0)) }
    for items in [characters, bytes] {
      let object = Value.map(MapValue(items.enumerated().map { (String($0), $1) }))
      let masked = Value.map(MapValue(items.indices.map { (String($0), "•••") }))
      #expect(redactor(secret).redact(object) == masked)
      let members = items.enumerated().map { "\"\($0)\":\(blank)\($1.jsonText())" }
      let text = "{" + members.joined(separator: ",\(blank)") + "}"
      #expect(redactor(secret).redact(text) == "{•••}")
    }
    let other: Value = ["0": "a", "1": ["b": 2], "2": 67]
    #expect(redactor(secret).redact(other) == other && redactor(secret).redact(other.jsonText()) == other.jsonText())
  }

  private static let long = "sk-live-" + String(repeating: "k39fjw0-", count: 20)

  @Test(arguments: ["'", " [truncated]", "..", "***", "", "|", "\n"])
  func `a long beginning of a secret is known whatever follows`(mark: String) {
    for count in [90, 120, 167] {
      let text = String(Self.long.prefix(count))
      #expect(redactor(Self.long).redact("args: '\(text)\(mark)") == "args: '•••\(mark)")
      let base64 = Base64.encode(Array(text.utf8).dropLast(count % 3))
      let clean = redactor(Self.long).redact("args: '\(base64)\(mark)")
      #expect(clean == "args: '•••\(mark)", "\(clean)")
    }
    #expect(redactor(Self.long).redact("sk-live-k39fjw0-k39 and more") == "sk-live-k39fjw0-k39 and more")
  }

  @Test(arguments: ["[...]", " [...]", "<truncated>", " (truncated)", "[truncated 12 bytes]", " […]"])
  func `the beginning of a secret before a word of a cut is known`(mark: String) {
    #expect(redactor("CNR-9f3a/+=zQ&b!42").redact("got CNR-9f3a/+\(mark) so far") == "got •••\(mark) so far")
  }

  @Test(arguments: [
    "P?ssw?rter-gr??e-42", "P??ssw??rter-gr????e-42", "P..ssw..rter-gr....e-42", "PÃ¤sswÃ¶rter-grÃ¶Ã\u{9F}e-42",
  ])
  func `a secret whose letters beyond ASCII were lost is known`(text: String) {
    #expect(redactor("Pässwörter-größe-42").redact("as \(text) here") == "as ••• here")
    #expect(redactor("пароль123").redact("??????123 ......123") == "??????123 ......123")
  }

  @Test(arguments: [
    (#""tok_9fQ2xx" "71Kk35Zr""#, "tok_9fQ2xx71Kk35Zr"), (#"'tok_9fQ2xx' || '71Kk35Zr'"#, "tok_9fQ2xx71Kk35Zr"),
    (#""tok_9fQ2xx" + "71Kk35Zr""#, "tok_9fQ2xx71Kk35Zr"), (#"(1,"(2,""a """"b"""" c-77"")")"#, #"a "b" c-77"#),
    ("correct&nbsp;horse&nbsp;staple", "correct horse staple"),
  ])
  func `a secret is known in texts beside each other, in a row within a row and with blanks that do not break`(
    text: String, secret: String
  ) {
    let clean = redactor(secret).redact("it is \(text) there")
    #expect(clean.contains(Redactor.mark), "\(clean)")
    for part in ["9fQ2", "71Kk", "c-77", "horse", "staple"] { #expect(!clean.contains(part), "\(clean)") }
  }

  private static let dumps: [(name: String, text: String)] = [
    (
      "od -t x1c",
      "0000000  43  4e  52  2d  39  66  33  61  2f  2b  3d  7a  51  26  62  21\n          C   N   R   -   9   f   3   a   /   +   =   z   Q   &   b   !\n0000020  34  32\n          4   2\n0000022\n"
    ),
    (
      "od -t x2c",
      "0000000    4e43    2d52    6639    6133    2b2f    7a3d    2651    2162\n          C   N   R   -   9   f   3   a   /   +   =   z   Q   &   b   !\n0000020    3234\n          4   2\n0000022\n"
    ),
    (
      "gdb x/8xb",
      "0x404000 <key+0>:\t0x43\t0x4e\t0x52\t0x2d\t0x39\t0x66\t0x33\t0x61\n0x404008 <key+8>:\t0x2f\t0x2b\t0x3d\t0x7a\t0x51\t0x26\t0x62\t0x21\n0x404010 <key+16>:\t0x34\t0x32\n"
    ),
    (
      "strace -e write=1",
      " | 00000  43 4e 52 2d 39 66 33 61  2f 2b 3d 7a 51 26 62 21  CNR-9f3a/+=zQ&b! |\n | 00010  34 32                                             42               |\n"
    ),
    ("psql, wrapped", " CNR-9f3a/.\n.+=zQ&b!42\n"), ("psql, boxed", "│ CNR-9f3a/…│\n│…+=zQ&b!42 │\n"),
    ("psql, two columns", "  1 | CNR-9f3a/.\n    |.+=zQ&b!42\n"),
  ]

  @Test(arguments: dumps)
  func `a secret is taken out of dumps in two rows, with names of places and in folds`(name: String, text: String) {
    let clean = redactor("CNR-9f3a/+=zQ&b!42").redact("first line\n" + text + "last line\n")
    #expect(clean.contains(Redactor.mark) && clean.hasPrefix("first line\n") && clean.hasSuffix("last line\n"))
    for part in ["CNR", "9f3a", "9   f", "zQ&b", "z   Q", "39  66", "39 66", "6639", "0x66"] {
      #expect(!clean.contains(part), "\(clean)")
    }
  }
}
