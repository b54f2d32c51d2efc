import CEL

extension EventWire {
  /// The fields of an event in today's shape, where an older version wrote another.
  static func upgraded(_ type: EventType, _ data: MapValue) -> MapValue {
    var data = data
    switch type {
    case .runFinished:
      // They were maps with the path and the text.
      if let failed = data["failed"]?.listValue, failed.contains(where: { $0.mapValue != nil }) {
        data["failed"] = .list(failed.map { $0["path"] ?? $0 })
      }
    default: break
    }
    return data
  }
}
