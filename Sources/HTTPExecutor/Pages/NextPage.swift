import CEL
import NIOHTTP1

/// Whether an answer says that it is a part of more, by the ways that APIs have for it.
struct NextPage {
  /// The sign of it, in a few words: "`Link` with rel=next", "`has_more`". Nil where there is none.
  var mention: String?

  init(_ answer: HTTPAnswer, _ body: Value) {
    mention = Self.byHeaders(answer, body) ?? body.mapValue.flatMap(Self.byBody)
  }

  // MARK: Headers

  private static func byHeaders(_ answer: HTTPAnswer, _ body: Value) -> String? {
    if LinkHeader.target(rel: "next", in: answer.headers["link"]) != nil { return "`Link` with rel=next" }
    let range = answer.headers.first(name: "content-range")
    if answer.status == 206 || range != nil, !isWhole(range, answer.status) {
      return range.map { "`Content-Range: \($0)`" } ?? "status 206"
    }
    for name in ["X-Next-Page", "X-Next-Cursor", "X-Continuation-Token"] {
      if let value = answer.headers.first(name: name), !value.isEmpty, value != "0" { return "`\(name): \(value)`" }
    }
    let place = ["X-Page", "X-Total-Pages"].map { answer.headers.first(name: $0).flatMap { Int($0) } }
    if let page = place[0], let pages = place[1], page < pages { return "`X-Page: \(page)` of \(pages)" }
    guard let count = body.listValue?.count else { return nil }
    for name in ["X-Total-Count", "X-Total", "X-WP-Total", "X-Pagination-Total-Count"] {
      if let total = answer.headers.first(name: name).flatMap({ Int($0) }), total > count {
        return "`\(name): \(total)`, and here are \(count)"
      }
    }
    return nil
  }

  /// Whether a range, `bytes 0-99/458`, is all there is; one without a total is where the status is not 206.
  private static func isWhole(_ range: String?, _ status: Int) -> Bool {
    guard let range, let slash = range.lastIndex(of: "/") else { return false }
    guard let total = Int(range[range.index(after: slash)...]) else { return status != 206 }
    let place = range[..<slash].split(separator: " ").last ?? ""
    let ends = place.split(separator: "-").map { Int($0) }
    if ends.count == 2, let first = ends[0], let last = ends[1] { return first == 0 && last >= total - 1 }
    return total == 0 || place.isEmpty
  }

  // MARK: Bodies

  /// Fields that name the next page where they are a text, a number or true.
  private static let cursors = [
    "next_cursor", "nextCursor", "next_page_token", "nextPageToken", "next_token", "nextToken", "NextToken",
    "NextMarker",
    "next_page", "nextPage", "next_url", "nextUrl", "next_link", "nextLink", "@odata.nextLink", "odata.nextLink",
    "@nextLink", "next_page_url", "nextPageUrl", "next_href", "continue", "continuation_token", "continuationToken",
    "__next", "nextRecordsUrl",
  ]
  private static let flags = [
    "has_more", "hasMore", "has_next", "hasNext", "has_next_page", "hasNextPage", "has_more_pages", "hasMorePages",
    "has_more_items", "more", "more_available", "moreAvailable", "is_truncated", "isTruncated", "IsTruncated",
    "truncated",
    "incomplete_results",
  ]
  private static let ends = ["is_last", "isLast", "is_last_page", "isLastPage", "last"]
  private static let containers = [
    "metadata", "meta", "_metadata", "_meta", "page", "paging", "pagination", "response_metadata", "page_info",
    "pageInfo",
    "pages", "cursor", "cursors", "paginator", "result_info", "d",
  ]

  private static func byBody(_ body: MapValue) -> String? {
    if let found = own(body, "", isContainer: false) ?? counts(body, body, "") { return found }
    for name in containers {
      guard let inner = body[name]?.mapValue else { continue }
      if let found = own(inner, name + ".", isContainer: true) ?? counts(inner, body, name + ".") { return found }
      // JSON:API has `meta.page`.
      for second in ["page", "pagination", "cursors"] {
        guard let page = inner[second]?.mapValue else { continue }
        let prefix = "\(name).\(second)."
        if let found = own(page, prefix, isContainer: true) ?? counts(page, body, prefix) { return found }
      }
    }
    if let found = search(body) { return found }
    for name in ["links", "_links"] where isLink(body[name]?.mapValue?["next"] ?? .null, isContainer: true) {
      return "`\(name).next`"
    }
    for link in body["links"]?.listValue ?? [] where link["rel"]?.stringValue == "next" {
      return "`links` with rel=next"
    }
    return pageInfo(.map(body), depth: 6)
  }

