import PlaybookLanguage
import Synchronization

/// The connections to one place: up to four for queries, one for acts. A call takes the one with the fewest calls.
final class ConnectionPool: Sendable {
  private struct Slot {
    let connection: PostgresConnection
    var calls = 0
  }

  private let settings: ConnectionSettings
  private let limit: Int
  private let slots = Mutex<[Slot]>([])

  init(_ settings: ConnectionSettings) {
    self.settings = settings
    limit = settings.mode == .query ? 4 : 1
  }

  /// A connection for one call; to be given back.
  func take() -> PostgresConnection {
    slots.withLock { slots in
      let least = slots.indices.min { slots[$0].calls < slots[$1].calls }
      if let least, slots[least].calls == 0 || slots.count >= limit {
        slots[least].calls += 1
        return slots[least].connection
      }
      let connection = PostgresConnection(settings)
      slots.append(Slot(connection: connection, calls: 1))
      return connection
    }
  }

  /// Gives a connection back. An abandoned one hangs in a call of the system's; it closes when that returns.
  func give(_ connection: PostgresConnection, isAbandoned: Bool) {
    slots.withLock { slots in
      guard let position = slots.firstIndex(where: { $0.connection === connection }) else { return }
      slots[position].calls -= 1
      if isAbandoned { slots.remove(at: position) }
    }
  }

  /// Takes all others out, which no call uses, for the caller to close.
  func drop(allBut connection: PostgresConnection) -> [PostgresConnection] {
    slots.withLock { slots in
      let others = slots.filter { $0.connection !== connection && $0.calls == 0 }.map(\.connection)
      slots.removeAll { slot in others.contains { $0 === slot.connection } }
      return others
    }
  }

  func close() async {
    let connections = slots.withLock { slots in
      defer { slots = [] }
      return slots.map(\.connection)
    }
    for connection in connections { await connection.close() }
  }
}
