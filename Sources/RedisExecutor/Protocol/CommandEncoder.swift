import CHiredis

/// Commands as the bytes that go over the wire (RESP, by hiredis' `redisFormatCommandArgv`): each argument with its length,
/// so that spaces, line breaks and NUL are nothing special.
enum CommandEncoder {
  /// Nil where hiredis finds no memory for them.
  static func encode(_ commands: [[Word]]) -> [UInt8]? {
    var bytes: [UInt8] = []
    for command in commands {
      guard let one = encode(command) else { return nil }
      bytes += one
    }
    return bytes
  }

  private static func encode(_ words: [Word]) -> [UInt8]? {
    // One buffer for all arguments, so that every pointer stays valid during the call.
    var flat = words.flatMap { $0 }
    flat.append(0)
    let lengths = words.map(\.count)
    return unsafe flat.withUnsafeBytes { raw -> [UInt8]? in
      var pointers: [UnsafePointer<CChar>?] = unsafe []
      var offset = 0
      for length in lengths {
        unsafe pointers.append(raw.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self))
        offset += length
      }
      var target: UnsafeMutablePointer<CChar>?
      let count = unsafe redisFormatCommandArgv(&target, Int32(words.count), &pointers, lengths)
      guard count >= 0, let target = unsafe target else { return nil }
      defer { unsafe redisFreeCommand(target) }
      return unsafe Array(UnsafeRawBufferPointer(start: target, count: Int(count)))
    }
  }
}
