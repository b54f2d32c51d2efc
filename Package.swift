// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

func system(_ name: String, pkgConfig: String? = nil, apt: String) -> Target {
  .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let executors: [Target.Dependency] = [
  "RedisExecutor", "SQLExecutor", "HTTPExecutor", "ShellExecutor", "ManualExecutor", "PluginExecutor",
]

let package = Package(
  name: "playbook",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "playbook", targets: ["playbook"]),
    .executable(name: "playbook-world", targets: ["playbook-world"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    system("CLibYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
    system("CHiredis", apt: "libhiredis-dev"),
    system("CLibPQ", pkgConfig: "libpq", apt: "libpq-dev"),
    system("CPgQuery", apt: "libpg-query-dev"),
    system("CLibCrypto", apt: "libssl-dev"),
    system("CGMP", pkgConfig: "gmp", apt: "libgmp-dev"),
    system("CLinux", apt: "libc6-dev"),
    system("CZlib", apt: "zlib1g-dev"),
    // The tests alone read transcripts as a browser and a ticket system do.
    system("CGumbo", apt: "libgumbo-dev"),
    system("CCmarkGFM", apt: "libcmark-gfm-extensions-dev"),
    .target(name: "CRE2", path: "Sources/C/CRE2", linkerSettings: [.linkedLibrary("re2")]),
    .target(name: "CNlohmannJSON", path: "Sources/C/CNlohmannJSON"),

    library("SourceText", []),
    library("YAMLTree", ["CLibYAML", "SourceText"]),
    library("CEL", ["CRE2", "CNlohmannJSON", "CLibCrypto", "CGMP"]),
    library("PlaybookLanguage", ["SourceText", "YAMLTree", "CEL"]),
    library("PlaybookRecord", ["PlaybookLanguage", "SourceText", "CEL"]),
    library("ExecutorKit", ["PlaybookLanguage", "CEL"]),
    library("PlaybookEngine", ["PlaybookRecord", "ExecutorKit", "PlaybookLanguage", "SourceText", "CEL"]),
    library("PlaybookJournal", ["PlaybookRecord", "SourceText", "CEL", "CLinux"]),
    library("TextCoding", ["CLinux", "CZlib"]),
    library("Reach", ["ExecutorKit", "CEL", "CLibCrypto", nio, nioPosix, nioSSL]),
    library(
      "RedisExecutor", ["Reach", "ExecutorKit", "PlaybookLanguage", "CEL", "CHiredis", nio, nioPosix, nioSSL]),
    library("SQLExecutor", ["ExecutorKit", "PlaybookLanguage", "CEL", "CLibPQ", "CPgQuery", "CLinux"]),
    library(
      "HTTPExecutor",
      [
        "Reach", "TextCoding", "ExecutorKit", "PlaybookLanguage", "SourceText", "CEL", httpClient, nio, nioPosix,
        nioHTTP, nioSSL,
      ]),
    library("ShellExecutor", ["ExecutorKit", "PlaybookLanguage", "SourceText", "CEL", subprocess]),
    library("ManualExecutor", ["ExecutorKit", "PlaybookLanguage", "SourceText", "CEL"]),
    library("PluginExecutor", ["ExecutorKit", "PlaybookLanguage", "SourceText", "CEL", subprocess]),
    library("PlaybookTranscript", ["PlaybookJournal", "PlaybookRecord", "SourceText", "CEL"]),
    library("PlaybookTerminal", ["PlaybookRecord", "PlaybookLanguage", "SourceText", "CEL", "CLinux"]),
    library(
      "PlaybookDrill",
      [
        "PlaybookEngine", "PlaybookRecord", "ExecutorKit", "PlaybookLanguage", "YAMLTree", "SourceText", "CEL",
        "CLinux", subprocess,
      ] + executors),
    library(
      "PlaybookCommands",
      [
        "SourceText", "YAMLTree", "CEL", "PlaybookLanguage", "PlaybookRecord", "ExecutorKit", "PlaybookEngine",
        "PlaybookJournal", "PlaybookTranscript",
        "PlaybookTerminal", "PlaybookDrill", "CLinux", argumentParser, subprocess,
      ] + executors),
    .executableTarget(name: "playbook", dependencies: ["PlaybookCommands"], swiftSettings: settings),
    .executableTarget(
      name: "playbook-world",
      dependencies: [
        "PlaybookDrill", "PlaybookEngine", "PlaybookRecord", "ExecutorKit", "PlaybookLanguage", "SourceText", "CEL",
        "RedisExecutor", "SQLExecutor",
        "ShellExecutor", hummingbird, hummingbirdCore, nio,
      ],
      swiftSettings: settings),

    tests("SourceTextTests", ["SourceText"]),
    tests("YAMLTreeTests", ["YAMLTree", "SourceText"]),
    tests("CELTests", ["CEL"], exclude: ["Cases"]),
    tests("PlaybookLanguageTests", ["PlaybookLanguage", "YAMLTree", "SourceText", "CEL"]),
    .target(
      name: "PlaybookTestSupport", dependencies: ["PlaybookRecord", "CEL"], path: "Tests/PlaybookTestSupport",
      swiftSettings: settings),
    tests("PlaybookRecordTests", ["PlaybookRecord", "CEL"]),
    tests(
      "PlaybookEngineTests",
      [
        "PlaybookTestSupport", "PlaybookEngine", "PlaybookRecord", "ExecutorKit", "PlaybookLanguage", "YAMLTree",
        "SourceText", "CEL",
      ]),
    tests(
      "PlaybookJournalTests",
      [
        "PlaybookTestSupport", "PlaybookJournal", "PlaybookEngine", "PlaybookRecord", "ExecutorKit", "PlaybookLanguage",
        "SourceText", "CEL",
      ]),
    tests(
      "PlaybookTranscriptTests",
      ["PlaybookTestSupport", "PlaybookTranscript", "PlaybookJournal", "PlaybookRecord", "CEL", "CGumbo", "CCmarkGFM"],
      exclude: ["Snapshots"]),
    tests(
      "RedisExecutorTests", ["RedisExecutor", "ExecutorKit", "PlaybookLanguage", "SourceText", "CEL", nio, nioPosix]),
    tests(
      "SQLExecutorTests",
      ["SQLExecutor", "ExecutorKit", "PlaybookRecord", "PlaybookJournal", "PlaybookLanguage", "SourceText", "CEL"]),
    tests(
      "HTTPExecutorTests",
      ["HTTPExecutor", "ExecutorKit", "PlaybookLanguage", "SourceText", "CEL", nio, nioPosix, nioHTTP, nioSSL]),
    tests("TextCodingTests", ["TextCoding", "CZlib"]),
    tests("ReachTests", ["Reach", "ExecutorKit", "PlaybookLanguage", "CEL", nioSSL]),
    tests(
      "ShellExecutorTests", ["ShellExecutor", "ExecutorKit", "PlaybookRecord", "PlaybookLanguage", "SourceText", "CEL"]),
    tests("ManualExecutorTests", ["ManualExecutor", "ExecutorKit", "PlaybookLanguage", "SourceText", "CEL"]),
    tests(
      "PluginExecutorTests", ["PluginExecutor", "ExecutorKit", "PlaybookLanguage", "SourceText", "CEL"],
      exclude: ["Fixtures"]),
    tests(
      "PlaybookTerminalTests",
      ["PlaybookTestSupport", "PlaybookTerminal", "PlaybookRecord", "PlaybookLanguage", "SourceText", "CEL"]),
    tests("PlaybookDrillTests", ["PlaybookDrill", "playbook-world", "SourceText", "CEL"]),
    tests("PlaybookCommandsTests", ["playbook", "playbook-world"]),
    tests(
      "RecordedJournalTests",
      [
        "PlaybookCommands", "PlaybookEngine", "PlaybookRecord", "ExecutorKit", "PlaybookJournal", "PlaybookLanguage",
        "PlaybookTranscript", "CEL",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
