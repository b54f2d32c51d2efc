import CEL
import Testing

@testable import PlaybookJournal

/// A secret is taken out of whatever is recorded in every usual encoding. The texts are what Python, coreutils, `xxd`
/// and `hexdump` write of one secret.
@Suite struct EncodingPromiseTests {
  private static let secret = "CNR-9f3a/+=zQ&b!42"

  private func redactor(_ secret: String = secret) -> Redactor {
    var redactor = Redactor()
    redactor.add(secret)
    return redactor
  }

  private static let encodings: [(name: String, text: String)] = [
    ("hex", "434e522d396633612f2b3d7a512662213432"),
    ("HEX", "434E522D396633612F2B3D7A512662213432"),
    ("hex sep ', '", "43, 4e, 52, 2d, 39, 66, 33, 61, 2f, 2b, 3d, 7a, 51, 26, 62, 21, 34, 32"),
    ("hex sep '\\n'", "43\n4e\n52\n2d\n39\n66\n33\n61\n2f\n2b\n3d\n7a\n51\n26\n62\n21\n34\n32"),
    ("HEX sep '_'", "43_4E_52_2D_39_66_33_61_2F_2B_3D_7A_51_26_62_21_34_32"),
    ("xxd pairs", "434e 522d 3966 3361 2f2b 3d7a 5126 6221 3432"),
    ("hex quads", "434e522d 39663361 2f2b3d7a 51266221 3432"),
    (
      "0x,",
      "0x43, 0x4e, 0x52, 0x2d, 0x39, 0x66, 0x33, 0x61, 0x2f, 0x2b, 0x3d, 0x7a, 0x51, 0x26, 0x62, 0x21, 0x34, 0x32"
    ),
    (
      "0X,",
      "0X43, 0X4E, 0X52, 0X2D, 0X39, 0X66, 0X33, 0X61, 0X2F, 0X2B, 0X3D, 0X7A, 0X51, 0X26, 0X62, 0X21, 0X34, 0X32"
    ),
    ("0x", "0x434e522d396633612f2b3d7a512662213432"),
    ("\\x", "\\x43\\x4e\\x52\\x2d\\x39\\x66\\x33\\x61\\x2f\\x2b\\x3d\\x7a\\x51\\x26\\x62\\x21\\x34\\x32"),
    (
      "\\\\x",
      "\\\\x43\\\\x4E\\\\x52\\\\x2D\\\\x39\\\\x66\\\\x33\\\\x61\\\\x2F\\\\x2B\\\\x3D\\\\x7A\\\\x51\\\\x26\\\\x62\\\\x21\\\\x34\\\\x32"
    ),
    ("x''", "x'434e522d396633612f2b3d7a512662213432'"),
    ("%all", "%43%4E%52%2D%39%66%33%61%2F%2B%3D%7A%51%26%62%21%34%32"),
    ("%alllower", "%43%4e%52%2d%39%66%33%61%2f%2b%3d%7a%51%26%62%21%34%32"),
    ("%%25", "%2543%254E%2552%252D%2539%2566%2533%2561%252F%252B%253D%257A%2551%2526%2562%2521%2534%2532"),
    (
      "%252525",
      "%25252543%2525254E%25252552%2525252D%25252539%25252566%25252533%25252561%2525252F%2525252B%2525253D%2525257A%25252551%25252526%25252562%25252521%25252534%25252532"
    ),
    (
      "%u",
      "%u0043%u004E%u0052%u002D%u0039%u0066%u0033%u0061%u002F%u002B%u003D%u007A%u0051%u0026%u0062%u0021%u0034%u0032"
    ),
    ("oct", "\\103\\116\\122\\055\\071\\146\\063\\141\\057\\053\\075\\172\\121\\046\\142\\041\\064\\062"),
    (
      "oct2",
      "\\\\103\\\\116\\\\122\\\\055\\\\071\\\\146\\\\063\\\\141\\\\057\\\\053\\\\075\\\\172\\\\121\\\\046\\\\142\\\\041\\\\064\\\\062"
    ),
    ("oct sp", "103 116 122 055 071 146 063 141 057 053 075 172 121 046 142 041 064 062"),
    ("0o", "0o103,0o116,0o122,0o55,0o71,0o146,0o63,0o141,0o57,0o53,0o75,0o172,0o121,0o46,0o142,0o41,0o64,0o62"),
    ("oct 0", "0103, 0116, 0122, 055, 071, 0146, 063, 0141, 057, 053, 075, 0172, 0121, 046, 0142, 041, 064, 062"),
    ("dec", "67,78,82,45,57,102,51,97,47,43,61,122,81,38,98,33,52,50"),
    ("dec sp", "67 78 82 45 57 102 51 97 47 43 61 122 81 38 98 33 52 50"),
    (
      "dec pretty",
      "[\n  67,\n  78,\n  82,\n  45,\n  57,\n  102,\n  51,\n  97,\n  47,\n  43,\n  61,\n  122,\n  81,\n  38,\n  98,\n  33,\n  52,\n  50\n]"
    ),
    ("dec3", "067 078 082 045 057 102 051 097 047 043 061 122 081 038 098 033 052 050"),
    (
      "bin",
      "01000011 01001110 01010010 00101101 00111001 01100110 00110011 01100001 00101111 00101011 00111101 01111010 01010001 00100110 01100010 00100001 00110100 00110010"
    ),
    (
      "binj",
      "010000110100111001010010001011010011100101100110001100110110000100101111001010110011110101111010010100010010011001100010001000010011010000110010"
    ),
    ("b32", "INHFELJZMYZWCLZLHV5FCJTCEE2DE==="),
    ("b32low", "inhfeljzmyzwclzlhv5fcjtcee2de==="),
    ("b32nopad", "INHFELJZMYZWCLZLHV5FCJTCEE2DE"),
    ("b32hex", "8D754B9PCOPM2BPB7LT529J244Q34==="),
    ("b32 groups", "INHF ELJZ MYZW CLZL HV5F CJTC EE2D E==="),
    ("b32 dash", "inhf-eljz-myzw-clzl-hv5f-cjtc-ee2d-e"),
    ("b32 xyz", "PB4XUQ2OKIWTSZRTMEXSWPL2KETGEIJUGIFA===="),
    ("b64b64 x '\\n'", "ZUVOT1VpMDVaak5oTHlzOWVsRW1ZaUUwTWdvPQo="),
    ("b64b64b64  ''", "VVRBMVUweFViRzFOTWtWMlMzb3hObFZUV21sSlZGRjU="),
    ("b64 u16 x '!!'", "eABDAE4AUgAtADkAZgAzAGEALwArAD0AegBRACYAYgAhADQAMgAhACEA"),
    ("b64 u16be  ''", "AEMATgBSAC0AOQBmADMAYQAvACsAPQB6AFEAJgBiACEANAAy"),
    (
      "b64 u32  ''",
      "//4AAEMAAABOAAAAUgAAAC0AAAA5AAAAZgAAADMAAABhAAAALwAAACsAAAA9AAAAegAAAFEAAAAmAAAAYgAAACEAAAA0AAAAMgAAAA=="
    ),
    ("b64 foldcr 10", "Q05SLTlmM2\r\nEvKz16USZi\r\nITQyCg=="),
    ("b64 foldind 20", "Q05SLTlmM2EvKz16USZi\n    ITQyCg=="),
    ("b64 foldjson 10", "\"Q05SLTlmM2\\nEvKz16USZi\\nITQyCg==\""),
    ("fold 10", "CNR-9f3a/+\n=zQ&b!42"),
    ("foldcr 10", "CNR-9f3a/+\r\n=zQ&b!42"),
    ("foldjson 10", "\"CNR-9f3a/+\\n=zQ&b!42\""),
    ("fold\\ 10", "CNR-9f3a/+\\\n=zQ&b!42"),
    ("hexfold 10", "434e522d39\n6633612f2b\n3d7a512662\n213432"),
    ("b32fold 10", "INHFELJZMY\nZWCLZLHV5F\nCJTCEE2DE=\n=="),
    ("b64 hex", "NDM0ZTUyMmQzOTY2MzM2MTJmMmIzZDdhNTEyNjYyMjEzNDMy"),
    ("hex b64", "513035534c546c6d4d3245764b7a313655535a6949545179"),
    ("hexhex", "343334653532326433393636333336313266326233643761353132363632323133343332"),
    ("b64 url", "Q05SLTlmM2ElMkYlMkIlM0R6USUyNmIlMjE0Mg=="),
    ("b64 json", "eyJrIjogIkNOUi05ZjNhLys9elEmYiE0MiJ9"),
    ("hex u16", "43004e0052002d0039006600330061002f002b003d007a00510026006200210034003200"),
    ("hex u16be", "0043004e0052002d0039006600330061002f002b003d007a005100260062002100340032"),
    (
      "u16",
      "C\u{0}N\u{0}R\u{0}-\u{0}9\u{0}f\u{0}3\u{0}a\u{0}/\u{0}+\u{0}=\u{0}z\u{0}Q\u{0}&\u{0}b\u{0}!\u{0}4\u{0}2\u{0}"
    ),
    (
      "u16be",
      "\u{0}C\u{0}N\u{0}R\u{0}-\u{0}9\u{0}f\u{0}3\u{0}a\u{0}/\u{0}+\u{0}=\u{0}z\u{0}Q\u{0}&\u{0}b\u{0}!\u{0}4\u{0}2"
    ),
    ("qp all", "=43=4E=52=2D=39=66=33=61=2F=2B=3D=7A=51=26=62=21=34=32"),
    ("qp low", "=43=4e=52=2d=39=66=33=61=2f=2b=3d=7a=51=26=62=21=34=32"),
    ("qp fold", "=43=4E=52=2D=39=66=33=61=2F=2B=\n=3D=7A=51=26=62=21=34=32"),
    ("upper", "CNR-9F3A/+=ZQ&B!42"),
    ("lower", "cnr-9f3a/+=zq&b!42"),
    ("swap", "cnr-9F3A/+=Zq&B!42"),
    ("upper hex", "434e522d394633412f2b3d5a512642213432"),
    ("lower b64", "Y25yLTlmM2EvKz16cSZiITQy"),
    ("html dec", "&#67;&#78;&#82;&#45;&#57;&#102;&#51;&#97;&#47;&#43;&#61;&#122;&#81;&#38;&#98;&#33;&#52;&#50;"),
    (
      "html hex",
      "&#x43;&#x4E;&#x52;&#x2D;&#x39;&#x66;&#x33;&#x61;&#x2F;&#x2B;&#x3D;&#x7A;&#x51;&#x26;&#x62;&#x21;&#x34;&#x32;"
    ),
    (
      "html pad",
      "&#0000067;&#0000078;&#0000082;&#0000045;&#0000057;&#0000102;&#0000051;&#0000097;&#0000047;&#0000043;&#0000061;&#0000122;&#0000081;&#0000038;&#0000098;&#0000033;&#0000052;&#0000050;"
    ),
    (
      "\\u all",
      "\\u0043\\u004e\\u0052\\u002d\\u0039\\u0066\\u0033\\u0061\\u002f\\u002b\\u003d\\u007a\\u0051\\u0026\\u0062\\u0021\\u0034\\u0032"
    ),
    (
      "\\U",
      "\\U00000043\\U0000004e\\U00000052\\U0000002d\\U00000039\\U00000066\\U00000033\\U00000061\\U0000002f\\U0000002b\\U0000003d\\U0000007a\\U00000051\\U00000026\\U00000062\\U00000021\\U00000034\\U00000032"
    ),
    (
      "\\u{}",
      "\\u{43}\\u{4e}\\u{52}\\u{2d}\\u{39}\\u{66}\\u{33}\\u{61}\\u{2f}\\u{2b}\\u{3d}\\u{7a}\\u{51}\\u{26}\\u{62}\\u{21}\\u{34}\\u{32}"
    ),
    (
      "\\x{}",
      "\\x{43}\\x{4e}\\x{52}\\x{2d}\\x{39}\\x{66}\\x{33}\\x{61}\\x{2f}\\x{2b}\\x{3d}\\x{7a}\\x{51}\\x{26}\\x{62}\\x{21}\\x{34}\\x{32}"
    ),
    ("ldap", "\\43\\4e\\52\\2d\\39\\66\\33\\61\\2f\\2b\\3d\\7a\\51\\26\\62\\21\\34\\32"),
    (
      "css",
      "\\000043\\00004e\\000052\\00002d\\000039\\000066\\000033\\000061\\00002f\\00002b\\00003d\\00007a\\000051\\000026\\000062\\000021\\000034\\000032"
    ),
    ("spelled", "C N R - 9 f 3 a / + = z Q & b ! 4 2"),
    ("spelled,", "C,N,R,-,9,f,3,a,/,+,=,z,Q,&,b,!,4,2"),
    (
      "spelled json",
      "[\"C\", \"N\", \"R\", \"-\", \"9\", \"f\", \"3\", \"a\", \"/\", \"+\", \"=\", \"z\", \"Q\", \"&\", \"b\", \"!\", \"4\", \"2\"]"
    ),
    ("spelled nl", "C\nN\nR\n-\n9\nf\n3\na\n/\n+\n=\nz\nQ\n&\nb\n!\n4\n2"),
    (
      "spelled pretty",
      "[\n  \"C\",\n  \"N\",\n  \"R\",\n  \"-\",\n  \"9\",\n  \"f\",\n  \"3\",\n  \"a\",\n  \"/\",\n  \"+\",\n  \"=\",\n  \"z\",\n  \"Q\",\n  \"&\",\n  \"b\",\n  \"!\",\n  \"4\",\n  \"2\"\n]"
    ),
  ]

