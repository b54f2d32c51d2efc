extension String {
  /// So many characters at most, with a mark where it goes on. By the mark the redactor knows that a secret may be
  /// truncated there.
  package func beginning(_ count: Int) -> String {
    self.count > count ? prefix(count) + "…" : self
  }

  /// Without white space, zero-width and control characters around it.
  package var bare: String {
    let scalars = unicodeScalars.drop(while: \.isAround)
    guard let last = scalars.lastIndex(where: { !$0.isAround }) else { return "" }
    return String(String.UnicodeScalarView(scalars[...last]))
  }
}

extension Unicode.Scalar {
  /// Whether it is easily left around a text unseen: white space, a zero-width or control character.
  package var isAround: Bool {
    properties.isWhitespace || [.format, .control].contains(properties.generalCategory)
  }
}
