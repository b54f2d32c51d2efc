import ExecutorKit
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// A read that the operator types at a prompt. What is typed is data: `${` has no meaning in it.
struct AdHocQuery {
  let call: Call

  struct Problem: Error {
    var message: String
  }

  init(_ text: String, executor: ExecutorSchema, target: String) throws(Problem) {
    let file = SourceFile(path: "/query", text: text)
    let span = SourceSpan(file: file, range: 0..<file.bytes.count)
    func literal(_ text: Substring) -> TemplateTree {
      .template(Template(text.isEmpty ? [] : [.text(String(text))], at: span))
    }
    var fields: [String: TemplateTree] = [:]
    switch executor.shortForm {
    case .words(let field):
      fields[field] = .list(try Self.words(text).map { literal(Substring($0)) }, span)
    case .field(let field):
      fields[field] = literal(Substring(text))
    case .request:
      let parts = text.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { throw Problem(message: "a request is a method and a path: GET /health") }
      fields["method"] = literal(parts[0])
      fields["path"] = literal(parts[1])
    }
    call = Call(
      executor: executor.name, form: CallForm(fields: fields), target: TargetReference(name: target), span: span)
  }

  func step(named name: String) -> Step {
    Step(
      name: name, nameSpan: call.span, span: call.span, kind: .query(Query(call: call, repeats: nil)))
  }

  /// Splits by spaces outside single and double quotes.
  private static func words(_ text: String) throws(Problem) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in text {
      switch (quote, character) {
      case (let open?, _) where character == open: quote = nil
      case (nil, "\""), (nil, "'"):
        quote = character
        word = word ?? ""
      case (nil, " "):
        if let whole = word { words.append(whole) }
        word = nil
      default: word = (word ?? "") + String(character)
      }
    }
    if quote != nil { throw Problem(message: "a quote is not closed") }
    if let word { words.append(word) }
    if words.isEmpty { throw Problem(message: "there is nothing to send") }
    return words
  }
}
