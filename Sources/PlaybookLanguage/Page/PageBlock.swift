/// A part of a page, before it is Markdown, HTML or plain text.
indirect enum PageBlock: Equatable {
  case heading(Int, String)
  case paragraph([PageInline])
  /// Markdown that the author wrote.
  case prose(String)
  case code(String, language: String)
  case list(isOrdered: Bool, [[PageBlock]])
}

/// A part of a line.
enum PageInline: Equatable {
  case text(String)
  case strong(String)
  case code(String)
}
