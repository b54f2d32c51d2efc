import CEL
import PlaybookLanguage
import SourceText

/// The problems of a target's settings that can be told before a run: rights of a query that their author can't have
/// meant.
enum ShellSettingsCheck {
  static func problems(_ settings: TemplateTree) -> [CallProblem] {
    trust(settings) + readOnly(settings) + variables(settings)
  }

  private static func trust(_ settings: TemplateTree) -> [CallProblem] {
    guard case .value(.bool(true), _) = settings["trusted"] else { return [] }
    return [
      CallProblem(
        path: ["trusted"], code: "shell-trusted",
        message: "queries may run any program on this path, and change anything",
        help: "list the programs that only read under `read_only`, or name them as `commands` with `writes: false`",
        severity: .warning)
    ]
  }

  private static func readOnly(_ settings: TemplateTree) -> [CallProblem] {
    guard case .list(let lists, _) = settings["read_only"] else { return [] }
    return lists.enumerated().flatMap { position, tree -> [CallProblem] in
      let path = ["read_only", String(position)]
      // A list with a secret in it is looked at when it is used.
      guard let value = try? tree.resolve(Bindings([:])) else { return [] }
      do throws(AllowedWords.Problem) {
        return try AllowedWords(value).openings.map { opening in
          CallProblem(
            path: path + opening.path, code: "shell-read-only", message: opening.message, help: opening.help,
            severity: .warning)
        }
      } catch {
        return [CallProblem(path: path, code: "shell-read-only", message: "`read_only` \(error.message)")]
      }
    }
  }

  private static func variables(_ settings: TemplateTree) -> [CallProblem] {
    guard case .map(let entries, _) = settings["env"] else { return [] }
    return entries.filter { !VariableName.isName($0.key) }.map { entry in
      CallProblem(
        path: ["env", entry.key], code: "shell-variable",
        message: "`\(entry.key)` is not a name of an environment variable (letters, digits and `_`, no digit first)")
    }
  }
}

extension AllowedWords {
  /// A place of the list that lets a query do more than its author can have meant.
  struct Opening {
    var path: [String]
    var message: String
    var help: String?
  }

  /// Programs that take code or another program's words, whatever options stand before.
  private static let interpreters: Set<String> = [
    "sh", "bash", "dash", "ash", "ksh", "zsh", "fish", "python", "python3", "perl", "ruby", "node", "php", "lua",
    "tclsh", "expect", "awk", "gawk", "mawk", "sed", "env", "nohup", "nice", "ionice", "timeout", "time", "stdbuf",
    "taskset", "flock", "xargs", "sudo", "doas", "su", "runuser", "setsid", "setpriv", "ssh", "watch", "parallel",
    "script", "nsenter", "chroot", "unshare", "strace", "busybox", "toybox", "psql", "mysql", "sqlite3", "redis-cli",
    "mongosh",
  ]
  /// Programs that change something where a plain word tells them to.
  private static let doers: Set<String> = [
    "tee", "dd", "cp", "mv", "rm", "ln", "touch", "mkdir", "rmdir", "install", "truncate", "shred", "split", "csplit",
    "uniq", "xxd", "chmod", "chown", "tar", "cpio", "zip", "unzip", "gzip", "gunzip", "bzip2", "xz", "rsync", "scp",
    "sftp", "ed", "vi", "vim", "make", "docker", "podman", "crictl", "ctr", "kubectl", "helm", "git", "systemctl",
    "service", "loginctl", "hostnamectl", "timedatectl", "date", "hostname", "sysctl", "mount", "umount", "swapon",
    "swapoff", "modprobe", "kill", "pkill", "killall", "ip", "tc", "ipset", "iptables", "nft", "ufw", "ethtool",
    "route", "ifconfig", "crontab", "at", "reboot", "shutdown", "useradd", "usermod", "userdel", "passwd", "apt",
    "apt-get", "yum", "dnf", "snap", "pip", "npm", "supervisorctl", "etcdctl", "consul", "vault", "aws", "gcloud", "az",
    "curl", "wget", "nc", "socat", "openssl", "logger", "wall",
  ]

  var openings: [Opening] {
    var found: [Opening] = []
    for (position, word) in words.enumerated() {
      guard case .pattern(let pattern) = word, pattern.opensOptions else { continue }
      found.append(
        Opening(
          path: [String(position)],
          message: "`\(pattern.text)` takes any option, which may make a writer of the program",
          help: "write the options out: a pattern takes `-n` where it is `-n`"))
    }
    let options = words.dropFirst().filter { if case .exact(let text) = $0 { text.hasPrefix("-") } else { false } }
    if isOpen, options.count == words.count - 1, case .exact(let program) = words[0],
      let name = program.split(separator: "/").last.map(String.init),
      Self.interpreters.contains(name) || (options.isEmpty && Self.doers.contains(name))
    {
      found.append(
        Opening(
          path: [String(words.count)], message: "`...` behind `\(program)` lets a query tell it to change something",
          help: "write out its arguments, such as [\(name), status]"))
    }
    if words.contains(where: { if case .exact("...") = $0 { true } else { false } }) {
      found.append(
        Opening(path: [], message: "`...` stands for more words only at the end; here it is a word itself"))
    }
    return found
  }
}
