import CEL
import PlaybookLanguage
import Testing

@Suite struct `The JSON Schema` {
  private func schema(_ text: String) throws -> Value {
    try Expression(parsing: "json(text)").evaluate(Bindings(["text": .string(text)]))
  }

  @Test func `a playbook's has every key, kind and executor`() throws {
    let schema = try schema(PlaybookSchema.json(executors: SampleExecutors.all, commands: ["block_address"]))
    let names = schema["properties"]?.mapValue?.entries.map(\.key.rendered) ?? []
    #expect(names.contains("playbook") && names.contains("steps") && names.contains("inputs"))
    #expect(schema["required"]?.listValue?.compactMap(\.stringValue) == ["playbook", "title", "steps"])
    let query = try #require(schema["definitions"]?["query_step"]?["properties"])
    for name in ["query", "redis", "sql", "http", "shell", "until", "block_address"] {
      #expect(query[name] != nil, "\(name)")
    }
    #expect(query["undo"] == nil)
  }

  @Test func `every reference leads to a definition`() throws {
    for text in [
      PlaybookSchema.json(executors: SampleExecutors.all), PlaybookSchema.environments(executors: SampleExecutors.all),
    ] {
      let definitions = try schema(text)["definitions"]
      for part in text.split(separator: "\"#/definitions/").dropFirst() {
        let name = String(part.prefix { $0 != "\"" })
        #expect(definitions?[name]?.mapValue != nil, "\(name)")
      }
    }
  }

  @Test func `an environment's targets go by the executors' names`() throws {
    let schema = try schema(PlaybookSchema.environments(executors: SampleExecutors.all))
    let environment = schema["definitions"]?["environment"]
    #expect(environment?["patternProperties"]?["^redis(\\.[a-z0-9_-]+)?$"]?["properties"]?["hosts"] != nil)
  }
}
