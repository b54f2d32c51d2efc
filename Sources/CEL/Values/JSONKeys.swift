import CNlohmannJSON

extension Value {
  /// The keys that one object of a JSON text has more than once, each once, in order, at most ten. Empty where the text
  /// is not JSON.
  public static func doubledKeys(json bytes: [UInt8]) -> [String] {
    let scan = JSONKeyScan()
    var events = JSONKeyScan.events
    var (position, message) = (0, [CChar](repeating: 0, count: 8))
    let code = unsafe bytes.withUnsafeBufferPointer { text in
      unsafe text.withMemoryRebound(to: CChar.self) { text in
        unsafe playbook_json_parse(
          text.baseAddress, text.count, &events, Unmanaged.passUnretained(scan).toOpaque(), &position, &message, 8)
      }
    }
    return code == 0 ? scan.doubled : []
  }
}

/// Remembers the keys of the objects that are open.
private final class JSONKeyScan {
  private var open: [Set<[UInt8]>] = []
  private(set) var doubled: [String] = []

  private func meet(_ key: [UInt8]) -> Bool {
    guard !open.isEmpty else { return false }
    if !open[open.count - 1].insert(key).inserted {
      let name = String(decoding: key, as: UTF8.self)
      if doubled.count < 10, !doubled.contains(name) { doubled.append(name) }
    }
    return true
  }

  private static func scan(_ context: UnsafeMutableRawPointer?) -> JSONKeyScan {
    guard let context = unsafe context else { preconditionFailure("the parser lost its context") }
    return unsafe Unmanaged<JSONKeyScan>.fromOpaque(context).takeUnretainedValue()
  }

  static var events: playbook_json_events {
    unsafe playbook_json_events(
      null: { _ in true }, boolean: { _, _ in true }, integer: { _, _ in true }, unsigned_integer: { _, _ in true },
      number: { _, _, _, _ in true }, string: { _, _, _ in true },
      start_object: {
        unsafe JSONKeyScan.scan($0).open.append([])
        return true
      },
      key: { context, text, length in
        let key = unsafe Array(UnsafeRawBufferPointer(start: text, count: length))
        return unsafe JSONKeyScan.scan(context).meet(key)
      },
      end_object: { unsafe JSONKeyScan.scan($0).open.popLast() != nil },
      start_array: { _ in true }, end_array: { _ in true })
  }
}