  @Test(arguments: encodings)
  func `an encoded secret is taken out, and what stands around it stays`(name: String, text: String) {
    for (before, after) in [("", ""), ("before ", " after"), ("key=", ";"), ("[", "]")] {
      let clean = redactor().redact(before + text + after)
      let parts = clean.split(separator: Redactor.mark, omittingEmptySubsequences: false).map(String.init)
      // Prefixes of digits, marks around them and what the encoding has at its end may stay.
      #expect(parts.count >= 2 && clean.count - parts.count < (before + after).count + 14, "\(clean.debugDescription)")
      #expect(parts.first?.hasPrefix(before.dropLast()) == true && parts.last?.hasSuffix(after.dropFirst()) == true)
    }
  }

  private static let dumps: [(name: String, text: String)] = [
    (
      "hexdump -C",
      "00000000  78 79 7a 3d 43 4e 52 2d  39 66 33 61 2f 2b 3d 7a  |xyz=CNR-9f3a/+=z|\n00000010  51 26 62 21 34 32 0a                              |Q&b!42.|\n00000017\n"
    ),
    (
      "hexdump",
      "0000000 7978 3d7a 4e43 2d52 6639 6133 2b2f 7a3d\n0000010 2651 2162 3234 000a                    \n0000017\n"
    ),
    (
      "hexdump -c",
      "0000000   x   y   z   =   C   N   R   -   9   f   3   a   /   +   =   z\n0000010   Q   &   b   !   4   2  \\n                                    \n0000017\n"
    ),
    (
      "hexdump -b",
      "0000000 170 171 172 075 103 116 122 055 071 146 063 141 057 053 075 172\n0000010 121 046 142 041 064 062 012                                    \n0000017\n"
    ),
    (
      "hexdump -d",
      "0000000   31096   15738   20035   11602   26169   24883   11055   31293\n0000010   09809   08546   12852   00010                                \n0000017\n"
    ),
    (
      "xxd",
      "00000000: 7879 7a3d 434e 522d 3966 3361 2f2b 3d7a  xyz=CNR-9f3a/+=z\n00000010: 5126 6221 3432 0a                        Q&b!42.\n"
    ),
    ("xxd -p", "78797a3d434e522d396633612f2b3d7a5126622134320a\n"),
    (
      "xxd -c8",
      "00000000: 7879 7a3d 434e 522d  xyz=CNR-\n00000008: 3966 3361 2f2b 3d7a  9f3a/+=z\n00000010: 5126 6221 3432 0a    Q&b!42.\n"
    ),
    (
      "xxd -g1",
      "00000000: 78 79 7a 3d 43 4e 52 2d 39 66 33 61 2f 2b 3d 7a  xyz=CNR-9f3a/+=z\n00000010: 51 26 62 21 34 32 0a                             Q&b!42.\n"
    ),
    (
      "xxd -i",
      "  0x78, 0x79, 0x7a, 0x3d, 0x43, 0x4e, 0x52, 0x2d, 0x39, 0x66, 0x33, 0x61,\n  0x2f, 0x2b, 0x3d, 0x7a, 0x51, 0x26, 0x62, 0x21, 0x34, 0x32, 0x0a\n"
    ),
    (
      "xxd -b",
      "00000000: 01111000 01111001 01111010 00111101 01000011 01001110  xyz=CN\n00000006: 01010010 00101101 00111001 01100110 00110011 01100001  R-9f3a\n0000000c: 00101111 00101011 00111101 01111010 01010001 00100110  /+=zQ&\n00000012: 01100010 00100001 00110100 00110010 00001010           b!42.\n"
    ),
    (
      "xxd -e",
      "00000000: 3d7a7978 2d524e43 61336639 7a3d2b2f  xyz=CNR-9f3a/+=z\n00000010: 21622651   0a3234                    Q&b!42.\n"
    ),
    (
      "od",
      "0000000 074570 036572 047103 026522 063071 060463 025457 075075\n0000020 023121 020542 031064 000012\n0000027\n"
    ),
    (
      "od -c",
      "0000000   x   y   z   =   C   N   R   -   9   f   3   a   /   +   =   z\n0000020   Q   &   b   !   4   2  \\n\n0000027\n"
    ),
    (
      "od -a",
      "0000000   x   y   z   =   C   N   R   -   9   f   3   a   /   +   =   z\n0000020   Q   &   b   !   4   2  nl\n0000027\n"
    ),
    (
      "od -b",
      "0000000 170 171 172 075 103 116 122 055 071 146 063 141 057 053 075 172\n0000020 121 046 142 041 064 062 012\n0000027\n"
    ),
    ("od -x", "0000000 7978 3d7a 4e43 2d52 6639 6133 2b2f 7a3d\n0000020 2651 2162 3234 000a\n0000027\n"),
    ("od -An -tx1", " 78 79 7a 3d 43 4e 52 2d 39 66 33 61 2f 2b 3d 7a\n 51 26 62 21 34 32 0a\n"),
    (
      "od -tx1z",
      "0000000 78 79 7a 3d 43 4e 52 2d 39 66 33 61 2f 2b 3d 7a  >xyz=CNR-9f3a/+=z<\n0000020 51 26 62 21 34 32 0a                             >Q&b!42.<\n0000027\n"
    ),
    (
      "od -tu1",
      "0000000 120 121 122  61  67  78  82  45  57 102  51  97  47  43  61 122\n0000020  81  38  98  33  52  50  10\n0000027\n"
    ),
    ("od -An -tu1", " 120 121 122  61  67  78  82  45  57 102  51  97  47  43  61 122\n  81  38  98  33  52  50  10\n"),
    ("od -tx4", "0000000 3d7a7978 2d524e43 61336639 7a3d2b2f\n0000020 21622651 000a3234\n0000027\n"),
    ("od -tx8", "0000000 2d524e433d7a7978 7a3d2b2f61336639\n0000020 000a323421622651\n0000027\n"),
  ]

