extension Function {
  /// Functions beyond CEL's, for evidence as systems give it.
  static let own: [Function] = [
    Function(
      "sum", .own,
      "The sum of a list of numbers or of durations; of numbers of several types a decimal; 0 of an empty one.",
      [
        .function(.list(.a), to: .a) { (values, evaluator) throws(Fault) in try sum(values, evaluator) },
        .method(.list(.a), to: .a) { (values, evaluator) throws(Fault) in try sum(values, evaluator) },
      ]),
    extreme("min", "The least element of a list; an error of an empty one.", .less),
    extreme("max", "The greatest element of a list; an error of an empty one.", .greater),
    Function(
      "find", .own, "The first match of a regular expression in the text, or the empty text.",
      [
        .method(.string, .string, to: .string) { (values, evaluator) throws(Fault) in
          let arguments = Arguments(values, evaluator)
          let pattern = try evaluator.pattern(arguments.string(1))
          return .string(try pattern.matches(in: arguments.string(0), limit: 1, evaluator).first ?? "")
        }
      ]),
    Function(
      "findAll", .own, "All that a regular expression finds in the text, at most so many.",
      [
        .method(.string, .string, to: .list(.string)) { (values, evaluator) throws(Fault) in
          try findAll(values, limit: .max, evaluator)
        },
        .method(.string, .string, .int, to: .list(.string)) { (values, evaluator) throws(Fault) in
          let limit = try Arguments(values, evaluator).int(2)
          return try findAll(values, limit: limit < 0 ? .max : limit, evaluator)
        },
      ]),
    Function(
      "quantity", .own,
      "The number that a text with a unit means: `k` `M` `G` `T` `P` `E` are powers of 1000, `Ki` … and `kb` … (either case) of 1024, `m` is a thousandth, `%` a hundredth. An int where it is whole, a double where that has the same digits, else a decimal.",
      [
        .function(.string, to: .dyn) { (values, evaluator) throws(Fault) in
          let text = try Arguments(values, evaluator).string(0)
          guard let number = Quantity.parse(text) else {
            throw Fault("this text is not a quantity", help: "write it like `4gb`, `512Mi`, `1.5G` or `85%`")
          }
          return number
        },
        .function(.number, to: .dyn) { (values, _) in values[0] },
      ]),
    Function(
      "json", .own,
      "The value that a JSON text holds; its numbers are int where they are whole, double where that writes the same text, else decimal.",
      [
        .function(.string, to: .dyn) { (values, evaluator) throws(Fault) in
          let text = try Arguments(values, evaluator).string(0)
          try evaluator.charge(text.utf8.count / 8)
          do throws(JSONProblem) {
            return try Value(json: text)
          } catch {
            throw Fault(error.description)
          }
        }
      ]),
    Function(
      "age", .own, "How long ago a time was: `now - t`.",
      [
        .function(.timestamp, to: .duration) { (values, evaluator) throws(Fault) in
          let age = evaluator.now.since(try Arguments(values, evaluator).timestamp(0))
          if age.celNanoseconds == nil { throw Fault("this age is beyond the range of a duration") }
          return .duration(age)
        }
      ]),
    Function(
      "fingerprint", .own,
      "`sha256:` and 12 digits that tell values apart without showing them; may be shown of a secret.",
      [
        .function(.a, to: .string) { (values, evaluator) throws(Fault) in
          try evaluator.weigh(values[0])
          switch values[0] {
          case .string, .bytes: return .string(CEL.fingerprint(values[0]))
          default:
            guard let bytes = values[0].jsonBytes(limit: evaluator.limits.size) else {
              throw Fault("this is more than \(evaluator.limits.size) bytes of JSON")
            }
            return .string("sha256:" + hexadecimal(sha256(bytes).prefix(6)))
          }
        }
      ]),
  ]

  private static func extreme(_ name: String, _ summary: String, _ wanted: Order) -> Function {
    let body: Overload.Body = { (values, evaluator) throws(Fault) in
      let items = try Arguments(values, evaluator).list(0)
      guard let best = try most(items, wanted, evaluator) else { throw Fault("an empty list has no `\(name)`") }
      return best
    }
    return Function(
      name, .own, summary, [.function(.list(.a), to: .a, body), .method(.list(.a), to: .a, body)])
  }

  private static func sum(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    let items = try Arguments(values, evaluator).list(0)
    guard var total = items.first else { return 0 }
    switch total {
    case .int, .uint, .double, .decimal, .duration: break
    default: throw Fault("\(total.typeName.name) can't be summed up")
    }
    try evaluator.charge(items.count)
    for item in items.dropFirst() {
      let isMixed = total.typeName != item.typeName && total.isNumber
      total =
        isMixed
        ? try Arithmetic.exact(.add, total, item, evaluator) : try Arithmetic.apply(.add, total, item, evaluator)
    }
    return total
  }

  private static func findAll(_ values: [Value], limit: Int, _ evaluator: Evaluator) throws(Fault) -> Value {
    let arguments = Arguments(values, evaluator)
    let pattern = try evaluator.pattern(arguments.string(1))
    let most = min(limit, evaluator.limits.elements + 1)
    let found = try pattern.matches(in: arguments.string(0), limit: most, evaluator)
    try evaluator.checkElements(found.count)
    return .list(found.map(Value.string))
  }
}
