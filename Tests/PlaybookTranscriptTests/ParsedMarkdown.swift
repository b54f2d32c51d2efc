import CCmarkGFM

/// Markdown as GitHub reads it: cmark-gfm with its extensions (tables, bare addresses, task lists, strikethrough).
struct ParsedMarkdown {
  /// Every node in document order, but what is only text: `heading`, `table_cell`, `code`.
  private(set) var nodes: [String] = []
  /// Where links and pictures lead.
  private(set) var addresses: [String] = []

  private static let isReady: Void = cmark_gfm_core_extensions_ensure_registered()
  /// Text, and where a text has its lines.
  private static let plain: Set<String> = ["text", "softbreak", "linebreak"]

  init(_ text: String) {
    Self.isReady
    guard let parser = unsafe cmark_parser_new(CMARK_OPT_DEFAULT) else { return }
    defer { unsafe cmark_parser_free(parser) }
    for name in ["table", "strikethrough", "autolink", "tasklist"] {
      unsafe cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(name))
    }
    unsafe text.utf8CString.withUnsafeBufferPointer { buffer in
      unsafe cmark_parser_feed(parser, buffer.baseAddress, buffer.count - 1)
    }
    guard let document = unsafe cmark_parser_finish(parser), let walk = unsafe cmark_iter_new(document) else { return }
    defer {
      unsafe cmark_iter_free(walk)
      unsafe cmark_node_free(document)
    }
    while true {
      let event = unsafe cmark_iter_next(walk)
      if event == CMARK_EVENT_DONE { break }
      guard event == CMARK_EVENT_ENTER, let node = unsafe cmark_iter_get_node(walk) else { continue }
      let name = unsafe String(cString: cmark_node_get_type_string(node))
      if !Self.plain.contains(name) { nodes.append(name) }
      if let address = unsafe cmark_node_get_url(node) { addresses.append(unsafe String(cString: address)) }
    }
  }
}
