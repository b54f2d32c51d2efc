import Foundation
import Testing
import TextCoding

struct DecodedTextTests {
  static let decodable: [(String?, [UInt8], String)] = [
    (nil, Array("Zürich".utf8), "Zürich"), ("utf8", Array("Zürich".utf8), "Zürich"),
    ("\"UTF-8\"", [0xEF, 0xBB, 0xBF] + Array("ok".utf8), "ok"), (nil, [0xEF, 0xBB, 0xBF], ""),
    ("ISO-8859-1", Array("Z".utf8) + [0xFC] + Array("rich".utf8), "Zürich"),
    ("iso8859-1", [0xE9], "é"), ("'latin1'", [0xE9], "é"), ("ISO-8859-15", [0xA4], "€"), ("iso_8859-2", [0xE8], "č"),
    ("windows-1252", [0x80, 0x20, 0x84, 0x6F, 0x6B, 0x93], "€ „ok“"), ("CP1252", [0x80], "€"),
    ("win-1251", [0xC6], "Ж"),
    ("WINDOWS-1250", [0x9E], "ž"), ("koi8-r", [0xF6], "Ж"), ("shift_jis", [0x93, 0xFA], "日"),
    ("utf-16", [0xFF, 0xFE, 0x5A, 0, 0xFC, 0], "Zü"), ("utf-16", [0xFE, 0xFF, 0, 0x5A, 0, 0xFC], "Zü"),
    ("utf-16", [0x5A, 0, 0xFC, 0], "Zü"), ("UTF-16", [0, 0x5A, 0, 0xFC], "Zü"), ("UTF-16LE", [0x5A, 0], "Z"),
    ("utf-16be", [0, 0x5A], "Z"), (nil, [0xFF, 0xFE, 0x5A, 0], "Z"),
    ("utf-16", [0xFF, 0xFE, 0x3D, 0xD8, 0, 0xDE], "😀"),
    // A mark says more than the declaration does.
    ("ISO-8859-1", [0xEF, 0xBB, 0xBF] + Array("ü".utf8), "ü"), ("us-ascii", Array("ok".utf8), "ok"),
    ("us-ascii", Array("ü".utf8), "ü"), ("ISO-8859-1", [], ""), ("utf-16", [], ""),
  ]

  @Test(arguments: decodable.indices)
  func `a text is decoded as it is declared, without a byte order mark`(_ index: Int) {
    let (charset, bytes, text) = Self.decodable[index]
    #expect(DecodedText(bytes, charset: charset).text == text, "\(charset ?? "none")")
  }

  static let undecodable: [(String?, [UInt8])] = [
    (nil, [0x5A, 0xFC]), ("utf-8", Array("ok ".utf8) + [0xFF, 0xFE]), ("x-klingon", [0x5A, 0xFC]),
    ("windows-1252", [0x81]), ("utf-16", [0xFF, 0xFE, 0x5A]), ("utf-16le", [0, 0xD8]), ("windows-9999", [0x41]),
    ("ISO-2022-CN-EXT", [0x41]), ("char", [0x41]), ("UTF-8//TRANSLIT", [0x41]), ("../../x", [0x41]), ("utf-7", [0x41]),
    ("us-ascii", [0xFF]),
  ]

  @Test(arguments: undecodable.indices)
  func `a body that can't be decoded is not text, and a notice says so`(_ index: Int) {
    let (charset, bytes) = Self.undecodable[index]
    let result = DecodedText(bytes, charset: charset)
    #expect(result.text == nil)
    #expect(result.notice?.contains("bytes") == true)
  }

  @Test func `the set is said where it is not UTF-8`() {
    #expect(DecodedText([0xFC], charset: "latin-1").notice == "decoded from ISO-8859-1")
    #expect(DecodedText([0x41], charset: "utf-8").notice == nil)
    #expect(DecodedText([0x41]).notice == nil)
  }

  @Test func `a text that is cut within a character loses that character alone`() {
    for (charset, bytes, text) in [
      (nil, Array("aé".utf8.dropLast()), "a"), ("utf-8", Array("a😀".utf8.dropLast()), "a"),
      ("utf-16le", [0x5A, 0, 0xFC], "Z"), ("utf-16le", [0x5A, 0, 0x3D, 0xD8], "Z"), ("shift_jis", [0x41, 0x93], "A"),
    ] as [(String?, [UInt8], String)] {
      #expect(DecodedText(bytes, charset: charset, isTruncated: true).text == text)
      #expect(DecodedText(bytes, charset: charset).text == nil)
    }
  }
}
