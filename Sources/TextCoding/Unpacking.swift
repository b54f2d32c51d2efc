import CZlib

/// A body without the packing that its `Content-Encoding` names.
public struct Unpacked: Sendable, Equatable {
  public var bytes: [UInt8]
  /// Whether something is missing: there was more than `limit`, or the packed bytes end early.
  public var isTruncated: Bool
  /// A sentence for the operator, where there is something to say.
  public var notice: String?

  /// Undoes the codings of a `Content-Encoding`, the last one first. `gzip`, `x-gzip` and `deflate` are unpacked, none of
  /// them to more than `limit` bytes; words that name no packing (`identity`, `utf-8`, `none`, `aws-chunked`, nothing) change nothing.
  /// Bytes whose coding is not known, or that are not packed as they are said to be, stay as they came, and `notice`
  /// says so.
  ///
  /// - Parameter isTruncated: Whether `bytes` are the beginning of more.
  public init(_ bytes: [UInt8], codings: String, isTruncated: Bool, limit: Int) {
    self.bytes = bytes
    self.isTruncated = isTruncated
    if bytes.isEmpty { return }
    for part in codings.split(separator: ",").reversed() {
      // A `;q=1` belongs to a client's `Accept-Encoding`; some servers send it back.
      let coding = part.prefix { $0 != ";" }.trimmed.lowercased()
      switch coding {
      case "", "identity", "none", "utf-8", "utf8", "aws-chunked", "binary", "plain", "text": continue
      case "gzip", "x-gzip": undo(coding, isGzip: true, limit)
      case "deflate": undo(coding, isGzip: false, limit)
      default: notice = "its body is packed with `\(coding)`, which is not unpacked"
      }
      if notice != nil { return }
    }
  }

  private mutating func undo(_ coding: String, isGzip: Bool, _ limit: Int) {
    // Some servers send deflate without the header of zlib; a plain text could pass for it.
    let isText = String(validating: bytes, as: UTF8.self) != nil
    let windows: [Int32] = isGzip ? [31] : isText ? [15] : [15, -15]
    for window in windows {
      guard let (unpacked, end) = Self.inflate(bytes, window, limit), !unpacked.isEmpty || end != .broken else {
        continue
      }
      switch end {
      case .complete: break
      case .full: isTruncated = true
      case .early where isTruncated: break
      case .early:
        isTruncated = true
        notice = "its body, packed with `\(coding)`, ends early"
      case .broken:
        // The beginning may be damaged as well: no evidence.
        continue
      }
      bytes = unpacked
      return
    }
    notice = "its body is said to be packed with `\(coding)` and is not: it stands as it came"
  }

  private enum End { case complete, full, early, broken }

  /// The bytes that a stream holds, at most `limit`, and how it ended; nil where zlib has no memory. Behind a gzip
  /// stream stands another one (RFC 1952, section 2.2) or padding.
  private static func inflate(_ packed: [UInt8], _ window: Int32, _ limit: Int) -> ([UInt8], End)? {
    var stream = unsafe z_stream()
    guard unsafe playbook_inflate_init(&stream, window) == Z_OK else { return nil }
    defer { unsafe _ = inflateEnd(&stream) }
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    var input = packed
    let end: End = unsafe input.withUnsafeMutableBufferPointer { source in
      unsafe stream.next_in = source.baseAddress
      unsafe stream.avail_in = UInt32(clamping: source.count)
      while true {
        let room = min(piece.count, limit - output.count + 1)
        let (status, made) = unsafe piece.withUnsafeMutableBufferPointer { target in
          unsafe stream.next_out = target.baseAddress
          unsafe stream.avail_out = UInt32(room)
          let status = unsafe zlibInflate(&stream)
          return unsafe (status, room - Int(stream.avail_out))
        }
        output += piece.prefix(made)
        if output.count > limit {
          output.removeLast(output.count - limit)
          return .full
        }
        switch status {
        case Z_OK: continue
        case Z_STREAM_END:
          guard window == 31, unsafe stream.avail_in >= 18, unsafe stream.next_in[0] == 0x1F,
            unsafe stream.next_in[1] == 0x8B, unsafe inflateReset(&stream) == Z_OK
          else { return .complete }
        case Z_BUF_ERROR: return .early
        default: return .broken
        }
      }
    }
    return (output, end)
  }

  private static func zlibInflate(_ stream: inout z_stream) -> Int32 {
    unsafe CZlib.inflate(&stream, Z_NO_FLUSH)
  }
}

extension Substring {
  var trimmed: Substring {
    let start = drop { $0 == " " || $0 == "\t" }
    return start.lastIndex { $0 != " " && $0 != "\t" }.map { start[...$0] } ?? ""
  }
}
