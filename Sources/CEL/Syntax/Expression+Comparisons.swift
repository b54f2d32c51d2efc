extension Expression {
  /// A name that is held against a text written in the expression: `verdict.answer == 'attack'`.
  package struct Comparison: Sendable {
    package enum Relation: Sendable {
      case equal, prefix, suffix, part
    }

    package let reference: Reference
    package let text: String
    package let relation: Relation
    /// UTF-8 offsets of the text, its quotes included.
    package let range: Range<Int>

    /// Whether it can hold where the name is one of `values`.
    package func canHold(for values: [String]) -> Bool {
      values.contains { value in
        switch relation {
        case .equal: value == text
        case .prefix: value.hasPrefix(text)
        case .suffix: value.hasSuffix(text)
        case .part: value.contains(text)
        }
      }
    }
  }

  /// Every such comparison: `==`, `!=`, `in [...]`, a lookup in a map that is written out, `startsWith` and its like, on
  /// either side and through `? :`.
  package var comparisons: [Comparison] {
    var found: [Comparison] = []
    Self.collect(root, into: &found, free: references)
    return found
  }

  /// The texts that the expression gives where it gives one that is written in it: of `a ? 'x' : 'y'` both.
  package var resultTexts: [(text: String, range: Range<Int>)] { Self.texts(root) }

  private static func collect(_ node: Node, into found: inout [Comparison], free: [Reference]) {
    func add(_ named: Node, _ texts: [(text: String, range: Range<Int>)], _ relation: Comparison.Relation = .equal) {
      guard !texts.isEmpty, let reference = reference(named, among: free) else { return }
      found += texts.map { Comparison(reference: reference, text: $0.text, relation: relation, range: $0.range) }
    }
    switch node.kind {
    case .binary(.equal, let left, let right), .binary(.notEqual, let left, let right):
      add(left, texts(right))
      add(right, texts(left))
    case .binary(.isIn, let left, let right):
      switch right.kind {
      case .list(let elements): add(left, elements.flatMap { texts($0.value) })
      case .map(let entries): add(left, entries.flatMap { texts($0.key) })
      default: break
      }
    case .index(let operand, let index, _):
      if case .map(let entries) = operand.kind { add(index, entries.flatMap { texts($0.key) }) }
    case .call(let call):
      let relations: [String: Comparison.Relation] = ["startsWith": .prefix, "endsWith": .suffix, "contains": .part]
      if let target = call.target, let relation = relations[call.name], call.arguments.count == 1 {
        add(target, texts(call.arguments[0]), relation)
      }
    default: break
    }
    for child in node.children { collect(child, into: &found, free: free) }
  }

  /// The texts that a node is, or that the branches of a condition are.
  private static func texts(_ node: Node) -> [(text: String, range: Range<Int>)] {
    switch node.kind {
    case .literal(.string(let text)): [(text, node.range)]
    case .conditional(_, let one, let other): texts(one) + texts(other)
    default: []
    }
  }

  /// The free name with its fields that a node is as a whole.
  private static func reference(_ node: Node, among free: [Reference]) -> Reference? {
    switch node.kind {
    case .select, .index, .name: free.first { $0.range == node.range }
    default: nil
    }
  }
}
