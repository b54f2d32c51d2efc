import CLibPQ
import ExecutorKit

/// One result of libpq, freed at its end.
@safe final class Answer {
  enum Kind {
    /// Rows, one row, or the end of a command without any.
    case rows
    case copy
    case error(ServerError)
  }

  private let result: OpaquePointer

  init?(_ result: OpaquePointer?) {
    guard let result = unsafe result else { return nil }
    unsafe self.result = unsafe result
  }

  deinit { unsafe PQclear(result) }

  var kind: Kind {
    switch unsafe PQresultStatus(result) {
    case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .rows
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: .copy
    default: .error(error)
    }
  }

  /// The command tag: `SELECT 3`; empty where there is none.
  var tag: String { unsafe String(cString: PQcmdStatus(result)) }

  var columns: [RowCollector.Column] {
    unsafe (0..<PQnfields(result)).map { position in
      let name = unsafe PQfname(result, position).map { unsafe String(cString: $0) } ?? ""
      return RowCollector.Column(name: name, type: ColumnType(oid: unsafe PQftype(result, position)))
    }
  }

  /// The bytes of the widest row's fields as they came.
  var widest: Int {
    let (count, width) = unsafe (PQntuples(result), PQnfields(result))
    return (0..<count).map { row in
      (0..<width).reduce(0) { sum, column in sum + Int(unsafe PQgetlength(result, row, column)) }
    }.max() ?? 0
  }

  /// Hands the rows over and says how many they are.
  @discardableResult
  func add(to rows: inout RowCollector) -> Int {
    let (count, width) = unsafe (PQntuples(result), PQnfields(result))
    for row in 0..<count { rows.add((0..<width).map { field(row, $0) }) }
    return Int(count)
  }

  private func field(_ row: Int32, _ column: Int32) -> [UInt8]? {
    guard unsafe PQgetisnull(result, row, column) == 0 else { return nil }
    let length = Int(unsafe PQgetlength(result, row, column))
    return unsafe Array(UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: length))
  }

  private var error: ServerError {
    // The manual's field codes are character constants, which C macros don't bring into Swift.
    func field(_ code: Unicode.Scalar) -> String? {
      unsafe PQresultErrorField(result, Int32(UInt8(ascii: code))).map { unsafe String(cString: $0) }
    }
    let message = field("M") ?? ServerError.firstLine(unsafe String(cString: PQresultErrorMessage(result)))
    return ServerError(sqlstate: field("C"), message: message.said(), position: field("P").flatMap { Int($0) })
  }
}