  @Test(arguments: dumps)
  func `a secret is taken out of dumps, with the text beside the digits`(name: String, text: String) {
    let clean = redactor().redact("first line\n" + text + "last line\n")
    #expect(clean.contains(Redactor.mark) && clean.hasPrefix("first line\n") && clean.hasSuffix("last line\n"))
    for part in ["CNR-", "9f3a", "z Q", "zQ", "434e", "4e43", "2d52", "103 116", "78  82", "01000011"] {
      #expect(!clean.contains(part), "\(clean)")
    }
  }

  @Test(arguments: [1, 2, 3, 5, 8, 13, 40, 64, 76])
  func `a secret that is broken into the texts of a list, or into the rows of a column, is taken out`(width: Int) {
    let long = "tok_" + String(repeating: "k39fjw0-", count: 20)
    let written = [
      "raw": long, "base64": Base64.encode(Array("x\(long)\n".utf8)), "hex": hexadecimal(Array(long.utf8)),
    ]
    for (name, text) in written {
      var rest = text[...]
      var lines: [Value] = ["first"]
      while !rest.isEmpty {
        lines.append(.string(String(rest.prefix(width))))
        rest = rest.dropFirst(width)
      }
      lines.append("last!")
      let rows = lines.map { Value.map(MapValue([("n", 1), ("line", $0)])) }
      let redactor = redactor(long)
      for value in [Value.list(lines), ["a": ["b": .list(lines)]], .list(rows)] {
        let clean = redactor.redact(value).jsonText()
        let left = clean.count { $0.isLetter || $0.isNumber } - lines.count * (clean.contains("line") ? 6 : 0)
        #expect(clean.contains("first") && clean.contains("last!") && left < 26, "\(name): \(clean)")
      }
      #expect(redactor.redact(.list(lines)).listValue?.count == lines.count)
      for text in [Value.list(lines).jsonText(), Value.list(lines).jsonText(pretty: true)] where width > 1 {
        let clean = redactor.redact(text)
        #expect(clean.count { $0.isLetter || $0.isNumber } < 26, "\(name): \(clean)")
      }
    }
  }

