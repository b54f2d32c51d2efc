/// The header `Link` (RFC 8288).
enum LinkHeader {
  /// The target of the first link with this relation; nil where there is none. `values` are those of the headers, each of
  /// which may hold several links.
  static func target(rel: String, in values: [String]) -> String? {
    for value in values {
      var rest = value[...]
      while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
        let target = rest[rest.index(after: open)..<close]
        rest = rest[rest.index(after: close)...]
        let own = parameters(&rest)
        // Some servers write `rel='next'`.
        let relations = own["rel"]?.lowercased().split { " '".contains($0) } ?? []
        // Sentry names a next page always, and says of it whether anything is there.
        if relations.contains(where: { $0 == rel }), own["results"] != "false" { return String(target) }
      }
    }
    return nil
  }

  /// The parameters of one link, names lower-case, the first of a name; `rest` is then at the next link.
  private static func parameters(_ rest: inout Substring) -> [String: String] {
    var parameters: [String: String] = [:]
    while true {
      rest = rest.drop { " \t;".contains($0) }
      guard let first = rest.first, first != "," else { return parameters }
      let name = rest.prefix { !"=;, \t".contains($0) }
      rest = rest[name.endIndex...].drop { " \t".contains($0) }
      var value = ""
      if rest.first == "=" {
        rest = rest.dropFirst().drop { " \t".contains($0) }
        if rest.first == "\"" {
          rest.removeFirst()
          while let next = rest.popFirst(), next != "\"" {
            if next == "\\", let escaped = rest.popFirst() { value.append(escaped) } else { value.append(next) }
          }
        } else {
          value = String(rest.prefix { !";, \t".contains($0) })
          rest = rest.dropFirst(value.count)
        }
      } else if name.isEmpty {
        rest = rest.dropFirst()
      }
      let key = name.lowercased()
      if parameters[key] == nil { parameters[key] = value }
    }
  }
}
