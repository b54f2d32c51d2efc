import CGMP

/// Whole numbers of any length, by GMP.
enum LongArithmetic {
  /// `left` × 10^`leftPower` and `right` × 10^`rightPower`, added, subtracted or multiplied (`+`, `-`, `*`). All are
  /// digits, a `-` before them where they are negative. The caller sees to it that the result has a size that memory holds.
  static func combine(
    _ operation: Unicode.Scalar, _ left: String, by leftPower: Int = 0, _ right: String, by rightPower: Int = 0
  ) -> String {
    let text = unsafe playbook_gmp_combine(
      CChar(operation.value), left, CUnsignedLong(leftPower), right, CUnsignedLong(rightPower))
    guard let text = unsafe text else { preconditionFailure("GMP gives no text") }
    defer { unsafe playbook_gmp_free(text) }
    return unsafe String(cString: text)
  }
}
