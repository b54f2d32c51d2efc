import CEL

extension Template {
  /// As the author wrote it, quoting aside.
  public var written: String {
    pieces.map { piece in
      switch piece {
      case .text(let text): text.replacing("${", with: "$${")
      case .expression(let expression): "${\(expression.expression.source)}"
      }
    }.joined()
  }
}

extension TemplateTree {
  /// The tree on one line: `[a, b]`, `{key: value}`.
  public var written: String {
    switch self {
    case .value(.duration(let duration), _): duration.brief
    case .value(let value, _): value.rendered
    case .template(let template): template.written
    case .list(let items, _): "[" + items.map(\.written).joined(separator: ", ") + "]"
    case .map(let entries, _): "{" + entries.map { "\($0.key): \($0.value.written)" }.joined(separator: ", ") + "}"
    }
  }
}

extension Duration {
  /// As an author would write it: `1h30m`, `7d`, `1.5s`.
  public var brief: String {
    let parts = components
    guard parts.attoseconds == 0, parts.seconds > 0 else { return Value.text(of: self) }
    var rest = parts.seconds
    var text = ""
    for (unit, seconds) in [("d", Int64(86400)), ("h", 3600), ("m", 60), ("s", 1)] where rest >= seconds {
      text += "\(rest / seconds)\(unit)"
      rest %= seconds
    }
    // Whole days of hours read better in the agreed unit: 24h.
    return text == "1d" ? "24h" : text
  }
}

extension Call {
  /// The call as a reader would type it: its short form where it has one, and the other fields on lines of their own.
  func written(_ executors: [ExecutorSchema]) -> String {
    var fields = form.fields
    var lines: [String] = []
    let schema = executors.first { $0.name == executor }
    switch schema?.shortForm {
    case .words(let name):
      if case .list(let words, _) = fields[name] {
        lines.append(words.map { $0.written.quotedAsWord }.joined(separator: " "))
        fields[name] = nil
      }
    case .field(let name):
      if let text = fields.removeValue(forKey: name) { lines.append(text.written.trimmingLineBreaks) }
    case .request:
      if let method = fields.removeValue(forKey: "method") ?? fields["path"].map({ _ in .value("GET", span) }),
        let path = fields.removeValue(forKey: "path") ?? fields.removeValue(forKey: "url")
      {
        lines.append("\(method.written) \(path.written)")
      }
    // A command's or a plugin's: its name tells the call.
    case nil:
      lines.append(executor + (fields.removeValue(forKey: "").map { " " + $0.written.trimmingLineBreaks } ?? ""))
    }
    let order = schema?.fields.map(\.name) ?? fields.keys.sorted()
    for name in order {
      if let tree = fields[name] { lines.append("\(name): \(tree.written.trimmingLineBreaks)") }
    }
    for name in fields.keys.sorted() where !order.contains(name) {
      lines.append("\(name): \(fields[name]?.written ?? "")")
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  /// The word as POSIX quoting writes it, `${…}` left open.
  fileprivate var quotedAsWord: String {
    let isPlain = !isEmpty && !utf8.contains { $0 <= 0x20 || $0 == 0x22 || $0 == 0x27 || $0 == 0x5C }
    return isPlain || contains("${") ? self : "'" + replacing("'", with: #"'\''"#) + "'"
  }

  fileprivate var trimmingLineBreaks: String {
    var text = self[...]
    while text.last?.isNewline == true { text.removeLast() }
    return String(text)
  }
}
