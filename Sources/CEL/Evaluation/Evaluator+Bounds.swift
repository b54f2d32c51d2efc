extension Evaluator {
  /// Counts `count` steps.
  func charge(_ count: Int) throws(Fault) {
    steps += count
    if steps >= nextLook { try look() }
  }

  private func look() throws(Fault) {
    nextLook = steps + 256
    if steps > limits.steps {
      isExhausted = true
      throw Fault("this takes more than \(limits.steps) steps", help: "look at fewer elements")
    }
    if ContinuousClock.now > deadline {
      isExhausted = true
      throw Fault("this takes longer than \(Value.text(of: limits.time))", help: "look at fewer elements")
    }
  }

  /// Refuses a list or map of `count` elements where that is too many, and counts the work of building it.
  func checkElements(_ count: Int) throws(Fault) {
    if count > limits.elements {
      isExhausted = true
      throw Fault("this builds a list or map of more than \(limits.elements) elements")
    }
    try charge(count / 4)
  }

  /// Refuses a text of `count` bytes where that is too many.
  func checkSize(_ count: Int) throws(Fault) {
    if count > limits.size {
      isExhausted = true
      throw Fault("this builds a text of more than \(limits.size) bytes")
    }
  }

  /// Refuses a text of `count` bytes where that is too many, and counts the work of building it.
  func build(_ count: Int) throws(Fault) {
    try checkSize(count)
    try charge(count / 64)
  }

  /// The value of a whole expression, refused where it is too large for the caller: a list that holds a shared one a
  /// thousand times takes no memory here, but all of it as JSON.
  func result(of root: Node) throws(Expression.Problem) -> Value {
    let value = try evaluate(root)
    var left = limits.result
    measure(value, &left)
    if left < 0 {
      throw Expression.Problem(
        "the result is larger than \(limits.result) bytes", root.range, help: "take a part of it")
    }
    return value
  }

  /// Takes from `left` about as many bytes as `value` would be as text, and ends soon after it is negative.
  private func measure(_ value: Value, _ left: inout Int) {
    left -= 4
    if left < 0 { return }
    switch value {
    case .list(let items):
      for item in items where left >= 0 { measure(item, &left) }
    case .map(let map):
      for entry in map.entries where left >= 0 {
        measure(entry.key, &left)
        measure(entry.value, &left)
      }
    case .optional(let inner?): measure(inner, &left)
    case .string(let text): left -= text.utf8.count
    case .bytes(let bytes): left -= bytes.count
    case .decimal(let number): left -= number.text.utf8.count
    default: break
    }
  }

  /// Counts the work of looking at all of `value`, shared parts as often as they are in it.
  func weigh(_ value: Value) throws(Fault) {
    try charge(1)
    switch value {
    case .list(let items):
      for item in items { try weigh(item) }
    case .map(let map):
      for entry in map.entries { try weigh(entry.value) }
    case .optional(let inner?): try weigh(inner)
    case .string(let text): try charge(text.utf8.count / 64)
    case .bytes(let bytes): try charge(bytes.count / 64)
    case .decimal(let number): try charge(number.text.utf8.count / 64)
    default: break
    }
  }

  /// The compiled regular expression, kept for the rest of the evaluation.
  func pattern(_ text: String) throws(Fault) -> Pattern {
    if let known = patterns[text] { return known }
    try charge(100 + text.utf8.count)
    let compiled = try Pattern(text)
    patterns[text] = compiled
    return compiled
  }
}
