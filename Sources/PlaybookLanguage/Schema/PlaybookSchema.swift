import CEL

/// The JSON Schema (draft 7, which editors read) of the files that authors write, made from the tables that the decoder
/// reads by.
public enum PlaybookSchema {
  /// Of a playbook's file. `commands` are the names of an environment's commands, which stand where executors do.
  public static func json(executors: [ExecutorSchema], commands: [String] = []) -> String {
    document("A playbook: one section of a runbook that runs", .playbook, executors, commands)
  }

  /// Of `environments.yaml`.
  public static func environments(executors: [ExecutorSchema]) -> String {
    document("Where playbooks run: environments.yaml", .environmentFile, executors, [])
  }

  private static func document(
    _ title: String, _ table: KeyTable, _ executors: [ExecutorSchema], _ commands: [String]
  ) -> String {
    var writer = SchemaWriter(executors: executors, commands: commands)
    let root = writer.object(table)
    var document = MapValue([
      ("$schema", "http://json-schema.org/draft-07/schema#"), ("title", .string(title)),
    ])
    for entry in root.entries { document.insert(entry.value, for: entry.key) }
    document["definitions"] = .map(MapValue(writer.definitions.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    return Value.map(document).jsonText(pretty: true) + "\n"
  }
}
