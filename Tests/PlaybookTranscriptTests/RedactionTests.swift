import CEL
import FoundationEssentials
import PlaybookJournal
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

@Suite struct RedactionTests {
  private static func pseudonyms(_ text: String, learning value: Value) throws -> Pseudonyms {
    var pseudonyms = Pseudonyms(try Redaction(text))
    pseudonyms.learn(value)
    return pseudonyms
  }

  @Test(arguments: [
    ("from 203.0.113.7.", "from ip-1."), ("203.0.113.7:443", "ip-1:443"), ("[2001:db8::1]:80", "[ip-1]:80"),
    ("2001:DB8::1 and 2001:db8:0::1", "ip-1 and ip-1"), ("10.0.0.0/8", "ip-1/8"), ("host=10.1.2.3;", "host=ip-1;"),
    ("at 17:15:00 on 2026-11-23", "at 17:15:00 on 2026-11-23"), (":window::interval", ":window::interval"),
    ("v1.2.3", "v1.2.3"), ("1.2.3.4.5.6", "1.2.3.4.5.6"), ("300.2.3.4", "300.2.3.4"),
    ("a@b.example, C@D.example", "email-1, email-2"),
    ("<alice@corp.example>", "<email-1>"), ("@alice", "@alice"), ("a@b", "a@b"),
    ("mailto:x+y@a-b.example?", "mailto:email-1?"),
  ])
  func `addresses are found in texts, and nothing else is`(_ text: String, _ expected: String) throws {
    let pseudonyms = try Self.pseudonyms("ips,emails", learning: .string(text))
    #expect(pseudonyms.masking(text) == expected)
  }

  @Test(arguments: [
    ("db:203.0.113.7:5432 node:203.0.113.7:6379", "db:ip-1:5432 node:ip-1:6379"),
    ("abuse:203.0.113.7:60", "abuse:ip-1:60"),
    ("source:2001:db8::1 [2001:db8::1]", "source:ip-1 [ip-1]"), ("203.0.113.7–203.0.113.9…", "ip-1–ip-2…"),
    ("“203.0.113.7”", "“ip-1”"), ("user_203.0.113.7 x203.0.113.7z", "user_ip-1 xip-1z"),
    ("IP 203.0.113.7.443 > 203.0.113.9.52000:", "IP ip-1.443 > ip-2.52000:"),
    ("203.0.113.7..203.0.113.9", "ip-1..ip-2"),
    ("2001%3Adb8%3A%3A1 2001%3adb8::1", "ip-1 ip-1"), ("203.0.113.07 203.0.113.7", "ip-1 ip-1"),
    ("::ffff:203.0.113.7:443", "ip-1:443"), ("Foo::Bad std::abs", "Foo::Bad std::abs"), ("...::", "...::"),
    ("a0:b1:c2:d3:e4:f5:a6:b7:c8:d9:ea:fb", "a0:b1:c2:d3:e4:f5:a6:b7:c8:d9:ea:fb"), ("2001:db8::1.", "ip-1."),
    ("?email=alice%40corp.example&x=1", "?email=email-1&x=1"),
    (
      "alice@corp.example email=alice@corp.example 'Alice@corp.example' /users/alice@corp.example",
      "email-1 email=email-1 'email-1' /users/email-1"
    ),
    ("“müller@corp.example”", "“email-1”"),
  ])
  func `no neighbour hides an address, and each spelling of one has the same pseudonym`(
    _ text: String, _ expected: String
  ) throws {
    let pseudonyms = try Self.pseudonyms("ips,emails", learning: .string(text))
    #expect(pseudonyms.masking(text) == expected)
  }