  @Test func `short lines of a secret are taken out where they stand together`() {
    let codes = redactor("1234-56\n7890-12\nabcd-ef")
    #expect(codes.redact(["1234-56", "7890-12", "abcd-ef", "gh"]) == ["•••", "•••", "•••", "gh"])
    #expect(redactor("1234-56\r\n7890-12").redact("x 1234-56\n7890-12 y") == "x ••• y")
    #expect(codes.redact("x 1234-56\r\n7890-12\r\nabcd-ef y") == "x ••• y")
    let key = redactor("-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nab==\n-----END KEY-----")
    let lines: Value = ["-----BEGIN KEY-----", "MIIEvQIBADANBgkq", "ab==", "-----END KEY-----", "ok"]
    #expect(key.redact(lines) == ["•••", "•••", "•••", "•••", "ok"])
  }

  @Test(arguments: ["1234-56, 9981-27", "9981-27", "[1] 4410-83\n[0] 1234-56", "used: a1b2c3"])
  func `each short code of a secret in lines is known by itself`(text: String) {
    let codes = redactor("1234-56\n9981-27\n4410-83\na1b2c3\n")
    let shown = codes.redact(text)
    for code in ["1234", "9981", "4410", "a1b2"] { #expect(!shown.contains(code), "\(shown)") }
    #expect(codes.redact("port 8080, 123456, secret, 12:34:56") == "port 8080, 123456, secret, 12:34:56")
  }

  @Test(arguments: ["OGCI-WHRD-7Q2M-KJ5X", "ogci whrd 7q2m kj5x", "OGCIWHRD 7Q2MKJ5X"])
  func `a secret in groups of four is known`(text: String) {
    #expect(redactor("OGCIWHRD7Q2MKJ5X").redact("key \(text) set") == "key ••• set")
  }

  @Test(arguments: ["OGCIWHRD7Q…", "OGCIWHRD7Q...", "\"OGCIWHRD7Q\"..."])
  func `the beginning of a secret before a mark of a cut is known`(text: String) {
    let shown = redactor("OGCIWHRD7Q2MKJ5X").redact("got \(text) and more")
    #expect(!shown.contains("OGCI") && shown.hasSuffix(" and more"), "\(shown)")
    #expect(redactor("OGCIWHRD7Q2MKJ5X").redact("OGCI… OGCIWH...") == "OGCI… OGCIWH...")
  }

  @Test func `a list of a secret's bytes is known`() {
    let bytes = Array(Self.secret.utf8).map { Value.int(Int64($0)) }
    #expect(redactor().redact(.list([7] + bytes + [8])) == .list([7] + bytes.map { _ in "•••" } + [8]))
    #expect(redactor().redact([1, 2, 300, 67, 78, 82]) == [1, 2, 300, 67, 78, 82])
  }

  @Test(arguments: [
    ("postgres", "PostgreSQL 15 by PostGRES"), ("password", "Passwords are stored as PassWord"),
    ("password", "passwords, mypassword, PASSWORDLESS"), ("12345678", "id 9123456780, 123456789 and 112345678"),
    ("12345678", "1 2 3 4 5 6 7 9, 1234567, 0x12345679"), ("hunter2hunter2", "hunter2 hunter2 HUNTER2-HUNTER"),
    ("CNR-9f3a/+=zQ&b!42", "CNR-9f3a 434e522d 67,78,82 INHFE CNR-9f3a/+=zQ&b!43 Q05SLTlmM2Ev"),
  ])
  func `what only looks like a secret stays`(secret: String, text: String) {
    #expect(redactor(secret).redact(text) == text)
    #expect(redactor(secret).redact(["a", .string(text), "b"]) == ["a", .string(text), "b"])
  }

  @Test(arguments: [
    "\\", "\\\"", "\\\\n", "%25", "&amp;", "amp;", "=\n", "\n", "\u{0}", "0", "01", "1,", "00 ", "c\n", "A", "a\\",
    "\\u0043",
    "CNR-9f3a/+=zQ&b!4\n", "hunter2hunter",
  ])
  func `four times as much is four times the work`(piece: String) {
    var search = redactor()
    search.add(#"\\host\share"#)
    search.add("hunter2hunter2")
    let (short, long) = (repeated(piece, 8000), repeated(piece, 32000))
    #expect(decodedBytes(of: long) < decodedBytes(of: short) * 5)
    #expect(!search.redact(long).contains("hunter2hunter2"))
  }

  @Test(arguments: [
    ("password", "is password, DB_password=password1"),
    ("password", #""a\npassword" \u0020password %20password =0Apassword"#),
    ("password", "PASSWORD, password."), ("12345678", "pin 12345678, a12345678b, %2012345678, 12345678."),
  ])
  func `a short word or number is taken out where it stands by itself`(secret: String, text: String) {
    let clean = redactor(secret).redact(text)
    #expect(!clean.lowercased().contains(secret), "\(clean)")
  }

  @Test func `megabytes of backslashes are looked through`() {
    let text = String(repeating: "\\", count: 2 << 20)
    #expect(redactor().redact(text) == text)
  }
}
