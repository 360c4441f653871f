// Bytes as hexadecimal and base64, digests, stable hashes. In: BYTES, or text as its UTF-8. Out: text or bytes. Text
// that is not in the form to decode is a row error.

import Values

extension FunctionFamily {
  mutating func declareEncodings() {
    encode("TO_HEX", ["HEX"], "The bytes as hexadecimal digits.", ["TO_HEX('AB')": "4142"]) { text, sink in
      let digits = Array("0123456789abcdef".utf8)
      for index in 0..<text.count {
        sink.append(digits[Int(text[index] >> 4)])
        sink.append(digits[Int(text[index] & 15)])
      }
    }
    encode("TO_BASE64", [], "The bytes in base64.", ["TO_BASE64('abc')": "YWJj"]) { text, sink in
      let buffer = ByteBuffer(capacity: text.count * 2 + 8)
      BinaryText.write(base64: text.base, count: text.count, into: buffer)
      sink.append(Text(base: UnsafePointer(buffer.base), count: buffer.count))
      withExtendedLifetime(buffer) {}
    }
    decode("FROM_HEX", ["UNHEX"], "The bytes of hexadecimal digits.", ["LENGTH(FROM_HEX('4142'))": "2"]) {
      BinaryText.parse(hex: $0.base, count: $0.count, to: $1)
    }
    decode("FROM_BASE64", [], "The bytes of base64.", ["SAFE_CONVERT_BYTES_TO_STRING(FROM_BASE64('YWJj'))": "abc"]) {
      BinaryText.parse(base64: $0.base, count: $0.count, to: $1)
    }
    digest("MD5", "The MD5 digest, 16 bytes.", ["TO_HEX(MD5('abc'))": "900150983cd24fb0d6963f7d28e17f72"], Digest.md5)
    digest(
      "SHA1", "The SHA-1 digest, 20 bytes.", ["TO_HEX(SHA1('abc'))": "a9993e364706816aba3e25717850c26c9cd0d89d"],
      Digest.sha1)
    digest(
      "SHA256", "The SHA-256 digest, 32 bytes.",
      [
        "TO_HEX(SHA256('abc'))": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      ], Digest.sha256)
    declare(
      "HASH64", ["HASH_CODE"], "A 64-bit hash, the same in every run and version.",
      examples: ["HASH64(1) = HASH64(1)": "true"],
      [
        FunctionSignature(["value": .int], .int64, .map { (x: Int64) in Int64(bitPattern: Hash.int(x)) }),
        FunctionSignature(["value": .text], .int64, Digest.textHash),
        FunctionSignature(["value": .bytes], .int64, Digest.textHash),
      ])
    declare(
      "SAFE_CONVERT_BYTES_TO_STRING", [], "The bytes as text, with U+FFFD where they are not UTF-8.",
      examples: ["SAFE_CONVERT_BYTES_TO_STRING(FROM_HEX('41ff'))": "A\u{FFFD}"],
      [
        FunctionSignature(
          ["bytes": .bytes], .text,
          .writing { (text: Text, sink: TextSink) in
            for scalar in UTF8Scalar.scalars(text) { sink.append(scalar: scalar) }
            return true
          })
      ])
    declare(
      "TO_CODE_POINTS", [], "The code points of a text.", examples: ["TO_CODE_POINTS('aö')": "[97, 246]"],
      [FunctionSignature(["text": .text], .array(element: .int64), ArrayKernel.codePoints)])
  }

  private mutating func encode(
    _ name: String, _ aliases: [String], _ summary: String, _ examples: KeyValuePairs<String, String>,
    _ function: @escaping @Sendable (Text, TextSink) -> Void
  ) {
    let kernel = Kernel.writing { (text: Text, sink: TextSink) in
      function(text, sink)
      return true
    }
    declare(
      name, aliases, summary, examples: examples,
      [FunctionSignature(["bytes": .bytes], .text, kernel), FunctionSignature(["text": .text], .text, kernel)])
  }

  private mutating func decode(
    _ name: String, _ aliases: [String], _ summary: String, _ examples: KeyValuePairs<String, String>,
    _ function: @escaping @Sendable (Text, UnsafeMutablePointer<UInt8>) -> Int?
  ) {
    declare(
      name, aliases, summary, examples: examples,
      [
        FunctionSignature(
          ["text": .text], .bytes(),
          .writing(or: .failure(.invalidArgument)) { (text: Text, sink: TextSink) in
            guard let target = sink.reserve(text.count) else { return true }
            guard let length = function(text, target) else { return false }
            sink.advance(length)
            return true
          })
      ])
  }

  private mutating func digest(
    _ name: String, _ summary: String, _ examples: KeyValuePairs<String, String>,
    _ function: @escaping @Sendable (Text) -> [UInt8]
  ) {
    let kernel = Kernel.writing { (text: Text, sink: TextSink) in
      sink.append(function(text))
      return true
    }
    declare(
      name, [], summary, examples: examples,
      [FunctionSignature(["text": .text], .bytes(), kernel), FunctionSignature(["bytes": .bytes], .bytes(), kernel)])
  }
}
