import FoundationEssentials
import SourceText

/// The output of `playbook test`.
struct TestReport {
  var results: [TestResult]
  var took: Duration

  /// One line, and under it everything that did not hold.
  static func line(_ result: TestResult) -> String {
    let word = result.isCut ? "cut " : result.passed ? "ok  " : "FAIL"
    var text = "\(word)  \(Visible.text(result.name))  \(seconds(result.took))\n"
    guard !result.passed, !result.isCut else { return text }
    let renderer = DiagnosticRenderer()
    for failure in result.failures.inOrderOfPlaces {
      for line in renderer.render(failure).split(separator: "\n") { text += "      \(line)\n" }
    }
    return text
  }

  /// The last line.
  var summary: String {
    let failed = results.count { !$0.passed }
    let count = results.count == 1 ? "1 scenario test" : "\(results.count) scenario tests"
    return "playbook test: \(count), \(failed == 0 ? "all passed" : "\(failed) failed"), \(Self.seconds(took))\n"
  }

  static func seconds(_ duration: Duration) -> String {
    let tenths = Int((duration / .milliseconds(100)).rounded())
    return "\(tenths / 10).\(tenths % 10)s"
  }

  /// JUnit XML, as CI systems read it: a suite for each scenario, a case for each test.
  var junit: String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"playbook test\""
    text += Self.counts(results, took) + ">\n"
    var scenarios: [String] = []
    for result in results where !scenarios.contains(Self.scenario(result)) { scenarios.append(Self.scenario(result)) }
    for scenario in scenarios {
      let own = results.filter { Self.scenario($0) == scenario }
      let sum = own.reduce(Duration.zero) { $0 + $1.took }
      text += "  <testsuite name=\"\(Self.escaped(scenario))\"\(Self.counts(own, sum))>\n"
      text += own.map(Self.testCase).joined() + "  </testsuite>\n"
    }
    return text + "</testsuites>\n"
  }

  func writeJUnit(to path: String) throws {
    do { try Data(junit.utf8).write(to: URL(filePath: path)) } catch {
      throw CommandFailure.failed("can't write \(path): \(error)")
    }
  }

  private static func testCase(_ result: TestResult) -> String {
    let name = result.name.drop { $0 != "/" }.dropFirst()
    var text = "    <testcase classname=\"\(escaped(scenario(result)))\" name=\"\(escaped(String(name)))\""
    text += " time=\"\(seconds(result.took).dropLast())\""
    if let file = result.file { text += " file=\"\(escaped(file))\"" }
    if result.passed { return text + "/>\n" }
    text += ">\n"
    if result.isCut { text += "      <skipped message=\"interrupted\"/>\n" }
    let renderer = DiagnosticRenderer()
    for failure in result.isCut ? [] : result.failures {
      text += "      <failure type=\"\(escaped(failure.code))\" message=\"\(escaped(failure.message))\">"
      text += escaped(renderer.render(failure)) + "</failure>\n"
    }
    return text + "    </testcase>\n"
  }

  private static func counts(_ results: [TestResult], _ took: Duration) -> String {
    let failed = results.count { !$0.passed && !$0.isCut }
    let skipped = results.count { $0.isCut }
    return
      " tests=\"\(results.count)\" failures=\"\(failed)\" skipped=\"\(skipped)\" time=\"\(seconds(took).dropLast())\""
  }

  private static func scenario(_ result: TestResult) -> String { String(result.name.prefix { $0 != "/" }) }

  /// As XML 1.0 has text and attributes; characters that it can't hold at all become U+FFFD.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "\n": escaped += "&#10;"
      case "\t", "\r": escaped += "&#\(scalar.value);"
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
