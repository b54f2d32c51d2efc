/// A piece of an expression's text.
struct Token: Sendable {
  enum Kind: Sendable, Hashable {
    case name(String)
    /// A field's name between back quotes.
    case quotedName(String)
    /// A decimal or hexadecimal number without its sign, which may be one more than `Int64.max`.
    case int(UInt64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// An operator or a bracket, as it is written.
    case mark(String)
    case end
  }

  let kind: Kind
  /// UTF-8 offsets.
  let range: Range<Int>
}
