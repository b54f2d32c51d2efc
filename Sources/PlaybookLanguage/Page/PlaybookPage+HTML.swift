import SourceText

extension PlaybookPage {
  /// One file without script or network: readable on a phone, printable, light and dark.
  public var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(Self.escaped(title))</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    <main>
    \(Self.html(blocks))</main>
    </body>
    </html>

    """
  }

  private static let style = """

    :root { color-scheme: light dark; }
    body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; }
    main { max-width: 46rem; margin: 0 auto; padding: 1rem; }
    pre, code { font-family: ui-monospace, monospace; font-size: 0.9em; border-radius: 0.25rem; }
    pre, code { background: color-mix(in srgb, currentColor 8%, transparent); }
    code { padding: 0.1em 0.3em; overflow-wrap: anywhere; }
    pre { padding: 0.6em 0.8em; overflow-x: auto; }
    pre code { padding: 0; background: none; }
    li { margin: 0.4em 0; }
    @media print { pre { white-space: pre-wrap; } main { max-width: none; } }

    """

  private static func html(_ blocks: [PageBlock]) -> String {
    blocks.map(html).joined()
  }

  private static func html(_ block: PageBlock) -> String {
    switch block {
    case .heading(let level, let text): return "<h\(level)>\(escaped(text))</h\(level)>\n"
    case .paragraph(let parts): return "<p>\(parts.map(html).joined())</p>\n"
    case .prose(let text):
      let paragraphs = text.lines.split(separator: "").map { $0.joined(separator: "\n") }
      return paragraphs.map { "<p>\(escaped($0))</p>\n" }.joined()
    case .code(let text, let language):
      return "<pre><code class=\"\(escaped(language))\">\(escaped(text))</code></pre>\n"
    case .list(let isOrdered, let items):
      let tag = isOrdered ? "ol" : "ul"
      return "<\(tag)>\n" + items.map { "<li>\(html($0))</li>\n" }.joined() + "</\(tag)>\n"
    }
  }

  private static func html(_ part: PageInline) -> String {
    switch part {
    case .text(let text): escaped(text)
    case .strong(let text): "<strong>\(escaped(text))</strong>"
    case .code(let text): "<code>\(escaped(text))</code>"
    }
  }

  private static func escaped(_ text: String) -> String {
    var safe = ""
    for scalar in Visible.text(text, keepingTabs: true, keepingLineBreaks: true, keepingEmoji: true).unicodeScalars {
      switch scalar {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\"": safe += "&quot;"
      case "'": safe += "&#39;"
      default: safe.unicodeScalars.append(scalar)
      }
    }
    return safe
  }
}
