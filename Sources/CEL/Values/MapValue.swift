/// A CEL map: keys are `bool`, `int`, `uint`, `decimal` or `string`, numerically equal ones are one key (`1`, `1u`, the
/// decimal `1.00` and, in a lookup, `1.0`), and entries keep the order in which they came.
public struct MapValue: Sendable {
  /// A key that CEL allows. Integers are held in one form, so that `1` and `1u` are one key.
  public enum Key: Sendable, Hashable {
    case bool(Bool)
    case int(Int64)
    /// Only beyond `Int64.max`; smaller ones are `int`.
    case uint(UInt64)
    /// `Decimal.key` of any other number.
    case decimal(String)
    /// Its UTF-8, since Swift's `String` would merge canonically equivalent texts.
    case string([UInt8])
  }

  /// The entries with the keys as they were written, in order.
  public private(set) var entries: [(key: Value, value: Value)] = []
  /// Where each key is, kept only for maps of more than `scanned` entries: a short one is scanned faster than hashed.
  private var index: [Key: Int] = [:]
  private static let scanned = 8
  /// The value of a missing key in place of an error: set on the outcome of a step that did not run.
  public var absent: Unknown?

  public init() {}

  public init(_ fields: [(String, Value)]) {
    entries.reserveCapacity(fields.count)
    for (name, value) in fields { self[name] = value }
  }

  public var count: Int { entries.count }
  public var isEmpty: Bool { entries.isEmpty }

  /// The key that `value` is, or nil where CEL allows no such key. A double counts as the integer that it is, else as the decimal
  /// that its shortest text writes.
  public static func key(_ value: Value) -> Key? {
    switch value {
    case .bool(let flag): .bool(flag)
    case .int(let number): .int(number)
    case .uint(let number): Int64(exactly: number).map(Key.int) ?? .uint(number)
    case .double(let number):
      Int64(exactly: number).map(Key.int) ?? UInt64(exactly: number).map(Key.uint)
        ?? Decimal(shortest: number).map { Key.decimal($0.key) }
    case .decimal(let number):
      number.isWhole
        ? number.truncated(Int64.self).map(Key.int) ?? number.truncated(UInt64.self).map(Key.uint)
          ?? .decimal(number.key)
        : .decimal(number.key)
    case .string(let text): .string(Array(text.utf8))
    default: nil
    }
  }

  /// The field `name`. Setting it to nil removes it.
  public subscript(_ name: String) -> Value? {
    get { position(named: name).map { entries[$0].value } }
    set {
      if let newValue {
        set(.string(name), newValue)
      } else if let position = position(named: name) {
        entries.remove(at: position)
        reindex()
      }
    }
  }

  /// The value under `key`, nil where there is none or where `key` can't be one.
  public func value(for key: Value) -> Value? {
    position(of: key).map { entries[$0].value }
  }

  /// Adds or replaces an entry; false where `key` can't be a map's key.
  @discardableResult
  public mutating func insert(_ value: Value, for key: Value) -> Bool {
    switch key {
    case .bool, .int, .uint, .decimal, .string:
      set(key, value)
      return true
    default:
      return false
    }
  }

  private mutating func set(_ key: Value, _ value: Value) {
    if let position = position(of: key) {
      entries[position].value = value
      return
    }
    entries.append((key, value))
    if entries.count == Self.scanned + 1 {
      reindex()
    } else if entries.count > Self.scanned, let hashed = Self.key(key) {
      index[hashed] = entries.count - 1
    }
  }

  private mutating func reindex() {
    index = [:]
    guard entries.count > Self.scanned else { return }
    for (position, entry) in entries.enumerated() {
      if let hashed = Self.key(entry.key) { index[hashed] = position }
    }
  }

  private func position(named name: String) -> Int? {
    if entries.count > Self.scanned { return index[.string(Array(name.utf8))] }
    return entries.firstIndex { entry in
      if case .string(let text) = entry.key { Texts.areEqual(text, name) } else { false }
    }
  }

  private func position(of key: Value) -> Int? {
    switch key {
    case .string(let name): return position(named: name)
    case .bool, .int, .uint, .double, .decimal:
      if entries.count > Self.scanned { return Self.key(key).flatMap { index[$0] } }
      guard let wanted = Self.key(key) else { return nil }
      return entries.firstIndex { entry in
        if case .string = entry.key { false } else { Self.key(entry.key) == wanted }
      }
    default: return nil
    }
  }
}