  /// Elasticsearch and OpenSearch: more hits than those that are here, shards that failed, or a search that ran out of
  /// time. A search that asks for no hits has all that it asks for.
  private static func search(_ body: MapValue) -> String? {
    guard let outer = body["hits"]?.mapValue, let hits = outer["hits"]?.listValue else { return nil }
    if let failed = body["_shards"]?.mapValue?["failed"]?.intValue, failed > 0 { return "`_shards.failed`: \(failed)" }
    if body["timed_out"]?.boolValue == true { return "`timed_out`" }
    guard !hits.isEmpty, let total = outer["total"]?.intValue ?? outer["total"]?.mapValue?["value"]?.intValue,
      total > Int64(hits.count)
    else { return nil }
    return "`hits.total` \(total), and here are \(hits.count)"
  }

  private static func own(_ map: MapValue, _ prefix: String, isContainer: Bool) -> String? {
    for name in cursors {
      switch map[name] {
      case .string(let text)? where !text.isEmpty && text != "null": return "`\(prefix)\(name)`"
      case .int(let number)? where number > 0: return "`\(prefix)\(name)`"
      case .bool(true)?: return "`\(prefix)\(name)`"
      case .map(let inner)? where name == "continue" && !inner.isEmpty: return "`\(prefix)\(name)`"
      default: continue
      }
    }
    if isLink(map["next"] ?? .null, isContainer: isContainer) { return "`\(prefix)next`" }
    for name in flags {
      if map[name]?.boolValue == true || map[name]?.stringValue?.lowercased() == "true" { return "`\(prefix)\(name)`" }
    }
    for name in ends where map[name]?.boolValue == false {
      // A bare `last` may be anything.
      if name != "last" || map["totalPages"] != nil || map["number"] != nil { return "`\(prefix)\(name)` is false" }
    }
    if let rest = map["remainingItemCount"]?.intValue, rest > 0 { return "`\(prefix)remainingItemCount`: \(rest)" }
    return nil
  }

  /// A field `next`: of the body itself a URL or a link, among other words on pages any text as well.
  private static func isLink(_ value: Value, isContainer: Bool) -> Bool {
    switch value {
    case .string(let text):
      !text.isEmpty && (isContainer || text.hasPrefix("http") || text.hasPrefix("/") || text.hasPrefix("?"))
    case .map(let map): map["href"]?.stringValue?.isEmpty == false
    case .int(let number): isContainer && number > 0
    default: false
    }
  }

  /// `page` 1 of `total_pages` 5; `offset` 0 and 100 items of `total` 458.
  private static func counts(_ map: MapValue, _ body: MapValue, _ prefix: String) -> String? {
    let page = number(map, ["page", "current_page", "currentPage", "page_number", "pageNumber"])
    if let (name, pages) = number(
      map, ["total_pages", "totalPages", "page_count", "pageCount", "last_page", "lastPage"])
    {
      // Spring counts its `number` from 0.
      let first: Int64 = name == "totalPages" ? 1 : 0
      let place = number(map, ["number"]).map { $0.1 + first } ?? page.map { max($0.1, 1) }
      if let place, place < pages { return "page \(place) of `\(prefix)\(name)` \(pages)" }
    }
    let lists = body.entries.compactMap { $0.value.listValue }
    let limit = number(
      map,
      [
        "limit", "per_page", "perPage", "page_size", "pageSize", "maxResults", "max_results", "itemsPerPage", "size",
      ])
    guard lists.count == 1, let limit,
      let (name, total) = number(
        map, ["total", "total_count", "totalCount", "totalResults", "total_results", "totalItems", "total_items"])
    else { return nil }
    var offset = number(map, ["offset", "startAt", "start_at", "start", "skip"])?.1
    if let first = number(map, ["startIndex"]) { offset = first.1 - 1 }
    let before = offset ?? page.map { max($0.1 - 1, 0) * limit.1 } ?? 0
    let end = before.addingReportingOverflow(Int64(lists[0].count))
    return !end.overflow && end.partialValue < total
      ? "`\(prefix)\(name)` \(total), and here are \(lists[0].count)" : nil
  }

  private static func number(_ map: MapValue, _ names: [String]) -> (String, Int64)? {
    for name in names {
      // A page's number stays far from where it could overflow.
      if let number = map[name]?.intValue, (0...Int64(Int32.max)).contains(number) { return (name, number) }
    }
    return nil
  }

  /// GraphQL's `pageInfo { hasNextPage }`, wherever it is.
  private static func pageInfo(_ value: Value, depth: Int) -> String? {
    guard depth > 0, let map = value.mapValue else { return nil }
    for entry in map.entries {
      let name = entry.key.rendered
      if name == "pageInfo" || name == "page_info", let inner = entry.value.mapValue,
        let found = own(inner, name + ".", isContainer: true)
      {
        return found
      }
      if let found = pageInfo(entry.value, depth: depth - 1) { return found }
    }
    return nil
  }
}
