import CEL
import ExecutorKit
import ManualExecutor
import PlaybookLanguage
import SourceText
import Synchronization
import Testing

/// A person who answers from a list and remembers what was asked.
private final class Person: Sendable {
  private let state: Mutex<(answers: [PersonAnswer], asked: [PersonQuestion])>

  init(_ answers: PersonAnswer...) {
    state = Mutex((answers, []))
  }

  var asked: [PersonQuestion] { state.withLock { $0.asked } }

  var context: CallContext {
    CallContext(
      target: nil, deadline: .now, label: "test",
      ask: { question throws(Unanswered) in
        let answer = self.state.withLock { state in
          state.asked.append(question)
          return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else { throw Unanswered(reason: "no terminal") }
        return answer
      })
  }
}

@Suite struct ManualExecutorTests {
  private let executor = ManualExecutor()

  private func call(_ arguments: [(String, Value)], _ mode: CallMode = .act) -> ResolvedCall {
    ResolvedCall(executor: "manual", mode: mode, arguments: MapValue(arguments))
  }

  private func failure(_ arguments: [(String, Value)], _ person: Person) async -> ExecutorError? {
    do {
      _ = try await executor.perform(call(arguments), context: person.context)
      return nil
    } catch {
      return error
    }
  }

  @Test func `a text alone asks whether it was done, even after the deadline`() async throws {
    let person = Person(PersonAnswer(true))
    let outcome = try await executor.perform(call([("text", "Update the variable")]), context: person.context)
    #expect(outcome.fields["answer"] == true)
    #expect(outcome.fields["evidence"] == .null)
    #expect(person.asked.map(\.text) == ["Done? Update the variable"])
    #expect(person.asked.map(\.part) == [nil])
    guard case .yesNo = person.asked[0].kind else {
      Issue.record("not a yes-or-no question")
      return
    }
  }

  @Test func `no is a rejection with its reason`() async {
    let error = await failure([("text", "Do it")], Person(PersonAnswer(false, reason: "the vault is down")))
    #expect(error?.code == .rejected)
    #expect(error?.message == "the operator says that it was not done: the vault is down")
    #expect(error?.outcome?["answer"] == false)
  }

  @Test func `an answer written in a file counts, any other text does not`() async throws {
    let outcome = try await executor.perform(call([("text", "Do it")]), context: Person(PersonAnswer("yes")).context)
    #expect(outcome.fields["answer"] == true)
    #expect(await failure([("text", "Do it")], Person(PersonAnswer("no")))?.code == .rejected)
    #expect(await failure([("text", "Do it")], Person(PersonAnswer("maybe")))?.code == .malformed)
    #expect(await failure([("text", "Do it")], Person(PersonAnswer(1)))?.code == .malformed)
  }

  @Test(arguments: InputDeclaration.InputType.allCases.filter { $0 != .choice })
  func `a typed answer is asked for by its type`(type: InputDeclaration.InputType) async throws {
    let person = Person(PersonAnswer("42"))
    let arguments: [(String, Value)] = [("text", "How many?\nLook at the board."), ("answer", .string(type.rawValue))]
    let outcome = try await executor.perform(call(arguments, .query), context: person.context)
    #expect(outcome.fields["answer"] == "42")
    #expect(person.asked[0].text == "How many?")
    #expect(person.asked[0].why == "How many?\nLook at the board.")
    guard case .value(let declaration) = person.asked[0].kind else {
      Issue.record("not a typed question")
      return
    }
    #expect(declaration.type == type)
  }

  @Test func `a boolean answer of no is an answer`() async throws {
    let arguments: [(String, Value)] = [("text", "Is it red?"), ("answer", "boolean")]
    let outcome = try await executor.perform(call(arguments, .query), context: Person(PersonAnswer(false)).context)
    #expect(outcome.fields["answer"] == false)
  }

  @Test func `a choice has its options`() async throws {
    let person = Person(PersonAnswer("b"))
    let arguments: [(String, Value)] = [("text", "Which?"), ("answer", "choice"), ("options", ["a", "b"])]
    let outcome = try await executor.perform(call(arguments), context: person.context)
    #expect(outcome.fields["answer"] == "b")
    guard case .value(let declaration) = person.asked[0].kind else {
      Issue.record("not a typed question")
      return
    }
    #expect(declaration.options == ["a", "b"])
  }

