import FoundationEssentials

/// The folder of a world's secrets: one file each, which the world's programs may replace or add to.
struct DrillSecrets: Sendable {
  let folder: String

  init(_ folder: String) { self.folder = folder }

  /// By name, without the line breaks at their ends; empty ones are left out.
  func all() throws(DrillError) -> [String: String] {
    do {
      var secrets: [String: String] = [:]
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasPrefix(".") {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
        var text = String(decoding: data, as: UTF8.self)
        while text.last?.isNewline == true { text.removeLast() }
        if !text.isEmpty { secrets[name] = text }
      }
      return secrets
    } catch {
      throw DrillError(.failed, "can't read the world's secrets in \(folder): \(error)")
    }
  }
}
