import CEL
import FoundationEssentials
import Testing

/// The cases of the CEL specification's own conformance tests, one JSON object a line, in the format of `Cases/README.md`.
/// `CEL_CASES` names another file of them.
@Suite struct ConformanceTests {
  /// Cases that are known to differ, and why.
  static let exceptions: [String: String] = [:]

  @Test func `every case of the specification gives what it expects`() throws {
    let cases = try Self.cases()
    var (passed, failed, excepted) = ([String: Int](), [String: [String]](), [String]())
    for example in cases {
      let failure = example.failure()
      if failure == nil {
        passed[example.file, default: 0] += 1
      } else if let reason = Self.exceptions[example.id] {
        excepted.append("\(example.id): \(reason)")
      } else if let failure {
        failed[example.file, default: []].append("\(example.id): \(failure)")
      }
    }
    for file in Set(passed.keys).union(failed.keys).sorted() {
      print("CEL conformance: \(file): \(passed[file] ?? 0) passed, \(failed[file]?.count ?? 0) failed")
    }
    let (good, bad) = (passed.values.reduce(0, +), failed.values.map(\.count).reduce(0, +))
    print("CEL conformance: \(good) passed, \(bad) failed, \(excepted.count) excepted, of \(cases.count)")
    for line in excepted { print("CEL conformance: excepted: \(line)") }
    for line in failed.values.joined().sorted() { print("CEL conformance: failed: \(line)") }
    #expect(failed.isEmpty, "\(failed.values.joined().sorted().joined(separator: "\n"))")
  }

  @Test func `the checker finds no problem in a case that gives a value`() throws {
    let cases = try Self.cases()
    var wrong: [String] = []
    for example in cases where example.expected["value"] != nil && !example.isUnchecked {
      guard let expression = try? Expression(parsing: example.text) else { continue }
      var scope = Scope()
      for name in example.bindings.values.keys { scope.names[name] = .dyn }
      scope.container = example.bindings.container
      for problem in expression.check(scope).problems {
        wrong.append("\(example.id): \(example.text): \(problem.message)")
      }
    }
    #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
  }

  private static func cases() throws -> [Example] {
    let own = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases/conformance.jsonl")
    let file = ProcessInfo.processInfo.environment["CEL_CASES"].map { URL(filePath: $0) } ?? own
    let cases = try Data(contentsOf: file).split(separator: 0x0a).map {
      try Example(Value(json: Array($0), numbers: .recorded))
    }
    return try #require(cases.isEmpty ? nil : cases, "\(file.path) has no cases")
  }
}

// Foundation has an `Expression` of its own.
private typealias Expression = CEL.Expression

/// One case.
private struct Example {
  let id: String
  let file: String
  let text: String
  let isUnchecked: Bool
  var bindings = {
    var bindings = Bindings()
    bindings.comparesNaN = true
    return bindings
  }()
  let expected: Value

  init(_ json: Value) throws {
    id = try #require(json["id"]?.stringValue)
    file = try #require(json["file"]?.stringValue)
    text = try #require(json["expr"]?.stringValue)
    expected = try #require(json["expected"])
    isUnchecked = json["disable_check"] == true
    bindings.container = json["container"]?.stringValue ?? ""
    for entry in json["bindings"]?.mapValue?.entries ?? [] {
      bindings.values[entry.key.rendered] = try Self.value(entry.value)
    }
  }

  /// What is wrong with the outcome, or nil.
  func failure() -> String? {
    let outcome = Result { try Expression(parsing: text).evaluate(bindings) }
    switch outcome {
    case .failure(let error):
      return expected["error"] == nil ? "\(text): error: \((error as? Expression.Problem)?.message ?? "\(error)")" : nil
    case .success(let value):
      guard let tagged = expected["value"], let wanted = try? Self.value(tagged) else {
        return "\(text): \(value) instead of an error"
      }
      return Self.isSame(value, wanted) ? nil : "\(text): \(value) instead of \(wanted)"
    }
  }

  /// Equal in type as well, NaN to itself, and maps in any order.
  private static func isSame(_ one: Value, _ other: Value) -> Bool {
    guard one.typeName == other.typeName else { return false }
    switch (one, other) {
    case (.double(let one), .double(let other)):
      return one.isNaN && other.isNaN || one == other && one.sign == other.sign
    case (.list(let one), .list(let other)):
      return one.count == other.count && zip(one, other).allSatisfy { isSame($0, $1) }
    case (.map(let one), .map(let other)):
      return one.count == other.count
        && one.entries.allSatisfy { entry in other.value(for: entry.key).map { isSame(entry.value, $0) } ?? false }
    default: return one == other
    }
  }

  private static func value(_ tagged: Value) throws -> Value {
    let entry = try #require(tagged.mapValue?.entries.first)
    let text = entry.value.stringValue
    switch entry.key.rendered {
    case "null": return .null
    case "bool", "string": return entry.value
    case "int": return .int(try #require(Int64(text ?? "")))
    case "uint": return .uint(try #require(UInt64(text ?? "")))
    case "double":
      switch entry.value {
      case .double(let number): return .double(number)
      case .int(let number): return .double(Double(number))
      default: return .double(try #require(Double(text ?? "")))
      }
    case "bytes": return .bytes(Array(try #require(Data(base64Encoded: text ?? ""))))
    case "list": return .list(try (entry.value.listValue ?? []).map { try value($0) })
    case "map":
      var map = MapValue()
      for pair in entry.value.listValue ?? [] {
        let pair = try #require(pair.listValue)
        map.insert(try value(pair[1]), for: try value(pair[0]))
      }
      return .map(map)
    case "type": return .type(TypeName(text ?? ""))
    case "timestamp", "duration":
      let seconds = try #require(Int64(entry.value["seconds"]?.stringValue ?? "0"))
      let nanoseconds = entry.value["nanos"]?.intValue ?? 0
      return entry.key == "timestamp"
        ? .timestamp(Timestamp(seconds: seconds, nanoseconds: Int32(nanoseconds)))
        : .duration(.seconds(seconds) + .nanoseconds(nanoseconds))
    default: throw Unreadable(tag: entry.key.rendered)
    }
  }

  struct Unreadable: Error { let tag: String }
}
