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
    library("PlaybookEngine", ["PlaybookLanguage", "SourceText", "CEL"]),
    library("PlaybookJournal", ["PlaybookEngine", "CEL", "CLinux"]),
    library("TextCoding", ["CLinux", "CZlib"]),
    library("Reach", ["PlaybookEngine", "CEL", "CLibCrypto", nio, nioPosix, nioSSL]),
    library(
      "RedisExecutor", ["Reach", "PlaybookEngine", "PlaybookLanguage", "CEL", "CHiredis", nio, nioPosix, nioSSL]),
    library("SQLExecutor", ["PlaybookEngine", "PlaybookLanguage", "CEL", "CLibPQ", "CPgQuery", "CLinux"]),
    library(
      "HTTPExecutor",
      [
        "Reach", "TextCoding", "PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL", httpClient, nio, nioPosix,
        nioHTTP, nioSSL,
      ]),
    library("ShellExecutor", ["PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL", subprocess]),
    library("ManualExecutor", ["PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL"]),
    library("PluginExecutor", ["PlaybookEngine", "PlaybookLanguage", "CEL", subprocess]),
    library("PlaybookTranscript", ["PlaybookJournal", "PlaybookEngine", "SourceText", "CEL"]),
    library("PlaybookTerminal", ["PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL", "CLinux"]),
    library(
      "PlaybookDrill",
      ["PlaybookEngine", "PlaybookLanguage", "YAMLTree", "SourceText", "CEL", "CLinux", subprocess] + executors),
    library(
      "PlaybookCommands",
      [
        "SourceText", "YAMLTree", "CEL", "PlaybookLanguage", "PlaybookEngine", "PlaybookJournal", "PlaybookTranscript",
        "PlaybookTerminal", "PlaybookDrill", "CLinux", argumentParser, subprocess,
      ] + executors),
    .executableTarget(name: "playbook", dependencies: ["PlaybookCommands"], swiftSettings: settings),
    .executableTarget(
      name: "playbook-world",
      dependencies: [
        "PlaybookDrill", "PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL", "RedisExecutor", "SQLExecutor",
        "ShellExecutor", hummingbird, hummingbirdCore, nio,
      ],
      swiftSettings: settings),

    tests("SourceTextTests", ["SourceText"]),
    tests("YAMLTreeTests", ["YAMLTree", "SourceText"]),
    tests("CELTests", ["CEL"], exclude: ["Cases"]),
    tests("PlaybookLanguageTests", ["PlaybookLanguage", "YAMLTree", "SourceText", "CEL"]),
    tests("PlaybookEngineTests", ["PlaybookEngine", "PlaybookLanguage", "YAMLTree", "SourceText", "CEL"]),
    tests("PlaybookJournalTests", ["PlaybookJournal", "PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL"]),
    tests(
      "PlaybookTranscriptTests",
      ["PlaybookTranscript", "PlaybookJournal", "PlaybookEngine", "CEL", "CGumbo", "CCmarkGFM"],
      exclude: ["Snapshots"]),
    tests(
      "RedisExecutorTests", ["RedisExecutor", "PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL", nio, nioPosix]),
    tests(
      "SQLExecutorTests",
      ["SQLExecutor", "PlaybookEngine", "PlaybookJournal", "PlaybookLanguage", "SourceText", "CEL"]),
    tests(
      "HTTPExecutorTests",
      ["HTTPExecutor", "PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL", nio, nioPosix, nioHTTP, nioSSL]),
    tests("TextCodingTests", ["TextCoding", "CZlib"]),
    tests("ReachTests", ["Reach", "PlaybookEngine", "PlaybookLanguage", "CEL", nioSSL]),
    tests("ShellExecutorTests", ["ShellExecutor", "PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL"]),
    tests("ManualExecutorTests", ["ManualExecutor", "PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL"]),
    tests(
      "PluginExecutorTests", ["PluginExecutor", "PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL"],
      exclude: ["Fixtures"]),
    tests("PlaybookTerminalTests", ["PlaybookTerminal", "PlaybookEngine", "PlaybookLanguage", "SourceText", "CEL"]),
    tests("PlaybookDrillTests", ["PlaybookDrill", "playbook-world", "SourceText", "CEL"]),
    tests("PlaybookCommandsTests", ["playbook", "playbook-world"]),
    tests(
      "RecordedJournalTests",
      ["PlaybookCommands", "PlaybookEngine", "PlaybookJournal", "PlaybookLanguage", "PlaybookTranscript", "CEL"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
