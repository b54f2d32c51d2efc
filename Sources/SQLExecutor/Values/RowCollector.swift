import CEL

/// Keeps the rows of one result, typed, until a cap is reached.
struct RowCollector {
  struct Column: Sendable, Hashable {
    var name: String
    var type: ColumnType
  }

  let maximumRows: Int
  let maximumBytes: Int
  /// How the session reads a `timestamp`, a time without a zone.
  var zone: LocalTimeRules?
  private(set) var columns: [Column] = []
  private(set) var rows: [[Value]] = []
  private(set) var isTruncated = false
  private var bytes = 0
  private var memory = 0

  /// The most memory of an outcome, as far as it can be told from here: a row, a field and each item within one take
  /// more than their text.
  static let mostMemory = 64 << 20
  private let maximumMemory: Int
  private static let memoryOfRow = 200
  private static let memoryOfItem = 120

  init(rows: Int, bytes: Int, memory: Int = RowCollector.mostMemory) {
    maximumRows = rows
    maximumBytes = bytes
    maximumMemory = memory
  }

  /// The first name that two columns have.
  var duplicate: String? {
    var seen: Set<[UInt8]> = []
    return columns.first { !seen.insert(Array($0.name.utf8)).inserted }?.name
  }

  mutating func begin(_ columns: [Column]) {
    self.columns = columns
    rows = []
    isTruncated = false
    bytes = 0
    memory = 0
  }

  /// Adds a row; nil is NULL. The first one beyond a cap isn't kept, nor any after it.
  mutating func add(_ fields: [[UInt8]?]) {
    guard !isTruncated else { return }
    let size = fields.reduce(0) { $0 + ($1?.count ?? 0) }
    memory += size + Self.memoryOfRow
    for (column, field) in zip(columns, fields) {
      memory += Self.memoryOfItem * (1 + (column.type.isNested ? Self.items(field ?? []) : 0))
    }
    guard rows.count < maximumRows, bytes + size <= maximumBytes, memory <= maximumMemory else {
      isTruncated = true
      return
    }
    bytes += size
    rows.append(zip(columns, fields).map { column, field in field.map { column.type.value($0, zone: zone) } ?? .null })
  }

  /// How many items a tree or a list has at most, by the characters between them.
  private static func items(_ text: [UInt8]) -> Int {
    text.count {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{")
    }
  }

  /// Types that only the server knew: texts of such columns become values of `types`.
  mutating func resolve(_ types: [UInt32: ColumnType]) {
    for (position, column) in columns.enumerated() {
      guard case .unknown(let oid) = column.type, let type = types[oid] else { continue }
      columns[position].type = type
      for row in rows.indices {
        switch rows[row][position] {
        case .string(let text): rows[row][position] = type.value(Array(text.utf8), zone: zone)
        // Text of a database without an encoding.
        case .bytes(let bytes): rows[row][position] = type.value(bytes, zone: zone)
        default: break
        }
      }
    }
  }

  var unknownTypes: Set<UInt32> {
    Set(columns.compactMap { if case .unknown(let oid) = $0.type { oid } else { nil } })
  }

  /// Each row as a map in the order of the columns.
  var maps: [MapValue] {
    rows.map { row in MapValue(Array(zip(columns.map(\.name), row))) }
  }
}
