import CEL

extension Transcript {
  var measuresHTML: HTML {
    let moments: [HTML] = times.map {
      "<tr><th scope=\"row\">\($0.name)</th><td><time datetime=\"\($0.at.description)\">\(TimeText.utc($0.at))</time></td><td class=\"number\">\($0.offset)</td></tr>\n"
    }
    let tiles: [HTML] = durations.map { fact in
      let isMissed = fact.name == "Response clock" && measures.clock?.isKept == false
      let parts = fact.text.split(separator: ": ", maxSplits: 1).map(String.init)
      let detail: HTML = parts.count > 1 ? "<span class=\"offset\">\(parts[1])</span>" : ""
      return
        "<div class=\"tile\(isMissed ? " bad" : "")\"><dt>\(fact.name)</dt><dd>\(parts.first ?? "")\(detail)</dd></div>\n"
    }
    return """
      <section id="measures" aria-labelledby="measures-title">
      <h2 id="measures-title">Times</h2>
      <dl class="tiles">
      \(tiles)</dl>
      \(strip)\(Self.table(
        "Points in time (UTC); offsets from \(zeroName)", label: "Points in time", columns: ["What", "When", "Offset"],
        rows: moments))</section>

      """
  }

  /// People's time and the machine's on two lanes, and the points in time on a third.
  private var strip: HTML {
    guard let start = report.started, let end = report.ended ?? report.last, start < end else { return "" }
    let scale = TimeScale(start: start, end: end)
    func lane(_ name: String, _ spans: [RunReport.Span], _ style: String) -> HTML {
      let total = spans.map(\.length).reduce(.zero, +)
      let rectangles: [HTML] = scale.bars(spans).map {
        "<rect class=\"\(style)\" x=\"\($0.lowerBound)\" y=\"0\" width=\"\($0.count)\" height=\"24\"/>"
      }
      let label = "\(name): \(TimeText.short(total)) in \(spans.count == 1 ? "1 span" : "\(spans.count) spans")"
      return """
        <div class="lane"><span aria-hidden="true">\(name)</span><svg viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label="\(label)"><rect class="track" x="0" y="0" width="1000" height="24"/>\(rectangles)</svg><span class="number" aria-hidden="true">\(TimeText.short(total))</span></div>

        """
    }
    let points = times.filter { $0.at >= start && $0.at <= end && $0.name != "Started" && $0.name != "Ended" }
    let marks: [HTML] = points.map {
      "<rect class=\"mark\" x=\"\(min(scale.place($0.at), 996))\" y=\"0\" width=\"4\" height=\"24\"><title>\($0.name) \(clock($0.at))</title></rect>"
    }
    let said = points.map { "\($0.name) \(clock($0.at))" }.joined(separator: ", ")
    let legend: HTML = points.isEmpty ? "" : "<p class=\"offset\" aria-hidden=\"true\">Points: \(said)</p>\n"
    return """
      <figure class="strip">
      <figcaption>The run from \(clock(start)) to \(clock(end)): when people were waited for, when calls were under way</figcaption>
      \(lane("People", measures.human, "human"))\(lane("Machine", measures.machine, "machine"))<div class="lane"><span aria-hidden="true">Points</span><svg viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label="Points in time: \(said)"><rect class="track" x="0" y="0" width="1000" height="24"/>\(marks)</svg><span class="number" aria-hidden="true">\(points.count)</span></div>
      <div class="lane axis" aria-hidden="true"><span></span><span class="ends"><span>\(clock(start))</span><span>\(clock(end))</span></span><span></span></div>
      \(legend)</figure>

      """
  }

  func timelineHTML<Failure: Error>(_ write: (String) throws(Failure) -> Void) throws(Failure) {
    let title: HTML = """
      <section id="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <div class="scroll" role="group" aria-label="Timeline" tabindex="0">
      <table class="timeline stacked" role="table">
      <caption>What happened (UTC; offsets from \(zeroName)). Each event has an address of its own: <code>#event-1</code>.</caption>
      <thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Time</th><th role="columnheader" scope="col">What</th><th role="columnheader" scope="col">Result</th></tr></thead>
      <tbody role="rowgroup">

      """
    try write(title.text)
    var shown = 0
    let listed = Set(report.timeline.map(\.sequence))
    for moment in report.timeline {
      try write(row(moment, after: shown, listed).text)
      shown = max(shown, moment.sequence)
    }
    try write("</tbody>\n</table>\n</div>\n</section>\n\n")
  }

  /// Events that have no line of their own are found at the next one that has.
  private func row(_ moment: RunReport.Moment, after shown: Int, _ listed: Set<Int>) -> HTML {
    let earlier = Self.anchors(shown + 1, through: moment.sequence - 1, without: listed)
    let who: HTML = moment.who.map { " <span class=\"who\">by \($0)</span>" } ?? ""
    let (said, came) = (EvidenceBody.shortened(moment.what), EvidenceBody.shortened(moment.result ?? ""))
    let what: HTML = moment.isProse ? "\(flatProse: said)" : "\(flat: said)"
    let result: HTML =
      moment.isResultProse ? "\(flatProse: came)" : moment.isResultSaid ? "\(flat: came)" : "\(flatCode: came)"
    let evidence: HTML = moment.number.map { " <a href=\"#evidence-\($0)\">E\($0)</a>" } ?? ""
    return """
      <tr role="row" id="event-\(moment.sequence)" class="kind-\(Self.safe(moment.kind))"><td role="cell">\(earlier)<a class="when" href="#event-\(moment.sequence)"><time datetime="\(moment.at.description)">\(clock(moment.at))</time></a> <span class="offset">\(offset(moment.at))</span></td><td role="cell"><span class="kind">\(moment.kind)</span> \(what)\(who)</td><td role="cell">\(result)\(evidence)</td></tr>

      """
  }

  static func anchors(_ first: Int, through last: Int, without listed: Set<Int>) -> [HTML] {
    first > last ? [] : (first...last).filter { !listed.contains($0) }.map { "<span id=\"event-\($0)\"></span>" }
  }

  private static func safe(_ word: String) -> String { word.filter { $0.isASCII && $0.isLetter } }
}

/// From points in time to places on a strip of 1000 units.
struct TimeScale {
  var start: Timestamp
  var end: Timestamp

  func place(_ time: Timestamp) -> Int {
    let share = time.since(start) / end.since(start)
    return Int(max(0, min(1, share)) * 1000)
  }

  /// Each span at least 3 units wide, so that it is seen; those that touch are one.
  func bars(_ spans: [RunReport.Span]) -> [Range<Int>] {
    var bars: [Range<Int>] = []
    for span in spans {
      let from = min(place(span.from), 997)
      let bar = from..<max(place(span.to), from + 3)
      if let last = bars.last, bar.lowerBound <= last.upperBound + 1 {
        bars[bars.count - 1] = last.lowerBound..<max(last.upperBound, bar.upperBound)
      } else {
        bars.append(bar)
      }
    }
    return bars
  }
}
