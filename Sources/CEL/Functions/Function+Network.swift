extension Function {
  /// The extension for addresses, as Kubernetes has it.
  static let network: [Function] = [
    Function(
      "ip", .network, "An address of a text; of a block, the address before its `/`.",
      [
        .function(.string, to: .ip) { (values, evaluator) throws(Fault) in
          .ip(try address(Arguments(values, evaluator).string(0)))
        },
        .function(.ip, to: .ip) { (values, _) in values[0] },
        .method(.cidr, to: .ip) { (values, _) throws(Fault) in .ip(try block(values[0]).address) },
      ]),
    Function(
      "isIP", .network, "Whether a text is an address.",
      [
        .function(.string, to: .bool) { (values, evaluator) throws(Fault) in
          let parsed = IPAddress.parse(try Arguments(values, evaluator).string(0))
          return .bool(parsed.map { !$0.isMapped } ?? false)
        }
      ]),
    Function(
      "ip.isCanonical", .network, "Whether a text is an address in its canonical form.",
      [
        .function(.string, to: .bool) { (values, evaluator) throws(Fault) in
          let text = try Arguments(values, evaluator).string(0)
          return .bool(Texts.areEqual(try address(text).description, text))
        }
      ]),
    Function(
      "cidr", .network, "A block of addresses of a text such as `10.0.0.0/8`.",
      [
        .function(.string, to: .cidr) { (values, evaluator) throws(Fault) in
          .cidr(try block(.string(Arguments(values, evaluator).string(0))))
        },
        .function(.cidr, to: .cidr) { (values, _) in values[0] },
      ]),
    Function(
      "isCIDR", .network, "Whether a text is a block of addresses.",
      [
        .function(.string, to: .bool) { (values, evaluator) throws(Fault) in
          .bool(CIDRBlock(try Arguments(values, evaluator).string(0)) != nil)
        }
      ]),
    Function(
      "family", .network, "4 or 6.",
      [.method(.ip, to: .int) { (values, _) throws(Fault) in .int(Int64(try address(values[0]).family.rawValue)) }]),
    property("isUnspecified", "Whether it is `0.0.0.0` or `::`.") { $0.isUnspecified },
    property("isLoopback", "Whether it is of `127.0.0.0/8` or `::1`.") { $0.isLoopback },
    property("isGlobalUnicast", "Whether it is for one host beyond the link; private addresses are.") {
      $0.isGlobalUnicast
    },
    property("isLinkLocalMulticast", "Whether it is of `224.0.0.0/24` or `ff02::/16`.") { $0.isLinkLocalMulticast },
    property("isLinkLocalUnicast", "Whether it is of `169.254.0.0/16` or `fe80::/10`.") { $0.isLinkLocalUnicast },
    Function(
      "containsIP", .network, "Whether an address is in the block.",
      [
        .method(.cidr, .ip, to: .bool) { (values, _) throws(Fault) in
          .bool(try block(values[0]).contains(address(values[1])))
        },
        .method(.cidr, .string, to: .bool) { (values, _) throws(Fault) in
          .bool(try block(values[0]).contains(address(values[1])))
        },
      ]),
    Function(
      "containsCIDR", .network, "Whether all of another block is in this one.",
      [
        .method(.cidr, .cidr, to: .bool) { (values, _) throws(Fault) in
          .bool(try block(values[0]).contains(block(values[1])))
        },
        .method(.cidr, .string, to: .bool) { (values, _) throws(Fault) in
          .bool(try block(values[0]).contains(block(values[1])))
        },
      ]),
    Function(
      "masked", .network, "The block with all bits behind its prefix zero.",
      [.method(.cidr, to: .cidr) { (values, _) throws(Fault) in .cidr(try block(values[0]).masked) }]),
    Function(
      "prefixLength", .network, "How many bits of the block's address are fixed.",
      [.method(.cidr, to: .int) { (values, _) throws(Fault) in .int(Int64(try block(values[0]).prefixLength)) }]),
  ]

  private static func property(
    _ name: String, _ summary: String, _ test: @escaping @Sendable (IPAddress) -> Bool
  ) -> Function {
    Function(
      name, .network, summary,
      [.method(.ip, to: .bool) { (values, _) throws(Fault) in .bool(test(try address(values[0]))) }])
  }

  private static func address(_ text: String) throws(Fault) -> IPAddress {
    guard let address = IPAddress.parse(text) else { throw Fault("this text is not an address") }
    if address.isMapped {
      throw Fault("an IPv4 address within IPv6 can't be used", help: "write the IPv4 address alone")
    }
    return address
  }

  private static func address(_ value: Value) throws(Fault) -> IPAddress {
    switch value {
    case .ip(let address): address
    case .string(let text): try address(text)
    default: throw Fault("this is not an address")
    }
  }

  private static func block(_ value: Value) throws(Fault) -> CIDRBlock {
    switch value {
    case .cidr(let block): return block
    case .string(let text):
      guard let block = CIDRBlock(text) else {
        throw Fault("this text is not a block of addresses", help: "write it like `10.0.0.0/8`")
      }
      return block
    default: throw Fault("this is not a block of addresses")
    }
  }
}
