// UUIDs out of names. In: a name space and a name. Out: 16 bytes. There is no random UUID: a run that is repeated or resumed
// has to give the same rows again, so a UUID is made of what the row is.

import Values

extension FunctionFamily {
  mutating func declareUUIDs() {
    declare(
      "UUID_V5", [], "The UUID of a name within a name space (RFC 9562, version 5): the same name, the same UUID.",
      examples: [
        "UUID_V5(CAST('6ba7b810-9dad-11d1-80b4-00c04fd430c8' AS UUID), 'www.example.com')":
          "2ed6657d-e927-568b-95e1-2665a8aea6a2"
      ],
      [
        FunctionSignature(
          ["namespace": .type(.uuid), "name": .text], .uuid,
          .writing { (space: Text, name: Text, sink: TextSink) in
            let lane = Text.lane(.scalar(.bytes(space.array + name.array)))
            var digest = Array(Digest.sha1(Text.read(lane, 0)).prefix(UUIDText.byteCount))
            digest[6] = digest[6] & 0x0F | 0x50
            digest[8] = digest[8] & 0x3F | 0x80
            sink.append(digest)
            return true
          })
      ])
  }
}
