import CEL
import SourceText
import YAMLTree

extension EnvironmentDecoder {
  mutating func readProtected(_ reader: MappingReader) -> Environment.Protected {
    var protected = Environment.Protected()
    guard let reader = reader.mapping("protected", .protected, &diagnostics) else { return protected }
    for (text, span) in texts(reader, "addresses") {
      if let address = IPAddress(text) {
        protected.addresses.append(address)
      } else if let block = CIDRBlock(text) {
        protected.networks.append(block.masked)
      } else {
        refuse(text, "an address such as `203.0.113.7`", at: span)
      }
    }
    for (text, span) in texts(reader, "networks") {
      if let block = CIDRBlock(text) {
        protected.networks.append(block.masked)
      } else if let address = IPAddress(text) {
        protected.addresses.append(address)
      } else {
        refuse(text, "a network such as `10.0.0.0/8`", at: span)
      }
    }
    protected.accounts = texts(reader, "accounts").map(\.text)
    for (text, span) in texts(reader, "hosts") {
      if Self.isHost(text) {
        protected.hosts.append(text)
      } else {
        refuse(text, "a host such as `*.internal`", at: span)
      }
    }
    return protected
  }

  private mutating func texts(_ reader: MappingReader, _ key: String) -> [(text: String, span: SourceSpan)] {
    guard let node = reader.node(key) else { return [] }
    var items = [node]
    if case .sequence(let list) = node.content { items = list }
    return items.compactMap { item in item.readText("an item of `\(key)`", &diagnostics).map { ($0, item.span) } }
  }

  private mutating func refuse(_ text: String, _ wanted: String, at span: SourceSpan) {
    diagnostics.append(Diagnostic(code: "wrong-value", "`\(text)` is not \(wanted)", at: span))
  }

  /// `*` only as the whole first label.
  private static func isHost(_ text: String) -> Bool {
    let name = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
    return !name.isEmpty
      && name.utf8.allSatisfy {
        (48...57).contains($0) || (97...122).contains($0 | 0x20) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
          || $0 == UInt8(ascii: "_")
      }
  }
}
