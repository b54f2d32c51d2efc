extension Function {
  /// The extension for encodings.
  static let encoders: [Function] = [
    Function(
      "base64.encode", .encoders, "Bytes as base64 (RFC 4648) with padding.",
      [
        .function(.bytes, to: .string) { (values, evaluator) throws(Fault) in
          let bytes = try Arguments(values, evaluator).bytes(0)
          try evaluator.build(bytes.count / 3 * 4)
          return .string(Base64.encode(bytes))
        }
      ]),
    Function(
      "base64.decode", .encoders, "The bytes of base64; padding may be missing, and line ends may be in it.",
      [
        .function(.string, to: .bytes) { (values, evaluator) throws(Fault) in
          guard let bytes = Base64.decode(try Arguments(values, evaluator).string(0)) else {
            throw Fault("this text is not base64")
          }
          return .bytes(bytes)
        }
      ]),
  ]
}
