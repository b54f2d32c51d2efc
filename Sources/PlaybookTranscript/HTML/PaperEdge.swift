import CEL
import SourceText

/// What stands at the edge of each printed page: which run it is of.
struct PaperEdge {
  private static let longest = 90

  let html: HTML

  init(title: String, run: String) {
    let short = title.count > Self.longest ? title.prefix(Self.longest - 1) + "…" : title
    html = HTML(
      style:
        "@page { @top-left { content: \(Self.quoted(short)); font-size: 9pt; } @top-right { content: \(Self.quoted(run)); font-size: 9pt; } }"
    )
  }

  /// Names the sheet in the page's policy.
  var hash: String { "sha256-" + Base64.encode(sha256(Array(html.text.utf8))) }

  /// A string of CSS in which every character but letters, digits and blanks is written as its number: none ends it.
  private static func quoted(_ text: String) -> String {
    var quoted = ""
    for scalar in Visible.text(text).unicodeScalars {
      let isPlain = scalar.isASCII && (References.isWord(scalar) || scalar == " " || scalar == "-")
      quoted += isPlain ? String(scalar) : "\\\(String(scalar.value, radix: 16)) "
    }
    return "\"\(quoted)\""
  }
}
