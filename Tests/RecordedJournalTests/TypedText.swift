import CEL
import ExecutorKit
import Foundation
import PlaybookEngine
import PlaybookRecord

/// Values as lines of text in which every value has its type, so that no change of one goes unseen. Written for these
/// tests alone: the program's own writers may change.
enum TypedText {
  /// A line for each value that holds no other: `rows[0].price double 1.5`. Of more than 60 lines the first 20, their
  /// count and the digest of all.
  static func lines(_ value: Value, _ name: String) -> [String] {
    var lines: [String] = []
    append(value, name, &lines)
    guard lines.count > 60 else { return lines }
    let digest = hexadecimal(sha256(Array(lines.joined(separator: "\n").utf8)))
    return lines.prefix(20) + ["\(name) … \(lines.count) lines sha256 \(digest)"]
  }

  /// The same on one line. Not `isExact`: a number with a fraction has no type but `number`; what is sent of it is its
  /// text.
  static func line(_ value: Value, isExact: Bool = true) -> String {
    let inner = { (value: Value) in line(value, isExact: isExact) }
    switch value {
    case .list(let items): return "[" + items.map(inner).joined(separator: ", ") + "]"
    case .map(let map):
      let entries = map.entries.map { "\(key($0.key)): \(inner($0.value))" }
      return "{" + entries.joined(separator: ", ") + "}" + absent(map)
    case .optional(let held): return "optional " + (held.map(inner) ?? "none")
    case .double where !isExact: return "number \(value.rendered)"
    default: return plain(value, isExact: isExact)
    }
  }

  private static func append(_ value: Value, _ name: String, _ lines: inout [String]) {
    switch value {
    case .list(let items) where !items.isEmpty:
      for (position, item) in items.enumerated() { append(item, "\(name)[\(position)]", &lines) }
    case .map(let map) where !map.isEmpty:
      for entry in map.entries { append(entry.value, "\(name).\(key(entry.key))", &lines) }
      if map.absent != nil { lines.append(name + absent(map)) }
    default: lines.append("\(name) \(line(value))")
    }
  }

  private static func absent(_ map: MapValue) -> String {
    map.absent.map { " absent " + $0.reasons.map(quoted).joined(separator: ", ") } ?? ""
  }

  private static func key(_ value: Value) -> String {
    if case .string(let text) = value, text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_-]*/) != nil { return text }
    return "<" + plain(value) + ">"
  }

  private static func plain(_ value: Value, isExact: Bool = true) -> String {
    switch value {
    case .bool(let flag): "bool \(flag)"
    case .int(let number): "int \(number)"
    case .uint(let number): "uint \(number)"
    case .double(let number): "double \(number.description)"
    case .string(let text): "string \(quoted(text))"
    case .bytes(let bytes): "bytes \(hexadecimal(bytes))"
    case .timestamp(let time): "timestamp \(time.description)"
    case .duration(let duration): "duration \(duration.components.seconds) s \(duration.components.attoseconds) as"
    case .type(let type): "type \(type.name)"
    case .ip(let address): "ip \(address.description)"
    case .cidr(let block): "cidr \(block.description)"
    case .unknown(let unknown): "unknown " + unknown.reasons.map(quoted).joined(separator: ", ")
    case .null: "null"
    default: (isExact ? "of another type " : "number ") + value.rendered
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\" + String(scalar)
      case "\n": quoted += "\\n"
      case _ where scalar.properties.generalCategory == .control:
        quoted += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
