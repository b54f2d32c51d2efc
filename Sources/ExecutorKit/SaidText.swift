extension String {
  /// A target's words about an error, or beside its answer, as far as they are told. Of a longer text the beginning is
  /// kept, and how long it was is said.
  public func said(atMost limit: Int = 32 << 10) -> String {
    guard utf8.count > limit else { return self }
    var end = utf8.index(startIndex, offsetBy: limit)
    while end.samePosition(in: unicodeScalars) == nil { utf8.formIndex(before: &end) }
    return "\(self[..<end])… (truncated, of \(utf8.count) bytes)"
  }
}
