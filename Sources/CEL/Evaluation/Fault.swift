/// An error in a function or an operator, before it has a place.
struct Fault: Error {
  let message: String
  var help: String?

  init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }

  static func overflow(_ what: String) -> Fault { Fault("\(what) is beyond 64 bits") }
}
