public import CEL

/// Something that somebody who is not at the run's terminal says of it.
public struct Remark: Sendable {
  /// Longest text, in bytes of UTF-8.
  public static let longestText = 4096

  /// Made by whoever writes it, so that one taken up twice is recorded once.
  public var id: String
  public var text: String
  public var by: String
  /// The user that it comes from; nil: not known.
  public var uid: UInt32?
  /// What time it is about, where it comes late.
  public var when: Timestamp?
  /// When it was made.
  public var made: Timestamp
  /// The follow-up that it says is done: the number of the event that added it.
  public var closes: Int?

  public init(
    id: String, text: String, by: String, uid: UInt32? = nil, when: Timestamp? = nil, made: Timestamp,
    closes: Int? = nil
  ) {
    self.id = id
    self.text = text
    self.by = by
    self.uid = uid
    self.when = when
    self.made = made
    self.closes = closes
  }

  /// What keeps a text from being a remark, or nil.
  public static func problem(with text: String) -> String? {
    if text.allSatisfy(\.isWhitespace) { return "a remark says something" }
    if text.utf8.count > longestText {
      return "a remark has at most \(longestText) bytes; this one has \(text.utf8.count)"
    }
    return nil
  }

  /// As it is recorded.
  package var note: NoteAdded {
    NoteAdded(
      text, author: Author(by, uid: uid.map(Int.init)), when: when, id: id, made: made, closes: closes)
  }

  /// As it is recorded.
  public var event: Event { Event(at: made, .noteAdded(note)) }
}
