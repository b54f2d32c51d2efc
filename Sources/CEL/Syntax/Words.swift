/// The words of the language that are not names.
enum Words {
  /// No name of a field may be one of these, either.
  static let keywords: Set<String> = ["false", "in", "null", "true"]

  /// Kept for languages around CEL; a variable can't be called so.
  static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace",
    "return", "var", "void", "while",
  ]

  /// The names that are known without being bound: the types.
  static let types: [String: TypeName] = Dictionary(
    uniqueKeysWithValues: [
      "bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint", "optional_type", "net.IP",
      "net.CIDR", "decimal", "google.protobuf.Timestamp", "google.protobuf.Duration",
    ].map { ($0, TypeName($0)) })
}
