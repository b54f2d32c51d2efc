public import CEL
import SourceText

extension Template {
  /// The value: that of the expression where the template is nothing but one, text otherwise. `.unknown` where a part
  /// is.
  public func resolve(_ bindings: Bindings) throws(TemplateError) -> Value {
    if let expression = soleExpression { return try expression.evaluate(bindings) }
    return try resolveText(bindings)
  }

  /// The text with each value rendered: `.string`, or `.unknown` where a part is.
  public func resolveText(_ bindings: Bindings) throws(TemplateError) -> Value {
    try render(bindings) { value, _, _ throws(TemplateError) in value.rendered }
  }

  /// The text for people: as `resolveText`, with durations as an author writes them (`3d`, `1h30m`). An unknown part
  /// says so; nil where an expression fails.
  public func prose(_ bindings: Bindings) -> String? {
    let text = try? render(bindings) { value, _, _ throws(TemplateError) in
      if case .duration(let duration) = value { duration.brief } else { value.rendered }
    }
    return text?.rendered
  }

  /// A URL's path, with or without a query: each value is percent-encoded (all but the unreserved characters of RFC
  /// 3986, 2.3), the author's text stays. `.string`, or `.unknown` where a part is.
  ///
  /// A value can't change where the path leads: one that is empty, or that makes a `.` or `..` of its segment, is an
  /// error.
  public func resolveURLPath(_ bindings: Bindings) throws(TemplateError) -> Value {
    let path = try render(bindings) { value, text, expression throws(TemplateError) in
      let rendered = value.rendered
      if rendered.isEmpty, !text.contains(UInt8(ascii: "?")) {
        throw TemplateError("the value is empty, and the path would lead elsewhere", at: expression.span)
      }
      return Self.percentEncoded(rendered)
    }
    let segments = (path.stringValue ?? "").prefix { $0 != "?" && $0 != "#" }.split(separator: "/")
    if segments.contains(".") || segments.contains("..") {
      throw TemplateError("the path has a segment `.` or `..`, and would lead elsewhere", at: span)
    }
    return path
  }

  private func render(
    _ bindings: Bindings, _ text: (Value, [UInt8], LocatedExpression) throws(TemplateError) -> String
  ) throws(TemplateError) -> Value {
    var rendered: [UInt8] = []
    var unknown: Unknown?
    for piece in pieces {
      switch piece {
      case .text(let part): rendered += part.utf8
      case .expression(let expression):
        let value = try expression.evaluate(bindings)
        if case .unknown(let reasons) = value {
          unknown = unknown?.merging(reasons) ?? reasons
        } else {
          rendered += try text(value, rendered, expression).utf8
        }
      }
      guard rendered.count <= bindings.limits.size else {
        throw TemplateError("the text has more than \(bindings.limits.size) bytes", at: span)
      }
    }
    return unknown.map(Value.unknown) ?? .string(String(decoding: rendered, as: UTF8.self))
  }

  /// `text` with everything but the unreserved characters of RFC 3986 as `%XX`.
  static func percentEncoded(_ text: String) -> String {
    var encoded: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    for byte in text.utf8 {
      if isUnreserved(byte) {
        encoded.append(byte)
      } else {
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
    default: false
    }
  }
}

extension TemplateTree {
  /// The tree with every template's value in its place; `.unknown` where a part is.
  public func resolve(_ bindings: Bindings) throws(TemplateError) -> Value {
    var unknown: Unknown?
    let value = try resolve(bindings, &unknown)
    return unknown.map(Value.unknown) ?? value
  }

  private func resolve(_ bindings: Bindings, _ unknown: inout Unknown?) throws(TemplateError) -> Value {
    switch self {
    case .value(let value, _): return value
    case .template(let template):
      let value = try template.resolve(bindings)
      if case .unknown(let reasons) = value { unknown = unknown?.merging(reasons) ?? reasons }
      return value
    case .list(let items, _):
      var values: [Value] = []
      for item in items { values.append(try item.resolve(bindings, &unknown)) }
      return .list(values)
    case .map(let entries, _):
      var map = MapValue()
      for entry in entries { map[entry.key] = try entry.value.resolve(bindings, &unknown) }
      return .map(map)
    }
  }
}
