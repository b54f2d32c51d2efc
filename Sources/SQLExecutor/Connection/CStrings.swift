/// Arrays of C strings, as libpq takes them.
enum CStrings {
  /// Calls `body` with the texts, each ended by NUL; nil stays nil. They live until it returns.
  static func with<Result>(_ texts: [[UInt8]?], _ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    var flat: [CChar] = []
    var offsets: [Int?] = []
    for text in texts {
      offsets.append(text == nil ? nil : flat.count)
      guard let text else { continue }
      flat += text.map { CChar(bitPattern: $0) }
      flat.append(0)
    }
    return unsafe flat.withUnsafeBufferPointer { buffer in
      unsafe body(offsets.map { offset in unsafe offset.flatMap { unsafe buffer.baseAddress?.advanced(by: $0) } })
    }
  }

  static func with<Result>(_ texts: [String], _ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    unsafe with(texts.map { Array($0.utf8) as [UInt8]? }, body)
  }
}
