extension LintRule {
  /// What is reported while a file is read.
  static let grammar = grammarOfSteps + grammarOfCalls + grammarOfValues + grammarOfFiles + grammarOfYAML
}
