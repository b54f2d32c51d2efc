extension Function {
  /// The extension for optionals.
  static let optionals: [Function] = [
    Function(
      "optional.of", .optionals, "An optional with a value.",
      [.function(.a, to: .optional(.a)) { (values, _) in .optional(values[0]) }]),
    Function(
      "optional.ofNonZeroValue", .optionals,
      "An optional with a value, or none where that is null, false, zero or empty.",
      [.function(.a, to: .optional(.a)) { (values, _) in .optional(values[0].isZero ? Value?.none : values[0]) }]),
    Function(
      "optional.none", .optionals, "The optional without a value.",
      [.function(to: .optional(.a)) { (_, _) in .optional(nil) }]),
    Function(
      "optional.unwrap", .optionals, "The values that a list of optionals has.",
      [
        .function(.list(.optional(.a)), to: .list(.a)) { (values, evaluator) throws(Fault) in
          try unwrap(values, evaluator)
        }
      ]),
    Function(
      "unwrapOpt", .optionals, "The values that a list of optionals has.",
      [
        .method(.list(.optional(.a)), to: .list(.a)) { (values, evaluator) throws(Fault) in
          try unwrap(values, evaluator)
        }
      ]),
    Function(
      "hasValue", .optionals, "Whether there is a value.",
      [
        .method(.optional(.a), to: .bool) { (values, _) in
          if case .optional(.some) = values[0] { true } else { false }
        }
      ]),
    Function(
      "value", .optionals, "The value; an error where there is none.",
      [
        .method(.optional(.a), to: .a) { (values, _) throws(Fault) in
          guard case .optional(let value?) = values[0] else {
            throw Fault("this optional has no value", help: "orValue(…)")
          }
          return value
        }
      ]),
    // The evaluator looks at the argument of these two only where there is no value.
    Function(
      "or", .optionals, "This optional, or the other one where this has no value.",
      [.method(.optional(.a), .optional(.a), to: .optional(.a)) { (values, _) in values[1] }]),
    Function(
      "orValue", .optionals, "The value, or another one where there is none.",
      [.method(.optional(.a), .a, to: .a) { (values, _) in values[1] }]),
  ]

  private static func unwrap(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    var found: [Value] = []
    for item in try Arguments(values, evaluator).list(0) {
      guard case .optional(let value) = item else {
        throw Fault("this list holds optionals, not \(item.typeName.name)")
      }
      if let value { found.append(value) }
    }
    return .list(found)
  }
}
