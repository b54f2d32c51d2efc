import CLibCrypto

/// The SHA-256 digest of `bytes`, 32 bytes (FIPS 180-4, by OpenSSL's libcrypto).
package func sha256(_ bytes: [UInt8]) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: 32)
  var length: UInt32 = 0
  let isDone = unsafe EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil)
  precondition(isDone == 1 && length == 32, "libcrypto has no SHA-256")
  return digest
}

/// The HMAC of `bytes` with SHA-256, 32 bytes (FIPS 198-1, by OpenSSL's libcrypto).
package func hmacSHA256(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
  var code = [UInt8](repeating: 0, count: 32)
  var length = 0
  let made = unsafe EVP_Q_mac(
    nil, "HMAC", nil, "SHA256", nil, key, key.count, bytes, bytes.count, &code, code.count, &length)
  precondition(unsafe made != nil && length == 32, "libcrypto has no HMAC")
  return code
}

/// `bytes` as lower-case hexadecimal digits.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// A text that tells values apart without showing them: `sha256:` and the first 12 hexadecimal digits of the SHA-256 of
/// a string's UTF-8, of bytes as they are, or of another value's JSON.
public func fingerprint(_ value: Value) -> String {
  let bytes: [UInt8] =
    switch value {
    case .string(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    default: value.jsonBytes()
    }
  return "sha256:" + hexadecimal(sha256(bytes).prefix(6))
}
