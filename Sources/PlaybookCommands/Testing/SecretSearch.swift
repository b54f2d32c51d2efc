import CEL
import FoundationEssentials
#if canImport(Glibc)
import Glibc
#endif

/// Looks for secrets in files: as they are and in encodings that could hide them.
///
/// It shares no code with the journal's redaction, which it is there to catch out.
struct SecretSearch {
  private var forms: [(name: String, what: String, bytes: [UInt8])] = []

  /// `secrets` by name. A value shorter than eight characters would be found in any text, and no secret is.
  init(_ secrets: [String: String]) {
    for (name, secret) in secrets.sorted(by: { $0.key < $1.key }) where secret.utf8.count >= 8 {
      for (what, text) in Self.forms(of: secret) where text.utf8.count >= 8 {
        forms.append((name, what, Array(text.utf8)))
      }
    }
  }

  /// "admin_token (base64) in journal.jsonl" for each find, files in order of their names.
  func finds(inFolder folder: String) -> [String] {
    let names = ((try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []).sorted()
    return names.flatMap { name -> [String] in
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return [] }
      return finds(in: Array(data)).map { "\($0) in \(name)" }
    }
  }

  /// Each secret once, in the first form in which it is there.
  func finds(in bytes: [UInt8]) -> [String] {
    // strstr(3) stops at a NUL, which no secret holds.
    let text = bytes.map { $0 == 0 ? 1 : CChar(bitPattern: $0) } + [0]
    var found: [String: String] = [:]
    for form in forms where found[form.name] == nil {
      let wanted = form.bytes.map { CChar(bitPattern: $0) } + [0]
      if unsafe strstr(text, wanted) != nil { found[form.name] = "\(form.name) (\(form.what))" }
    }
    return found.sorted { $0.key < $1.key }.map(\.value)
  }

  private static func forms(of secret: String) -> [(String, String)] {
    let bytes = Array(secret.utf8)
    let hex = hexadecimal(bytes)
    let percent = bytes.map { byte -> String in
      let character = Character(Unicode.Scalar(byte))
      let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
      return isPlain ? String(character) : "%" + hexadecimal([byte]).uppercased()
    }.joined()
    var forms = [
      ("as it is", secret), ("hexadecimal", hex), ("hexadecimal", hex.uppercased()), ("URL-encoded", percent),
      ("URL-encoded", percent.lowercased()),
      ("JSON-escaped", String(Value.string(secret).jsonText().dropFirst().dropLast())),
      ("JSON-escaped", secret.replacing("/", with: "\\/")),
    ]
    // Three bytes make four digits: behind the first whole group they are the same after any other text.
    for skipped in 0..<3 where bytes.count - skipped >= 6 {
      let whole = (bytes.count - skipped) / 3 * 3
      let core = Base64.encode(Array(bytes[skipped..<skipped + whole]))
      forms.append(("base64", core))
      forms.append(("base64", core.replacing("+", with: "-").replacing("/", with: "_")))
    }
    return forms
  }
}
