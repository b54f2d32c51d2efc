extension LintRule {
  /// The problems that are reported while a file is read.
  static let grammar = grammarOfSteps + grammarOfCalls + grammarOfValues + grammarOfFiles + grammarOfYAML
}
