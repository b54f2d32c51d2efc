/// Reads a transcript's page tag by tag and says what must not be in it: markup that is not ours, what does not close, what
/// a screen reader stumbles over.
struct PageCheck {
  private(set) var problems: [String] = []
  private var open: [String] = []
  private var ids: Set<String> = []
  private var references: [String] = []
  private var heading = 0
  private var captioned = true

  private static let void: Set<String> = ["meta"]
  private static let known: Set<String> = [
    "html", "head", "meta", "title", "style", "body", "a", "header", "div", "span", "p", "h1", "h2", "h3", "code",
    "time",
    "nav", "ul", "li", "main", "section", "strong", "dl", "dt", "dd", "figure", "figcaption", "svg", "rect", "text",
    "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "pre", "article", "ins", "del",
  ]
  private static let attributes: Set<String> = [
    "lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "aria-label", "aria-labelledby",
    "aria-hidden", "role", "tabindex", "scope", "datetime", "rel", "open", "viewBox", "preserveAspectRatio", "x", "y",
    "width", "height", "rx", "text-anchor", "data-name",
  ]

  init(_ page: String) {
    let bytes = Array(page.utf8)
    var position = bytes.firstIndex(of: UInt8(ascii: ">")).map { $0 + 1 } ?? 0
    while let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
      guard let end = Self.end(of: start, in: bytes) else {
        problems.append("a tag without end")
        break
      }
      let tag = String(decoding: bytes[start + 1..<end], as: UTF8.self)
      read(tag)
      position = end + 1
      if tag == "style" { while position < bytes.count, bytes[position] != UInt8(ascii: "<") { position += 1 } }
    }
    if !open.isEmpty { problems.append("not closed: \(open)") }
    for reference in references where !ids.contains(reference) { problems.append("nothing has the id \(reference)") }
  }

  /// Where the tag ends: `>` outside of quotes.
  private static func end(of start: Int, in bytes: [UInt8]) -> Int? {
    var isQuoted = false
    for position in start..<bytes.count {
      if bytes[position] == UInt8(ascii: "\"") { isQuoted.toggle() }
      if bytes[position] == UInt8(ascii: ">"), !isQuoted { return position }
    }
    return nil
  }

  private mutating func read(_ tag: String) {
    if tag.hasPrefix("/") {
      let name = String(tag.dropFirst())
      if open.popLast() != name { problems.append("</\(name)> closes something else") }
      if name == "table", !captioned { problems.append("a table without caption") }
      return
    }
    let isClosed = tag.hasSuffix("/")
    let body = isClosed ? String(tag.dropLast()) : tag
    let name = String(body.prefix { $0 != " " })
    guard Self.known.contains(name) || (name == "title" && open.contains("svg")) else {
      problems.append("<\(name.prefix(40))>")
      return
    }
    let values = attributes(of: String(body.dropFirst(name.count)))
    check(name, values)
    if !isClosed, !Self.void.contains(name) { open.append(name) }
  }

  private mutating func attributes(of text: String) -> [String: String] {
    var values: [String: String] = [:]
    var rest = text.drop { $0 == " " }
    while !rest.isEmpty {
      let name = String(rest.prefix { $0 != "=" && $0 != " " })
      rest = rest.dropFirst(name.count)
      var value = ""
      if rest.first == "=" {
        let quoted = rest.dropFirst(2)
        value = String(quoted.prefix { $0 != "\"" })
        rest = quoted.dropFirst(value.count + 1)
      }
      if !Self.attributes.contains(name) { problems.append("the attribute \(name.prefix(40))") }
      values[name] = value
      rest = rest.drop { $0 == " " }
    }
    return values
  }

  private mutating func check(_ name: String, _ values: [String: String]) {
    if let id = values["id"], !ids.insert(id).inserted { problems.append("twice the id \(id)") }
    if let target = values["aria-labelledby"] { references.append(target) }
    if let target = values["href"] {
      if target.hasPrefix("#") {
        references.append(String(target.dropFirst()))
      } else if !target.lowercased().hasPrefix("https://"), !target.lowercased().hasPrefix("http://") {
        problems.append("a link to \(target.prefix(40))")
      }
    }
    switch name {
    case "h1", "h2", "h3":
      let level = Int(name.dropFirst()) ?? 0
      if level > heading + 1 { problems.append("h\(level) after h\(heading)") }
      heading = level
    case "table": captioned = false
    case "caption": captioned = true
    case "th": if values["scope"] == nil { problems.append("a header cell without scope") }
    case "svg":
      if values["role"] != "img" || values["aria-label"]?.isEmpty != false { problems.append("a picture without text") }
    default: break
    }
  }
}