  @Test func `evidence is asked for under a key of its own`() async throws {
    let person = Person(PersonAnswer(true), PersonAnswer("https://ticket/1"))
    let outcome = try await executor.perform(
      call([("text", "Do it"), ("evidence", "required")]), context: person.context)
    #expect(outcome.fields["evidence"] == "https://ticket/1")
    #expect(person.asked.map(\.part) == [nil, "evidence"])
  }

  @Test func `required evidence may not be empty, optional evidence may`() async throws {
    let error = await failure(
      [("text", "Do it"), ("evidence", "required")], Person(PersonAnswer(true), PersonAnswer(" ")))
    #expect(error?.code == .invalid)
    let outcome = try await executor.perform(
      call([("text", "Do it"), ("evidence", "optional")]), context: Person(PersonAnswer(true), PersonAnswer("")).context
    )
    #expect(outcome.fields["evidence"] == .null)
  }

  @Test func `no evidence is asked for what was not done`() async {
    let person = Person(PersonAnswer(false))
    #expect(await failure([("text", "Do it"), ("evidence", "required")], person)?.code == .rejected)
    #expect(person.asked.count == 1)
  }

  @Test func `nobody there is no answer`() async {
    let error = await failure([("text", "Do it")], Person())
    #expect(error?.code == .cancelled)
    #expect(error?.message == "not answered: no terminal")
    #expect(error?.mayHaveTakenEffect == false)
  }

  @Test func `arguments that make no sense are refused before anybody is asked`() async {
    let wrong: [[(String, Value)]] = [
      [], [("text", "")], [("text", " \n")], [("text", .null)], [("text", "a"), ("answer", "colour")],
      [("text", "a"), ("evidence", "yes")], [("text", "a"), ("answer", "choice")], [("text", "a"), ("options", ["a"])],
      [("text", "a"), ("answer", "choice"), ("options", "a")], [("text", "a"), ("answer", "choice"), ("options", [])],
    ]
    for arguments in wrong {
      let person = Person(PersonAnswer(true))
      #expect(await failure(arguments, person)?.code == .invalid, "\(arguments)")
      #expect(person.asked.isEmpty)
    }
  }

  @Test func `a plan says what will be asked`() async throws {
    let lines = try await executor.plan(
      call([("text", "\n Count them\nwell"), ("answer", "integer")]), context: Person().context)
    #expect(lines == ["asks the operator (integer): Count them"])
    #expect(executor.display(call([("text", "Do it")]), on: nil) == "Do it")
  }

  @Test func `the schema tells an empty text and options without a choice`() {
    let span = SourceSpan(file: SourceFile(path: "test", text: ""), range: 0..<0)
    func text(_ text: String) -> TemplateTree { .template(Template(text.isEmpty ? [] : [.text(text)], at: span)) }
    func codes(_ fields: [String: TemplateTree]) -> [String] {
      ManualExecutor.schema.validate(CallForm(fields: fields), .act).map(\.code)
    }
    #expect(codes(["text": text("")]) == ["manual-empty"])
    #expect(codes(["text": text("a"), "answer": text("choice")]) == ["manual-options"])
    #expect(codes(["text": text("a"), "options": .list([text("a")], span)]) == ["manual-options"])
    #expect(codes(["text": text("a"), "answer": text("choice"), "options": .list([text("a")], span)]) == [])
  }
}

@Suite struct ValueExecutorTests {
  private let executor = ValueExecutor()

  private func call(_ value: Value, _ mode: CallMode) -> ResolvedCall {
    ResolvedCall(executor: "value", mode: mode, arguments: MapValue([("value", value)]))
  }

  @Test(arguments: [Value.null, 1, "text", ["a", ["b": 2.5]], .duration(.seconds(3))])
  func `a value comes back as it is`(value: Value) async throws {
    let outcome = try await executor.perform(call(value, .query), context: Person().context)
    #expect(outcome.fields["value"] == value)
  }

  @Test func `a value is not an act`() async {
    await #expect(throws: ExecutorError.self) {
      try await executor.perform(call(1, .act), context: Person().context)
    }
    #expect(ValueExecutor.schema.validate(CallForm(fields: [:]), .act).map(\.code) == ["value-act"])
    #expect(ValueExecutor.schema.validate(CallForm(fields: [:]), .query).isEmpty)
  }

  @Test func `a value is shown as JSON`() {
    #expect(executor.display(call(["a": [1, .null]], .query), on: nil) == #"{"a":[1,null]}"#)
  }
}
