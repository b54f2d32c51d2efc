import CHiredis
import ExecutorKit

/// Bytes of a connection to replies, by hiredis' reader.
///
/// hiredis alone would believe any length that a server claims. Here a list grows with the items that really came, and
/// everything since the last whole reply, read or waiting, is held against one limit.
@safe final class ReplyReader {
  enum Problem: Error, Equatable {
    /// One reply needs more than so many bytes of memory.
    case tooLarge(limit: Int)
    /// Lists within lists beyond the levels that hiredis reads.
    case tooDeep
    case malformed(String)
  }

  static let tooDeep = "nested deeper than the eight levels that can be read"

  private let reader: UnsafeMutablePointer<redisReader>
  private let functions: UnsafeMutablePointer<redisReplyObjectFunctions>
  private let budget: Budget
  /// Bytes fed since the last whole reply.
  private var waiting = 0
  /// The first of them, which tells the reply's type.
  private var first: UInt8?
  /// The longest reply that is one line, such as an error: hiredis looks through a line from its beginning at each
  /// read.
  private static let longestLine = 1 << 20

  /// Nil where there is no memory for a reader.
  init?(limit: Int) {
    unsafe functions = .allocate(capacity: 1)
    unsafe functions.initialize(to: Self.callbacks)
    guard let reader = unsafe redisReaderCreateWithFunctions(functions) else {
      unsafe functions.deallocate()
      return nil
    }
    unsafe self.reader = unsafe reader
    budget = Budget(limit: limit)
    unsafe reader.pointee.privdata = Unmanaged.passUnretained(budget).toOpaque()
  }

  deinit {
    unsafe redisReaderFree(reader)
    unsafe functions.deallocate()
  }

  func feed(_ bytes: UnsafeRawBufferPointer) throws(Problem) {
    if waiting == 0 { first = unsafe bytes.first }
    waiting += bytes.count
    let isLine = first.map { "-+:".utf8.contains($0) } ?? false
    let limit = isLine ? min(Self.longestLine, budget.limit) : budget.limit
    if waiting > limit { throw .tooLarge(limit: limit) }
    guard let start = bytes.baseAddress else { return }
    let status = unsafe redisReaderFeed(reader, start.assumingMemoryBound(to: CChar.self), bytes.count)
    if status != REDIS_OK { throw problem() }
  }

  /// The next whole reply, or nil where more bytes are needed.
  func next() throws(Problem) -> Reply? {
    var object: UnsafeMutableRawPointer?
    guard unsafe redisReaderGetReply(reader, &object) == REDIS_OK else { throw problem() }
    guard let object = unsafe object else { return nil }
    waiting = unsafe reader.pointee.len - reader.pointee.pos
    first = waiting > 0 ? unsafe UInt8(bitPattern: reader.pointee.buf[reader.pointee.pos]) : nil
    budget.used = 0
    return unsafe Unmanaged<Node>.fromOpaque(object).takeRetainedValue().reply
  }

  private func problem() -> Problem {
    if budget.isExceeded { return .tooLarge(limit: budget.limit) }
    let text = unsafe withUnsafeBytes(of: reader.pointee.errstr) { raw in
      unsafe String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
    }
    // read.c of hiredis: "No support for nested multi bulk replies with depth > 7".
    return text.contains("nested") && text.contains("depth") ? .tooDeep : .malformed(text)
  }

  /// The memory that one reply may take.
  private final class Budget {
    let limit: Int
    var used = 0
    var isExceeded: Bool { used > limit }

    init(limit: Int) { self.limit = limit }
  }

  /// A reply under construction.
  private final class Node {
    enum Kind {
      case leaf(Reply)
      case list
    }

    let kind: Kind
    var children: [Node] = []

    init(_ kind: Kind) { self.kind = kind }

    var reply: Reply {
      switch kind {
      case .leaf(let reply): reply
      case .list: .list(children.map(\.reply))
      }
    }
  }

  private static var callbacks: redisReplyObjectFunctions {
    unsafe redisReplyObjectFunctions(
      createString: { task, text, length in
        guard let task = unsafe task else { return nil }
        let bytes = unsafe Array(UnsafeRawBufferPointer(start: text, count: length))
        let reply: Reply =
          switch unsafe task.pointee.type {
          case REDIS_REPLY_ERROR: .error(String(decoding: bytes, as: UTF8.self).said())
          case REDIS_REPLY_STATUS: .status(String(decoding: bytes, as: UTF8.self))
          default: .bulk(bytes)
          }
        return unsafe ReplyReader.attach(Node(.leaf(reply)), size: length, to: task)
      },
      createArray: { task, _ in unsafe ReplyReader.attach(Node(.list), size: 0, to: task) },
      createInteger: { task, number in
        unsafe ReplyReader.attach(Node(.leaf(.integer(Int64(number)))), size: 0, to: task)
      },
      createNil: { task in unsafe ReplyReader.attach(Node(.leaf(.null)), size: 0, to: task) },
      freeObject: { object in
        if let object = unsafe object { unsafe Unmanaged<Node>.fromOpaque(object).release() }
      })
  }

  /// Puts a node into its list. The root is retained for the reader, all others by their lists. Nil, which ends the
  /// reading, where the budget is used up.
  private static func attach(_ node: Node, size: Int, to task: UnsafePointer<redisReadTask>?)
    -> UnsafeMutableRawPointer?
  {
    guard let task = unsafe task, let own = unsafe task.pointee.privdata else { return nil }
    let budget = unsafe Unmanaged<Budget>.fromOpaque(own).takeUnretainedValue()
    // A node is an object with a header, a reply and an array: about this much beside its text.
    budget.used += size + 96
    if budget.isExceeded { return nil }
    guard let parent = unsafe task.pointee.parent else { return unsafe Unmanaged.passRetained(node).toOpaque() }
    guard let list = unsafe parent.pointee.obj else { return nil }
    unsafe Unmanaged<Node>.fromOpaque(list).takeUnretainedValue().children.append(node)
    return unsafe Unmanaged.passUnretained(node).toOpaque()
  }
}