  @Test func `a column's numbers go under other names and beside other signs as well`() throws {
    let rows: Value = ["rows": [["actor_id": 48213, "target_id": 48213], ["actor_id": "user-12"], ["actor_id": 7]]]
    let pseudonyms = try Self.pseudonyms("columns=actor_id", learning: rows)
    let masked = pseudonyms.masking(rows)["rows"]?.listValue?.first
    #expect(masked?["target_id"]?.stringValue == "actor_id-1")
    #expect(
      pseudonyms.masking("lockout_user-12 session-user-12 “user-12” user-123 7")
        == "lockout_actor_id-2 session-actor_id-2 “actor_id-2” user-123 7")
    let event = SmallRun.event(.actFinished, at: 1, ["position": 48213, "outcome": ["count": 48213, "id": 48213]])
    let data = pseudonyms.masking(event).data
    #expect(data["position"]?.intValue == 48213 && data["outcome"]?["count"]?.intValue == 48213)
    #expect(data["outcome"]?["id"]?.stringValue == "actor_id-1")
  }

  @Test func `a column's values go wherever they stand as a word`() throws {
    let rows: Value = [
      "rows": [["actor_id": "user-1"], ["actor_id": "user-12"], ["actor_id": 48213], ["actor_id": "x"]]
    ]
    let pseudonyms = try Self.pseudonyms("columns=actor_id", learning: rows)
    #expect(
      pseudonyms.masking("POST /users/user-12/reset user-1, user-123 48213 x")
        == "POST /users/actor_id-2/reset actor_id-1, user-123 actor_id-3 x")
    let masked = pseudonyms.masking(rows)["rows"]?.listValue ?? []
    #expect(masked.map { $0["actor_id"]?.stringValue } == ["actor_id-1", "actor_id-2", "actor_id-3", "actor_id-4"])
  }

  @Test(arguments: ["", "names", "columns=", "ips,names"]) func `what can't be redacted is said`(_ text: String) {
    #expect(throws: Redaction.Problem.self) { try Redaction(text) }
  }

  /// A run's folder with evidence in a file.
  private func folder(_ root: String) async throws -> RunFolder {
    let folder = try RunStore(root: root).create(playbook: "lockout", at: SmallRun.at(0))
    let journal = try JournalWriter(folder, holder: ["pid": 1])
    let rows: [Value] = (0..<3000).map { ["actor_id": .string("user-\($0)"), "ip": .string("198.51.100.\($0 % 250)")] }
    let (sha256, bytes) = try await journal.keep(evidence: ["rows": .list(rows), "count": 3000, "ok": true])
    var events = SmallRun.events
    events.insert(SmallRun.event(.noteAdded, at: 61, ["text": "user-2999 called", "by": "alice"]), at: 1)
    events.insert(
      SmallRun.event(
        .stepFinished, "who", at: 103,
        [
          "kind": "query", "number": 2, "evidence": ["sha256": .string(sha256), "bytes": .int(Int64(bytes))],
          "outcome": ["rows": .list(Array(rows.prefix(8))), "count": 3000, "ok": true],
        ]), at: events.count - 1)
    for event in events { _ = try await journal.record(event, synced: false) }
    return folder
  }

  @Test func `a redacted copy of a run holds none of it in any format, says so, and names the real chain`() async throws
  {
    let root = FileManager.default.temporaryDirectory.path + "/playbook-redaction-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let folder = try await folder(root)
    let copy = try Transcript(folder, redacting: Redaction("ips,columns=actor_id"))
    let whole = try Transcript(folder)
    #expect(copy.head == whole.head)
    for format in TranscriptFormat.allCases {
      let text = copy.text(format)
      #expect(text == (try Transcript(folder, redacting: Redaction("ips,columns=actor_id")).text(format)))
      for secret in ["203.0.113.7", "198.51.100.", "user-2999", "user-1 ", "\"user-1\"", "10.0.0.4"] {
        #expect(!text.contains(secret), "\(format): \(secret)")
      }
      #expect(text.contains("This copy is redacted: 253 IP addresses, 3000 values of "))
      #expect(text.contains(whole.head))
      #expect(text.contains("completed"))
    }
    // The one that a note names first, and the evidence much later.
    #expect(copy.text(.json).contains("\"actor_id-3000 called\""))
    #expect(copy.text(.json).contains("\"actor_id\": \"actor_id-3000\""))
  }

  @Test func `a journal is read a line at a time and says the same`() async throws {
    let root = FileManager.default.temporaryDirectory.path + "/playbook-stream-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let folder = try await folder(root)
    let transcript = try Transcript(folder)
    #expect(transcript.head == (try folder.journal()).head)
    #expect(transcript.text(.html).contains("user-199") && !transcript.text(.html).contains("user-200<"))
    #expect(try Value(json: transcript.text(.json))["steps"]?.listValue?.last?["path"]?.stringValue == "who")
  }
}
