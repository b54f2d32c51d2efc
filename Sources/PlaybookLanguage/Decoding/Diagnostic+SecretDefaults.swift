import SourceText

extension Diagnostic {
  /// The same without excerpts that would show the default of a secret: none of a line that has a `default`, and of the
  /// lines indented below it, in a file that speaks of `secret:`.
  static func withoutSecretDefaults(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    var hidden: [String: Set<Int>] = [:]
    return diagnostics.map { diagnostic in
      guard let span = diagnostic.span else { return diagnostic }
      let lines = hidden[span.file.path] ?? linesOfSecretDefaults(span.file)
      hidden[span.file.path] = lines
      guard lines.contains(span.start.line) else { return diagnostic }
      var diagnostic = diagnostic
      diagnostic.excerpt = .nothing
      return diagnostic
    }
  }

  private static func linesOfSecretDefaults(_ file: SourceFile) -> Set<Int> {
    let lines = file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.contains(where: { $0.names("secret") }) else { return [] }
    var hidden: Set<Int> = []
    var indentation: Int?
    for (index, line) in lines.enumerated() {
      let blanks = line.prefix { $0 == 0x20 }.count
      if let own = indentation, blanks > own || blanks == line.count {
        hidden.insert(index + 1)
      } else {
        indentation = nil
      }
      guard line.names("default") else { continue }
      hidden.insert(index + 1)
      indentation = min(indentation ?? blanks, blanks)
    }
    return hidden
  }
}

extension ArraySlice<UInt8> {
  /// Whether a line has `name:` on it, also `"name":`.
  fileprivate func names(_ name: String) -> Bool {
    ranges(of: Array(name.utf8)).contains { place in
      let rest = self[place.upperBound...].drop { $0 == 0x22 || $0 == 0x27 || $0 == 0x20 }
      return rest.first == UInt8(ascii: ":")
    }
  }
}
