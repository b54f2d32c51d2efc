/// The rest of `&&`, `||`, `all` or `exists` while nothing has decided it.
struct Absorption {
  var problem: Expression.Problem?
  private var unknown: Unknown?

  init() {}

  mutating func add(_ value: Value, _ range: Range<Int>) {
    switch value {
    case .bool: break
    case .unknown(let reasons): unknown = unknown?.merging(reasons) ?? reasons
    default: problem = problem ?? Expression.Problem("this is \(value.typeName.name), not bool", range)
    }
  }

  func result(else undecided: Bool) throws(Expression.Problem) -> Value {
    if let unknown { return .unknown(unknown) }
    if let problem { throw problem }
    return .bool(undecided)
  }
}
