import CGumbo

/// A page as a browser reads it: Gumbo is an HTML5 parser to the WHATWG's algorithm.
struct ParsedPage {
  /// Every element in document order, with the names of its attributes: `td`, `a href`.
  private(set) var elements: [String] = []
  /// Where links and other addresses lead.
  private(set) var addresses: [String] = []
  /// All text, one piece an element's.
  private(set) var texts: [String] = []
  /// How many parse errors there are: places where a browser guesses.
  private(set) var errors = 0

  init(_ page: String) {
    unsafe page.utf8CString.withUnsafeBufferPointer { buffer in
      // The library's defaults are a global variable: they are copied, not shared.
      var options = unsafe kGumboDefaultOptions
      guard let output = unsafe gumbo_parse_with_options(&options, buffer.baseAddress, buffer.count - 1) else { return }
      errors = Int(unsafe output.pointee.errors.length)
      unsafe walk(output.pointee.document)
      unsafe gumbo_destroy_output(&options, output)
    }
  }

  private mutating func walk(_ node: UnsafeMutablePointer<GumboNode>) {
    let children: GumboVector
    switch unsafe node.pointee.type {
    case GUMBO_NODE_DOCUMENT: unsafe children = node.pointee.v.document.children
    case GUMBO_NODE_ELEMENT, GUMBO_NODE_TEMPLATE:
      unsafe note(node.pointee.v.element)
      unsafe children = node.pointee.v.element.children
    case GUMBO_NODE_COMMENT:
      elements.append("<!--")
      return
    default:
      texts.append(unsafe String(cString: node.pointee.v.text.text))
      return
    }
    for index in unsafe 0..<Int(children.length) {
      if let child = unsafe children.data[index] {
        unsafe walk(child.assumingMemoryBound(to: GumboNode.self))
      }
    }
  }

  private mutating func note(_ element: GumboElement) {
    var name = unsafe String(cString: gumbo_normalized_tagname(element.tag))
    if name.isEmpty {
      // A tag of SVG: as it was written.
      let tag = unsafe element.original_tag
      name = unsafe String(
        decoding: UnsafeRawBufferPointer(start: tag.data, count: Int(tag.length)), as: UTF8.self)
      name = String(name.dropFirst().prefix { $0.isLetter || $0.isNumber })
    }
    for index in unsafe 0..<Int(element.attributes.length) {
      guard let raw = unsafe element.attributes.data[index] else { continue }
      let attribute = unsafe raw.assumingMemoryBound(to: GumboAttribute.self).pointee
      let key = unsafe String(cString: attribute.name)
      name += " " + key
      if ["href", "src", "action", "style", "srcset", "data"].contains(key) {
        addresses.append(unsafe String(cString: attribute.value))
      }
    }
    elements.append(name)
  }
}
