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

  init(rows: Int, bytes: Int) {
    maximumRows = rows
    maximumBytes = bytes
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
  }

  /// Adds a row; nil is NULL. The first one beyond a cap isn't kept, nor any after it.
  mutating func add(_ fields: [[UInt8]?]) {
    guard !isTruncated else { return }
    let size = fields.reduce(0) { $0 + ($1?.count ?? 0) }
    guard rows.count < maximumRows, bytes + size <= maximumBytes else {
      isTruncated = true
      return
    }
    bytes += size
    rows.append(zip(columns, fields).map { column, field in field.map { column.type.value($0, zone: zone) } ?? .null })
  }

  /// Types that only the server knew: texts of such columns become what `types` says.
  mutating func resolve(_ types: [UInt32: ColumnType]) {
    for (position, column) in columns.enumerated() {
      guard case .unknown(let oid) = column.type, let type = types[oid] else { continue }
      columns[position].type = type
      for row in rows.indices {
        if case .string(let text) = rows[row][position] {
          rows[row][position] = type.value(Array(text.utf8), zone: zone)
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
