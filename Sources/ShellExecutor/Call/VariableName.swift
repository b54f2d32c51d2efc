/// The names that a call may give to environment variables.
enum VariableName {
  /// Variables by which a shell or the loader would take a value for code, or look for programs elsewhere.
  private static let reserved: Set<String> = [
    "PATH", "ENV", "BASH_ENV", "IFS", "PS4", "SHELLOPTS", "BASHOPTS", "PROMPT_COMMAND",
  ]

  /// Variables from which programs take code, or the names of programs and files that they run. A text that is written
  /// out is the author's; a value is not.
  private static let code: Set<String> = [
    // Shells.
    "ZDOTDIR", "PS0", "PS1", "PS2", "PS3", "CDPATH", "HOME", "SHELL", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS",
    "XDG_DATA_DIRS",
    // The C library.
    "GCONV_PATH", "LOCPATH", "NLSPATH", "GLIBC_TUNABLES", "TERMINFO", "TERMINFO_DIRS", "TERMCAP", "MALLOC_CONF",
    // Pagers, editors, and programs that start them.
    "LESS", "LESSOPEN", "LESSCLOSE", "LESSKEY", "LESSKEYIN", "PAGER", "MANPAGER", "MANOPT", "SYSTEMD_PAGER",
    "SYSTEMD_LESS", "EDITOR", "VISUAL", "SUDO_EDITOR", "SYSTEMD_EDITOR", "BROWSER", "VIMINIT", "EXINIT", "MYVIMRC",
    "SSH_ASKPASS", "SUDO_ASKPASS", "RSYNC_RSH", "RSYNC_CONNECT_PROG", "CVS_RSH", "SVN_SSH", "TAR_OPTIONS", "TAPE",
    "PSQLRC", "PSQL_PAGER", "PSQL_EDITOR", "PGSYSCONFDIR", "MYSQL_HOME", "WGETRC", "CURL_HOME", "GNUPGHOME", "INPUTRC",
    // Languages.
    "PERL5OPT", "PERL5LIB", "PERLLIB", "PERL5DB", "PERL5SHELL", "RUBYOPT", "RUBYLIB", "RUBYSHELL", "GEM_PATH",
    "GEM_HOME",
    "BUNDLE_GEMFILE", "PHPRC", "PHP_INI_SCAN_DIR", "TCLLIBPATH", "R_PROFILE", "R_PROFILE_USER", "R_ENVIRON",
    "CLASSPATH", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_OPTS", "MAVEN_OPTS", "GRADLE_OPTS",
    "NODE_OPTIONS",
    "NODE_PATH", "DENO_DIR", "ERL_FLAGS", "ERL_AFLAGS", "ERL_ZFLAGS", "ERL_LIBS", "ELIXIR_ERL_OPTIONS", "AWKPATH",
    "AWKLIBPATH", "GUILE_LOAD_PATH", "GOFLAGS", "RUSTFLAGS", "RUSTC_WRAPPER", "MAKEFLAGS", "GNUMAKEFLAGS", "MFLAGS",
    "MAKEFILES", "OPENSSL_CONF", "OPENSSL_ENGINES", "OPENSSL_MODULES", "DOTNET_STARTUP_HOOKS",
    // Tools whose settings name programs.
    "KUBECONFIG", "KUBECTL_EXTERNAL_DIFF", "KUBE_EDITOR", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE",
    "DOCKER_CONFIG", "HELM_PLUGINS", "TF_CLI_CONFIG_FILE", "TF_CLI_ARGS", "CLOUDSDK_PYTHON",
  ]
  private static let codePrefixes = [
    "BASH_FUNC_", "PYTHON", "GIT_", "LUA_", "NPM_CONFIG_", "ANSIBLE_", "CORECLR_", "COR_PROFILER", "TF_CLI_ARGS_",
    "JULIA_", "PERL_", "GDAL_", "GTK_", "QT_",
  ]
  /// Those of the prefixes' names that are mere settings.
  private static let harmless: Set<String> = [
    "PYTHONUNBUFFERED", "PYTHONIOENCODING", "PYTHONHASHSEED", "PYTHONUTF8", "PYTHONDONTWRITEBYTECODE",
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE",
    "GIT_TERMINAL_PROMPT",
  ]

  /// The objection to a value in the variable `name`, or nil.
  static func objectionToValue(in name: String) -> String? {
    let upper = name.uppercased()
    guard !harmless.contains(upper), code.contains(upper) || codePrefixes.contains(where: upper.hasPrefix) else {
      return nil
    }
    return "`\(name)` makes programs run code, so no value may enter it"
  }

  /// The objection to `name`, or nil.
  ///
  /// Source: POSIX.1-2024, 3.216 "Name".
  static func objection(to name: String) -> String? {
    guard isName(name) else {
      return "`\(name)` is not a name of an environment variable (letters, digits and `_`, no digit first)"
    }
    if reserved.contains(name) || name.hasPrefix("LD_") || name.hasPrefix("DYLD_") {
      return "`\(name)` makes programs run code; only the environment's target may set it"
    }
    if name == Remains.variable { return "`\(name)` names the call; it is set for each" }
    return nil
  }

  /// Whether `name` is letters, digits and underscores of ASCII, with no digit first.
  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
  }
}
