import CZlib
import Foundation
import Testing
import TextCoding

struct UnpackedTests {
  static let gzip = data("H4sIAAAAAAACA6tWys9WsiopKk2tBQCQX9SnCwAAAA==")
  static let raw = data("q1bKz1ayKikqTa0FAA==")
  static let zlib = data("eJyrVsrPVrIqKSpNrQUAFuMEEQ==")

  private static func data(_ base64: String) -> [UInt8] { Array(Data(base64Encoded: base64) ?? Data()) }

  /// So many zeros, packed by zlib itself.
  private static func zeros(_ count: Int) -> [UInt8] {
    var length = compressBound(UInt(count))
    var packed = [UInt8](repeating: 0, count: Int(length))
    let code = unsafe compress(&packed, &length, [UInt8](repeating: 0, count: count), UInt(count))
    #expect(code == Z_OK)
    return Array(packed.prefix(Int(length)))
  }

  private func unpacked(
    _ bytes: [UInt8], _ codings: String, isTruncated: Bool = false, limit: Int = 1 << 20
  ) -> (String, isTruncated: Bool, notice: String?) {
    let result = Unpacked(bytes, codings: codings, isTruncated: isTruncated, limit: limit)
    return (String(decoding: result.bytes, as: UTF8.self), result.isTruncated, result.notice)
  }

  @Test(arguments: [
    ("gzip", gzip), ("X-GZIP", gzip), ("deflate", zlib), ("Deflate", raw), ("aws-chunked, gzip", gzip),
    ("gzip, identity", gzip), (" gzip ", gzip), ("gzip", gzip + [0, 0, 0, 0]),
  ])
  func `what is packed is unpacked`(_ codings: String, _ bytes: [UInt8]) {
    let (text, isTruncated, notice) = unpacked(bytes, codings)
    #expect(text == #"{"ok":true}"#)
    #expect(!isTruncated)
    #expect(notice == nil)
  }

  @Test(arguments: ["", "identity", "Identity", "UTF-8", "utf8", "none", "aws-chunked", "identity, none", ","])
  func `words that name no packing change nothing`(_ codings: String) {
    let (text, isTruncated, notice) = unpacked(Array("plain".utf8), codings)
    #expect(text == "plain")
    #expect(!isTruncated)
    #expect(notice == nil)
  }

  @Test func `several members and several layers are all unpacked`() {
    #expect(unpacked(Self.gzip + Self.gzip, "gzip").0 == #"{"ok":true}{"ok":true}"#)
    let twice = Self.data("H4sIAAAAAAACA5Pv5mAAASbm1WGnzodt0tLU8l3LyjAh/spybqAwACA7gdsfAAAA")
    #expect(unpacked(twice, "gzip, gzip").0 == #"{"ok":true}"#)
  }

  @Test func `a bomb ends at the limit, and is truncated`() {
    let bomb = Self.zeros(64 << 20)
    #expect(bomb.count < 1 << 20)
    let result = Unpacked(bomb, codings: "deflate", isTruncated: false, limit: 1 << 20)
    #expect(result.bytes.count == 1 << 20)
    #expect(result.isTruncated)
    let exact = Unpacked(Self.zeros(1 << 20), codings: "deflate", isTruncated: false, limit: 1 << 20)
    #expect(exact.bytes.count == 1 << 20)
    #expect(!exact.isTruncated)
  }

  @Test func `what ends early is truncated and said, unless it was known to be a part`() {
    let part = Array(Self.gzip.dropLast(12))
    let result = unpacked(part, "gzip")
    #expect(result.isTruncated)
    #expect(result.notice?.contains("ends early") == true)
    let known = unpacked(part, "gzip", isTruncated: true)
    #expect(known.isTruncated)
    #expect(known.notice == nil)
  }

  @Test(arguments: ["gzip", "deflate", "br", "zstd", "compress", "gzip, br", "br, gzip"])
  func `what can't be unpacked stays as it came and is said`(_ codings: String) {
    for body in [Array("{\"a\":1}".utf8), [0x1F, 0x78], [0xFF, 0, 1, 2]] {
      let result = Unpacked(body, codings: codings, isTruncated: false, limit: 100)
      #expect(result.bytes == body)
      #expect(result.notice != nil)
      #expect(!result.isTruncated)
    }
  }

  @Test func `a damaged body is not half unpacked`() {
    var damaged = Self.gzip
    damaged[damaged.count - 6] ^= 1
    let result = Unpacked(damaged, codings: "gzip", isTruncated: false, limit: 100)
    #expect(result.bytes == damaged)
    #expect(result.notice != nil)
  }

  @Test func `an empty body has nothing to unpack`() {
    let result = Unpacked([], codings: "gzip, br", isTruncated: false, limit: 100)
    #expect(result == Unpacked([], codings: "", isTruncated: false, limit: 100))
    #expect(result.notice == nil)
  }
}
