extension Expression {
  /// Names that nothing of an author's may have: the words of the language, its types, macros, functions and namespaces.
  package static let reservedNames: Set<String> = {
    var names = Words.keywords.union(Words.reserved)
    for word in Array(Words.types.keys) + Function.names {
      let parts = word.split(separator: ".").map(String.init)
      names.formUnion([parts.first, parts.last].compactMap { $0 })
    }
    return names.union(Macro.forms.map(\.name)).union(["cel"])
  }()

  /// The reference page of operators, macros and functions in Markdown, from the tables that the evaluator and the checker
  /// use.
  package static func referenceMarkdown() -> String {
    var page = "## Operators\n\n| operator | types |\n|---|---|\n"
    page +=
      "| `!a`, `a && b`, `a \\|\\| b`, `a ? b : c` | bool; an error or unknown is absorbed where the other side decides |\n"
    page += "| `-a` | int, double, decimal |\n"
    for row in OperatorTable.rows {
      let marks = row.marks.map { "`\($0.rawValue)`" }.joined(separator: " ")
      page += "| \(marks) | `\(row.left), \(row.right)` → `\(row.result)` |\n"
    }
    page += "| `a.b`, `a.?b`, `a[b]`, `a[?b]` | fields and elements; with `?` as an optional |\n"
    page += "\n## Macros\n\n| macro | is |\n|---|---|\n"
    for form in Macro.forms { page += "| `\(form.form)` | \(form.summary) |\n" }
    for chapter in Function.Chapter.allCases {
      page += "\n## \(chapter.rawValue)\n\n| function | is |\n|---|---|\n"
      for function in Function.all where function.chapter == chapter {
        let signatures = function.overloads.map { "`\($0.signature(function.name))`" }.joined(separator: "<br>")
        page += "| \(signatures) | \(function.summary) |\n"
      }
    }
    return page
  }
}
