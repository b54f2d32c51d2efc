import Foundation
import Testing

@testable import PlaybookTranscript

/// The rules that a reader depends on: contrast by light, by dark and on paper; a phone's one column; nothing hidden on paper.
@Suite struct StyleSheetTests {
  private static let sheet = StyleSheet.html.text

  /// WCAG 2.2, 1.4.3: text has 4.5 to 1, what is drawn 3 to 1 (1.4.11).
  private static let pairs: [(front: String, backs: [String], least: Double)] = [
    ("text", ["page", "surface", "raised"], 4.5), ("soft", ["page", "surface", "raised"], 4.5),
    ("accent", ["page", "surface"], 4.5), ("good", ["good-back", "surface", "page"], 4.5),
    ("bad", ["bad-back", "surface", "raised", "page"], 4.5), ("warn", ["warn-back", "surface"], 4.5),
    ("human", ["surface"], 4.5), ("machine", ["surface"], 4.5), ("mark", ["surface"], 4.5),
    ("human", ["raised"], 3), ("machine", ["raised"], 3), ("mark", ["raised"], 3),
  ]

  @Test(arguments: ["", "@media (prefers-color-scheme: dark)", "@media print"])
  func `every text stands out from what is behind it`(_ media: String) throws {
    let colors = try Self.colors(in: media.isEmpty ? Self.sheet : Self.block(media))
    #expect(colors.count == 16)
    for (front, backs, least) in Self.pairs {
      for back in backs {
        let contrast = try Self.contrast(#require(colors[front]), #require(colors[back]))
        #expect(contrast >= least, "\(front) on \(back): \(contrast)")
      }
    }
  }

  @Test func `every colour that is used is declared, and text has no other`() {
    let used = Set(Self.sheet.split(separator: "var(--").dropFirst().map { String($0.prefix { $0 != ")" }) })
    let declared = Set((try? Self.colors(in: Self.sheet))?.keys.map { $0 } ?? [])
    #expect(used.isSubset(of: declared), "\(used.subtracting(declared))")
    #expect(!Self.sheet.contains("color: #") && !Self.sheet.contains("fill: #"))
  }

  @Test func `paper has all of it, and no way to click`() throws {
    let paper = try Self.block("@media print")
    for rule in [
      "nav, .skip { display: none; }", "details::details-content { content-visibility: visible;",
      "pre { white-space: pre-wrap; max-height: none;", ".scroll { overflow: visible; background: none; }",
      "tr, .card, figure, .tile { break-inside: avoid; }", "thead { display: table-header-group; }",
    ] { #expect(paper.contains(rule), "\(rule)") }
  }

  @Test func `a phone has one column, a wide screen two, and who wants no motion gets none`() throws {
    #expect(
      Self.sheet.contains(
        ".page { max-width: 78rem; margin: 0 auto; padding: 1.25rem; display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); }"
      ))
    #expect(try Self.block("@media (min-width: 68rem)").contains("grid-template-columns: 11rem minmax(0, 1fr)"))
    #expect(try Self.block("@media (max-width: 30rem)").contains(".facts { grid-template-columns: minmax(0, 1fr)"))
    #expect(try Self.block("@media (prefers-reduced-motion: reduce)").contains("scroll-behavior: auto"))
    #expect(Self.sheet.contains(".scroll { overflow-x: auto;") && Self.sheet.contains("overflow-wrap: anywhere"))
  }

  @Test func `what has line breaks keeps them, and the focus is seen`() {
    #expect(
      Self.sheet.contains(".said { white-space: pre-wrap; }") && Self.sheet.contains(".why { white-space: pre-wrap; }"))
    #expect(Self.sheet.contains(":focus-visible, [tabindex]:focus-visible, summary:focus-visible { outline: 3px"))
  }

  @Test func `a cell breaks no word that fits, a phone has each event as a block, and no heading ends a printed page`()
    throws
  {
    #expect(Self.sheet.contains("max-width: 32rem; overflow-wrap: break-word; }"))
    let phone = try Self.block("@media (max-width: 30rem)")
    #expect(phone.contains(".stacked tr, .stacked td, .stacked tbody th { display: block; }"))
    let print = try Self.block("@media print")
    #expect(print.contains("h2, h3, caption, figcaption, .source, .part > p, thead { break-after: avoid; }"))
    #expect(print.contains("tbody tr:first-child { break-before: avoid; }"))
    #expect(print.contains("summary { break-after: avoid; }"))
  }

  @Test func `it takes nothing from elsewhere and its braces close`() {
    for word in ["url(", "@import", "@font-face", "http"] { #expect(!Self.sheet.contains(word), "\(word)") }
    #expect(Self.sheet.count { $0 == "{" } == Self.sheet.count { $0 == "}" })
  }

  // MARK: Reading

  /// The rules within `media { … }`.
  private static func block(_ media: String) throws -> String {
    let parts = sheet.split(separator: media + " {", maxSplits: 1)
    try #require(parts.count == 2, "no \(media)")
    var depth = 1
    return String(
      parts[1].prefix { character in
        depth += character == "{" ? 1 : character == "}" ? -1 : 0
        return depth > 0
      })
  }

  /// The colours of the first `:root` in `text`, as red, green and blue from 0 to 1.
  private static func colors(in text: String) throws -> [String: [Double]] {
    let parts = text.split(separator: ":root {", maxSplits: 1, omittingEmptySubsequences: false)
    try #require(parts.count == 2)
    var colors: [String: [Double]] = [:]
    for declaration in parts[1].prefix(while: { $0 != "}" }).split(separator: ";") {
      let sides = declaration.split(separator: ": #")
      guard sides.count == 2, let start = sides[0].range(of: "--") else { continue }
      var digits = Array(sides[1])
      if digits.count == 3 { digits = digits.flatMap { [$0, $0] } }
      colors[String(sides[0][start.upperBound...])] = stride(from: 0, to: 6, by: 2).map {
        Double(Int(String(digits[$0...$0 + 1]), radix: 16) ?? 0) / 255
      }
    }
    return colors
  }

  private static func contrast(_ one: [Double], _ other: [Double]) -> Double {
    let (light, dark) = (max(luminance(one), luminance(other)), min(luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
  }

  /// Relative luminance as WCAG defines it.
  private static func luminance(_ color: [Double]) -> Double {
    let linear = color.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }
}
