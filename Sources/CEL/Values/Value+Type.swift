extension Value {
  /// The type's name, as `type(x)` gives it.
  public var typeName: TypeName {
    switch self {
    case .null: TypeName("null_type")
    case .bool: TypeName("bool")
    case .int: TypeName("int")
    case .uint: TypeName("uint")
    case .double: TypeName("double")
    case .decimal: TypeName("decimal")
    case .string: TypeName("string")
    case .bytes: TypeName("bytes")
    case .list: TypeName("list")
    case .map: TypeName("map")
    case .timestamp: TypeName("google.protobuf.Timestamp")
    case .duration: TypeName("google.protobuf.Duration")
    case .type: TypeName("type")
    case .optional: TypeName("optional_type")
    case .ip: TypeName("net.IP")
    case .cidr: TypeName("net.CIDR")
    case .unknown: TypeName("unknown")
    }
  }

  /// Whether `optional.ofNonZeroValue` leaves this out: null, false, zero, or empty.
  var isZero: Bool {
    switch self {
    case .null: true
    case .bool(let flag): !flag
    case .int(let number): number == 0
    case .uint(let number): number == 0
    case .double(let number): number == 0
    case .decimal(let number): number.isZero
    case .string(let text): text.isEmpty
    case .bytes(let bytes): bytes.isEmpty
    case .list(let items): items.isEmpty
    case .map(let map): map.isEmpty
    case .timestamp(let timestamp): timestamp == Timestamp(seconds: 0)
    case .duration(let duration): duration == .zero
    case .optional(let value): value == nil
    case .type, .ip, .cidr, .unknown: false
    }
  }
}
