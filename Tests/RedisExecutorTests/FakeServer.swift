import NIOCore
import NIOPosix

/// A server that answers as a test says: lies, half answers, silence.
final class FakeServer: Sendable {
  /// What happens on each whole read.
  typealias Behaviour = @Sendable (_ received: String, _ channel: any Channel) -> Void

  private let channel: any Channel
  var port: Int { channel.localAddress?.port ?? 0 }
  var url: String { "redis://127.0.0.1:\(port)" }

  private init(_ channel: any Channel) { self.channel = channel }

  /// - Parameter greeting: happens as soon as somebody connects.
  static func start(
    greeting: @escaping @Sendable (any Channel) -> Void = { _ in }, _ behaviour: @escaping Behaviour
  ) async throws -> FakeServer {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in channel.pipeline.addHandler(Handler(greeting, behaviour)) }
      .bind(host: "127.0.0.1", port: 0).get()
    return FakeServer(channel)
  }

  func stop() async throws { try await channel.close() }

  private final class Handler: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    let greeting: @Sendable (any Channel) -> Void
    let behaviour: Behaviour

    init(_ greeting: @escaping @Sendable (any Channel) -> Void, _ behaviour: @escaping Behaviour) {
      self.greeting = greeting
      self.behaviour = behaviour
    }

    func channelActive(context: ChannelHandlerContext) { greeting(context.channel) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      behaviour(String(buffer: unwrapInboundIn(data)), context.channel)
    }
  }
}

extension Channel {
  func send(_ text: String) { writeAndFlush(ByteBuffer(string: text), promise: nil) }
}

extension FakeServer {
  /// Answers the login, every `COMMAND INFO` with these flags, and anything else with `answer`.
  static func start(
    commandInfo flags: [String], answer: @escaping @Sendable (String, any Channel) -> Void = { $1.send("+done\r\n") }
  ) async throws -> FakeServer {
    try await start { received, channel in
      if received.contains("SETNAME") {
        channel.send("+OK\r\n")
      } else if let facts = commandInfo(received, flags) {
        channel.send(facts)
      } else {
        answer(received, channel)
      }
    }
  }
}

extension FakeServer {
  /// The answer to `COMMAND INFO`: each name that was asked about is a command with these flags. Nil for another
  /// command.
  static func commandInfo(_ received: some StringProtocol, _ flags: [String] = ["readonly"]) -> String? {
    let words = received.split(separator: "\r\n").filter { !$0.hasPrefix("*") && !$0.hasPrefix("$") }
    guard let place = words.firstIndex(of: "COMMAND"), words.dropFirst(place + 1).first == "INFO" else { return nil }
    let names = words.dropFirst(place + 2)
    let list = "*\(flags.count)\r\n" + flags.map { "+\($0)\r\n" }.joined()
    return "*\(names.count)\r\n"
      + names.map { "*6\r\n+\($0.lowercased())\r\n:2\r\n\(list):1\r\n:1\r\n:1\r\n" }.joined()
  }
}
