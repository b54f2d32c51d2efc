/// The types that operators take, for the checker and the reference page.
enum OperatorTable {
  struct Row: Sendable {
    let marks: [Node.Operator]
    let left: TypePattern
    let right: TypePattern
    let result: TypePattern
  }

  static let rows: [Row] = [
    Row(marks: [.add, .subtract, .multiply, .divide, .modulo], left: .int, right: .int, result: .int),
    Row(marks: [.add, .subtract, .multiply, .divide, .modulo], left: .uint, right: .uint, result: .uint),
    Row(marks: [.add, .subtract, .multiply, .divide], left: .double, right: .double, result: .double),
    Row(marks: exact, left: .decimal, right: .number, result: .decimal),
    Row(marks: exact, left: .number, right: .decimal, result: .decimal),
    Row(marks: [.add], left: .string, right: .string, result: .string),
    Row(marks: [.add], left: .bytes, right: .bytes, result: .bytes),
    Row(marks: [.add], left: .list(.a), right: .list(.a), result: .list(.a)),
    Row(marks: [.add, .subtract], left: .timestamp, right: .duration, result: .timestamp),
    Row(marks: [.add], left: .duration, right: .timestamp, result: .timestamp),
    Row(marks: [.add, .subtract], left: .duration, right: .duration, result: .duration),
    Row(marks: [.subtract], left: .timestamp, right: .timestamp, result: .duration),
    Row(marks: ordering, left: .number, right: .number, result: .bool),
    Row(marks: ordering, left: .string, right: .string, result: .bool),
    Row(marks: ordering, left: .bytes, right: .bytes, result: .bool),
    Row(marks: ordering, left: .bool, right: .bool, result: .bool),
    Row(marks: ordering, left: .timestamp, right: .timestamp, result: .bool),
    Row(marks: ordering, left: .duration, right: .duration, result: .bool),
    Row(marks: [.equal, .notEqual], left: .a, right: .a, result: .bool),
    Row(marks: [.isIn], left: .a, right: .list(.a), result: .bool),
    Row(marks: [.isIn], left: .a, right: .map(.a, .any("B")), result: .bool),
  ]

  private static let exact: [Node.Operator] = [.add, .subtract, .multiply]
  private static let ordering: [Node.Operator] = [.less, .lessOrEqual, .greater, .greaterOrEqual]

  /// The type of `left mark right`, or nil where there is no such operator.
  static func result(_ mark: Node.Operator, _ left: StaticType, _ right: StaticType) -> StaticType? {
    var result: StaticType?
    for row in rows where row.marks.contains(mark) {
      var letters: [String: StaticType] = [:]
      guard row.left.fits(left, &letters), row.right.fits(right, &letters) else { continue }
      let found = row.result.staticType(letters)
      result = result?.joined(found) ?? found
    }
    return result
  }
}
