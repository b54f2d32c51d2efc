package import SourceText

/// A drill's `environment.yaml`: an environments file whose `${world.…}` are filled in when the world is up.
package struct EnvironmentText: Sendable {
  package let file: SourceFile
  /// Where a placeholder stands, and its name without `world.`.
  private let placeholders: [(range: Range<Int>, name: String)]

  /// The facts about a world that placeholders name.
  package static let names = ["redis", "sql", "sql_admin", "http", "bin", "folder", "secrets"]

  /// Finds the placeholders; an unknown one is an error.
  package init(_ file: SourceFile, diagnostics: inout [Diagnostic]) {
    self.file = file
    let opening = Array("${world.".utf8)
    var found: [(Range<Int>, String)] = []
    var position = 0
    while position + opening.count <= file.bytes.count {
      guard file.bytes[position..<position + opening.count].elementsEqual(opening) else {
        position += 1
        continue
      }
      let start = position + opening.count
      let end = file.bytes[start...].firstIndex(of: UInt8(ascii: "}")) ?? file.bytes.count
      let name = String(decoding: file.bytes[start..<end], as: UTF8.self)
      if Self.names.contains(name), end < file.bytes.count {
        found.append((position..<end + 1, name))
      } else {
        diagnostics.append(
          Diagnostic(
            code: "unknown-name", "a world has no `\(name.prefix(40))`",
            at: SourceSpan(file: file, range: position..<min(end + 1, file.bytes.count)),
            help: Suggestion.help(for: name, in: Self.names)))
      }
      position = end
    }
    placeholders = found
  }

  /// The names of the secrets that it takes from `${world.secrets}/NAME`, each of which the world makes up.
  package var secrets: [String] {
    placeholders.filter { $0.name == "secrets" }.compactMap { placeholder in
      let rest = file.bytes[placeholder.range.upperBound...]
      guard rest.first == UInt8(ascii: "/") else { return nil }
      let name = rest.dropFirst().prefix { byte in
        byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      }
      return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
  }

  /// The file with letters in the place of each placeholder, so that it can be read before there is a world and every
  /// place in it stays.
  package var blanked: SourceFile {
    var bytes = file.bytes
    for placeholder in placeholders {
      for offset in placeholder.range { bytes[offset] = UInt8(ascii: "x") }
    }
    return SourceFile(path: file.path, bytes: bytes)
  }

  /// The text with the placeholders replaced.
  package func filled(_ values: [String: String]) -> String {
    var bytes: [UInt8] = []
    var position = 0
    for placeholder in placeholders {
      bytes += file.bytes[position..<placeholder.range.lowerBound]
      bytes += (values[placeholder.name] ?? "").utf8
      position = placeholder.range.upperBound
    }
    return String(decoding: bytes + file.bytes[position...], as: UTF8.self)
  }
}
