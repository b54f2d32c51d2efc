public import CEL
import PlaybookEngine

/// Takes secrets out of whatever is recorded or shown, by value and in every usual encoding.
public struct Redactor: Sendable {
  public static let mark = Outcome.scrubbed
  private var forms: [SecretForm] = []
  private var known: Set<SecretForm> = []
  /// The forms by their first byte, as places in `forms`.
  private var byFirst: [[Int]] = []
  /// For each pair of bytes, whether a form may begin with it.
  private var isBeginning: [Bool] = []

  public init() {}

  /// From now on `secret` is taken out: as it is, without what stands around it unseen, each line of it, base64 at each alignment (plain and URL-safe),
  /// URL-encoded, JSON- and HTML-escaped, quoted for a shell, SQL or CSV, hexadecimal, and one of them within another.
  public mutating func add(_ secret: String) {
    var texts = [secret]
    let lines = secret.split(whereSeparator: \.isNewline).map(String.init)
    if lines.count > 1 { texts += lines.filter { $0.utf8.count >= 8 } }
    // A server drops blanks at a header's end: what comes back is the secret without them.
    texts += texts.map(\.bare).filter { $0.utf8.count >= 8 && !texts.contains($0) }
    for form in texts.flatMap(SecretForm.all) where known.insert(form).inserted { add(form) }
  }

  private mutating func add(_ form: SecretForm) {
    if forms.isEmpty {
      byFirst = Array(repeating: [], count: 256)
      isBeginning = Array(repeating: false, count: 1 << 16)
      for first in UInt8.min...UInt8.max where EncodedCharacter.isLead(first) {
        for second in 0..<256 { isBeginning[Int(first) << 8 | second] = true }
      }
    }
    for (first, second) in form.beginnings { isBeginning[Int(first) << 8 | Int(second)] = true }
    for first in UInt8.min...UInt8.max where form.folded(first) == form.bytes[0] {
      byFirst[Int(first)].append(forms.count)
    }
    forms.append(form)
  }

  /// `value` without secrets, keys of maps included.
  public func redact(_ value: Value) -> Value {
    guard !forms.isEmpty else { return value }
    switch value {
    case .string(let text): return .string(redact(text))
    case .bytes(let bytes):
      guard let clean = clean(bytes) else { return value }
      return .string(String(decoding: clean, as: UTF8.self))
    case .list(let items): return .list(items.map(redact))
    case .map(let map): return .map(redact(map))
    case .optional(let inner?): return .optional(redact(inner))
    case .int, .uint, .double, .decimal:
      let text = value.rendered
      return clean(Array(text.utf8)) == nil ? value : .string(redact(text))
    case .unknown(let unknown): return .unknown(Unknown(unknown.reasons.map(redact)))
    default: return value
    }
  }

  public func redact(_ map: MapValue) -> MapValue {
    guard !forms.isEmpty else { return map }
    var clean = MapValue()
    clean.absent = map.absent.map { Unknown($0.reasons.map(redact)) }
    for (key, value) in map.entries { clean.insert(redact(value), for: redact(key)) }
    return clean
  }

  public func redact(_ text: String) -> String {
    guard let clean = clean(Array(text.utf8)) else { return text }
    return String(decoding: clean, as: UTF8.self)
  }

  /// The bytes without secrets, or nil where there is none in them. A secret may have been cut off at the end, also with a mark
  /// behind it that says so.
  private func clean(_ bytes: [UInt8]) -> [UInt8]? {
    let clean = masked(bytes, isCut: bytes.count >= Self.longText)
    let shown = clean ?? bytes
    guard shown.suffix(Self.cutMark.count).elementsEqual(Self.cutMark) else { return clean }
    // A secret may end that way, so that is looked for first.
    return masked(shown.dropLast(Self.cutMark.count), isCut: true).map { $0 + Self.cutMark } ?? clean
  }

  private static let cutMark = Array("…".utf8)
  /// From this size in bytes on a text may have been cut without a mark: output beyond its limit, the beginning of evidence.
  private static let longText = 1500

  private func masked(_ bytes: [UInt8], isCut: Bool) -> [UInt8]? {
    guard !forms.isEmpty else { return nil }
    var found: [Range<Int>] = []
    for index in bytes.indices.dropLast()
    where isBeginning[Int(bytes[index]) << 8 | Int(bytes[index + 1])] {
      guard let range = longest(at: index, in: bytes, isCut: isCut) else { continue }
      // Of two that overlap no part is left standing.
      if let last = found.last, range.lowerBound < last.upperBound {
        found.removeLast()
        found.append(min(last.lowerBound, range.lowerBound)..<max(last.upperBound, range.upperBound))
      } else {
        found.append(range)
      }
    }
    guard !found.isEmpty else { return nil }
    var result: [UInt8] = []
    var from = 0
    for range in found {
      result += bytes[from..<range.lowerBound]
      result += Self.mark.utf8
      from = range.upperBound
    }
    return result + bytes[from...]
  }

  /// What is to be masked of the forms that begin at `index`; nil: none does.
  private func longest(at index: Int, in bytes: [UInt8], isCut: Bool) -> Range<Int>? {
    var found: Range<Int>?
    func take(_ form: SecretForm, from start: Int, matched: Int) {
      guard let end = form.end(in: bytes, from: start, matched: matched, isCut: isCut) else { return }
      let range = form.widened(index..<end, in: bytes)
      found = min(found?.lowerBound ?? index, range.lowerBound)..<max(found?.upperBound ?? end, range.upperBound)
    }
    for place in byFirst[Int(bytes[index])] { take(forms[place], from: index + 1, matched: 1) }
    guard EncodedCharacter.isLead(bytes[index]) else { return found }
    for character in EncodedCharacter.all(at: index, in: bytes) {
      guard let first = character.scalar.utf8.first else { continue }
      for form in byFirst[Int(first)].map({ forms[$0] }) {
        if let matched = form.place(after: character, from: 0) { take(form, from: character.end, matched: matched) }
      }
    }
    return found
  }
}
