import CEL
package import ExecutorKit
import FoundationEssentials
import Glibc
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// A scenario's world while it is up: Redis, PostgreSQL, the admin API, the programs that keep the incident going.
package actor World {
  private let drill: DrillWorld
  private let folder: WorldFolder
  private let cache: ClusterCache?
  private let account: ServerAccount
  private let executors: [any Executor]
  private var children: [ChildProcess] = []
  /// Nil while it is stopped.
  private var redis: RedisServer?
  private var control: Task<Void, Never>?
  private var api: AdminAPI?

  /// - Parameters:
  ///   - cache: nil: the database is made anew.
  ///   - executors: those by which the admin API reaches the servers: `redis` and `sql`.
  package init(
    _ drill: DrillWorld, in folder: WorldFolder, cache: ClusterCache?, account: ServerAccount, executors: [any Executor]
  ) {
    self.drill = drill
    self.folder = folder
    self.cache = cache
    self.account = account
    self.executors = executors
  }

  /// Brings everything up; `serve` serves the admin API on a loopback port, which it returns.
  ///
  /// Throws where something doesn't start; ``stop()`` is still to be called then.
  package func start(
    serve: @Sendable (AdminAPI) async throws(DrillError) -> Int
  ) async throws(DrillError) -> WorldAddresses {
    var diagnostics: [Diagnostic] = []
    let description = try drill.readAPI(executors: executors.map(\.schema), diagnostics: &diagnostics)
    if diagnostics.contains(where: { $0.severity == .error }) {
      throw DrillError(.badDescription, DiagnosticRenderer().render(diagnostics))
    }
    try makeSecrets(drill.environment.secrets + description.secrets)
    let (redis, sql) = try await startServers()
    let targets = [
      target("redis", ["url": .string(redis.url)]), target("sql", ["url": .string(sql.url(role: "admin"))]),
      target("shell", ["path": [.string(folder.programs)], "trusted": true]),
    ]
    let api = AdminAPI(
      description, executors: executors, targets: targets, secretsIn: folder.secrets, log: try CallLog(folder.calls))
    self.api = api
    let port = try await serve(api)
    let addresses = WorldAddresses(folder: folder, http: "http://127.0.0.1:\(port)", redis: redis, sql: sql)
    try await hand(over: addresses)
    return addresses
  }

  /// Ends everything that was started and removes the world's files.
  package func stop() async {
    await api?.close()
    control?.cancel()
    await control?.value
    // The background programs first: they would only complain that the servers are gone.
    for child in children.reversed() { await child.stop() }
    children = []
    await redis?.process.stop()
    folder.remove()
  }

  private func startServers() async throws(DrillError) -> (RedisServer, PostgreSQLServer) {
    async let redisResult = result { () async throws(DrillError) in try await self.startRedis() }
    async let sqlResult = result { () async throws(DrillError) in try await self.startPostgreSQL() }
    let (redis, sql) = await (redisResult, sqlResult)
    return (try redis.get(), try sql.get())
  }

  private nonisolated func result<Server: Sendable>(
    _ start: @Sendable () async throws(DrillError) -> Server
  ) async -> Result<Server, DrillError> {
    do { return .success(try await start()) } catch { return .failure(error) }
  }

  private func startRedis() async throws(DrillError) -> RedisServer {
    let redis = try await RedisServer.start(in: folder.servers, as: account)
    self.redis = redis
    try await redis.seed(script: drill.redisScript, commands: drill.redisCommands)
    return redis
  }

  /// The request of the world's own `redis` program; gives its output.
  private func carryOut(_ request: String) async -> String {
    do throws(DrillError) {
      switch request {
      case "stop", "kill":
        guard let running = redis else { return "ok Redis is stopped already" }
        redis = nil
        if request == "stop" { await running.shutDown() }
        await running.process.stop()
        return "ok Redis is stopped"
      case "start":
        guard redis == nil else { return "ok Redis is running already" }
        redis = try await RedisServer.start(in: folder.servers, as: account)
        // Read back by now; after a later `kill` there is nothing to come back to.
        try? FileManager.default.removeItem(atPath: folder.servers + "/dump.rdb")
        return "ok Redis is running"
      default: return "error: redis start | stop | kill | restart | status"
      }
    } catch {
      return "error: \(error.message)"
    }
  }

  private func startPostgreSQL() async throws(DrillError) -> PostgreSQLServer {
    let programs = try PostgreSQLServer.programs()
    let data = folder.servers + "/postgresql"
    let key = ClusterCache.key(try await ingredients(programs))
    if let cache, try await cache.restore(key, to: data) {
      do { return try await open(data, programs) } catch {
        if Task.isCancelled { throw error }
        cache.discard(key)
        try? FileManager.default.removeItem(atPath: data)
      }
    }
    try await PostgreSQLServer.initialize(data, programs: programs, as: account)
    try await seed(data, programs)
    await cache?.store(key, from: data)
    return try await open(data, programs)
  }

  /// Starts a seeded cluster and brings its rows up to the present.
  private func open(_ data: String, _ programs: String) async throws(DrillError) -> PostgreSQLServer {
    let server = try await PostgreSQLServer.start(data, socketIn: folder.servers, programs: programs, as: account)
    do {
      if let file = drill.currentRows { try await server.run([.file(file)]) }
    } catch {
      await server.process.stop()
      throw error
    }
    children.append(server.process)
    return server
  }

  /// Roles, schema and rows, after which the cluster is shut down.
  private func seed(_ data: String, _ programs: String) async throws(DrillError) {
    let server = try await PostgreSQLServer.start(
      data, socketIn: folder.servers, programs: programs, as: account, kept: true)
    var failure: DrillError?
    do {
      try await server.run(
        [
          .text("ALTER DATABASE postgres RENAME TO app"), .text("CREATE ROLE reader LOGIN"),
          .text("CREATE ROLE admin LOGIN"),
        ],
        database: "template1")
      try await server.run((drill.schema.map { [.file($0)] } ?? []) + Self.grants.map { .text($0) })
      try await server.run([.text("VACUUM (FREEZE, ANALYZE)")], inOneTransaction: false)
    } catch { failure = error }
    await server.process.stop()
    if let failure { throw failure }
  }

  private static let grants = [
    "GRANT USAGE ON SCHEMA public TO reader, admin",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO admin",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO admin",
  ]

  /// All that the seeded cluster depends on.
  private func ingredients(_ programs: String) async throws(DrillError) -> [String] {
    let version = try await Command.run(ServerAccount(user: nil).command([programs + "/postgres", "--version"])).output
    let schema = try drill.schema.map { path throws(DrillError) in try DrillWorld.read(path).bytes } ?? []
    return ["1", version, account.user ?? "", String(decoding: schema, as: UTF8.self)] + Self.grants
  }

  private func makeSecrets(_ names: [String]) throws(DrillError) {
    guard unsafe mkdir(folder.secrets, 0o700) == 0 else { throw .system(.failed, "can't make \(folder.secrets)") }
    for name in Set(names).sorted() {
      try folder.write("drill-" + UUID().uuidString.lowercased() + "\n", to: "\(folder.secrets)/\(name)")
    }
  }

  private func target(_ name: String, _ settings: Value) -> ResolvedTarget {
    ResolvedTarget(name: name, settings: settings.mapValue ?? MapValue(), environment: "drill")
  }

  /// Writes down how the world is reached, and starts its background programs.
  private func hand(over addresses: WorldAddresses) async throws(DrillError) {
    let values = [
      "redis": addresses.redis, "sql": addresses.sql, "sql_admin": addresses.sqlAdmin, "http": addresses.http,
      "bin": folder.programs, "folder": folder.path, "secrets": folder.secrets,
    ]
    let requests = WorldControl(folder.control)
    try requests.makeProgram()
    control = Task { await requests.serve { request in await self.carryOut(request) } }
    try folder.write(drill.environment.filled(values), to: folder.environment)
    // The folder's path is made of plain characters, so that nothing in these needs quoting but `?` and `&`.
    let lines = values.merging(["control": folder.control]) { $1 }.sorted { $0.key < $1.key }.map {
      "WORLD_\($0.key.uppercased())='\($0.value)'\n"
    }
    try folder.write(lines.joined(), to: folder.shellVariables)
    if let programs = drill.programs { try folder.copyPrograms(programs, to: folder.programs) }
    if let start = drill.start { try await run(start) }
    guard let background = drill.background else { return }
    try folder.copyPrograms(background.folder, to: folder.background)
    for name in background.names {
      let program = "\(folder.background)/\(name)"
      guard unsafe access(program, X_OK) == 0 else {
        throw .system(.badDescription, "the background program \(background.folder)/\(name) can't be run")
      }
      let command = ServerAccount(user: nil).command([program])
      children.append(try await ChildProcess.start(name, command, folder: folder.path))
    }
  }

  /// Runs `drill/start` to its end.
  private func run(_ start: String) async throws(DrillError) {
    let program = folder.path + "/start"
    try folder.copyPrograms(start, to: program)
    let result = try await Command.run(ServerAccount(user: nil).command([program]))
    guard result.succeeded else {
      throw DrillError(.failed, "\(start) ended with \(result.status)\n\(result.output)")
    }
  }
}
