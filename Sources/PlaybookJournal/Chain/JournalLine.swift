import CEL
public import PlaybookRecord

/// One line of `journal.jsonl`: an event in the hash chain.
///
/// `{"v":1,"seq":…,"at":"…","path":"…","type":"…","data":{…},"prev":"…","hash":"…"}`. `hash` is the SHA-256, in
/// hexadecimal, of the line's bytes up to `,"hash"` followed by `}`; `prev` is the hash of the line before, 64 zeros
/// for the first.
public struct JournalLine: Sendable {
  public static let version: Int64 = 1
  /// The predecessor that the first line names.
  public static let start = String(repeating: "0", count: 64)

  public let event: Event
  public let previous: String
  public let hash: String
  /// The line as written, without its line break.
  public let bytes: [UInt8]

  /// Makes the line that follows the one with hash `previous`.
  public init(_ event: Event, after previous: String) {
    let content: Value = [
      "v": .int(Self.version), "seq": .int(Int64(event.sequence)), "at": .string(event.at.description),
      "path": .string(event.path.text), "type": .string(event.type.rawValue),
      "data": JournalValue.encode(.map(event.data)),
      "prev": .string(previous),
    ]
    let body = content.jsonBytes()
    self.event = event
    self.previous = previous
    hash = hexadecimal(sha256(body))
    bytes = body.dropLast() + Array(#","hash":"\#(hash)"}"#.utf8)
  }

  /// The reason why a line can't be read.
  public struct Problem: Error, Sendable {
    public var message: String
  }

  /// Reads a line and checks its own hash; whether it follows the line before is the reader's to check.
  public init(reading bytes: [UInt8]) throws(Problem) {
    let tail = #","hash":""#.utf8.count + 64 + 2
    guard bytes.count > tail else { throw Problem(message: "the line is too short") }
    let body = Array(bytes.dropLast(tail)) + [UInt8(ascii: "}")]
    let content: Value
    do {
      content = try Value(json: bytes, numbers: .recorded)
    } catch {
      throw Problem(message: "no JSON: \(error.message)")
    }
    guard content["v"]?.intValue == Self.version else {
      throw Problem(message: "written in another format (version \(content["v"]?.rendered ?? "none"))")
    }
    guard let sequence = content["seq"]?.intValue,
      let at = content["at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
      let path = content["path"]?.stringValue, let name = content["type"]?.stringValue,
      let previous = content["prev"]?.stringValue, let hash = content["hash"]?.stringValue,
      let data = content["data"]
    else { throw Problem(message: "a field is missing") }
    guard let type = EventType(rawValue: name) else { throw Problem(message: "unknown type of event `\(name)`") }
    guard hexadecimal(sha256(body)) == hash else { throw Problem(message: "its content does not fit its hash") }
    do {
      event = try Event(
        reading: type, JournalValue.decode(data).mapValue ?? MapValue(), sequence: Int(sequence), at: at,
        path: StepPath(path))
    } catch {
      throw Problem(message: error.message)
    }
    self.previous = previous
    self.hash = hash
    self.bytes = bytes
  }
}
