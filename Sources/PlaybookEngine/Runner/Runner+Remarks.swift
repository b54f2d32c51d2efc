import CEL
import ExecutorKit
public import PlaybookRecord

extension Runner {
  /// Records a remark from outside while the run goes on. Whether it is on record, now or from before; false: it is too
  /// early, or the journal can't be written, which stops the run by itself.
  public func take(_ remark: Remark) async -> Bool {
    // The first event of a journal is the run's start.
    guard state.started != nil else { return false }
    if state.remarks.contains(remark.id) { return true }
    return (try? await emit(.noteAdded(remark.note))) != nil
  }

  /// Records something about the run that the operator must know and that no step brought up.
  public func warn(_ text: String) async {
    guard !hasEnded else { return }
    _ = try? await emit(.warning(Warning(text)))
  }
}
