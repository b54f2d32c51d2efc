import CEL

extension Timestamp {
  /// As HTTP has times: `Sun, 06 Nov 1994 08:49:37 GMT`. Source: RFC 9110, section 5.6.7.
  var httpDate: String {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    // 2026-11-23T17:15:00Z
    let parts = description.split { "-T:.Z".contains($0) }
    let secondsOfADay: Int64 = 86_400
    let day = (seconds - (seconds % secondsOfADay + secondsOfADay) % secondsOfADay) / secondsOfADay
    let month = Int(parts[1]) ?? 1
    return "\(days[Int((day % 7 + 7) % 7)]), \(parts[2]) \(months[month - 1]) \(parts[0]) "
      + "\(parts[3]):\(parts[4]):\(parts[5]) GMT"
  }
}
