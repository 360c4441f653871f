// Persons of Nexmark: who registers on the auction site. In comes the event's number, out comes one flat JSON object.

extension NexmarkGenerator {
  /// Writes the person of an event; `block` is the number of its 50 events.
  mutating func writePerson(_ event: Int64, _ block: Int64, to out: inout ByteCursor) {
    let draw = draws.of(UInt64(bitPattern: event))
    out.put("{\"id\":")
    out.put(number: block + Self.firstID)
    out.put(",\"name\":\"")
    let first = Int(draw.below(0, 11))
    let last = Int(draw.below(1, 9))
    var start = out.at
    out.copy(pools.firstNames.text(first), pools.firstNames.length(first), blocks: 1)
    out.put(32)
    out.copy(pools.lastNames.text(last), pools.lastNames.length(last), blocks: 1)
    var length = out.at - start
    out.put("\",\"emailAddress\":\"")
    start = out.at
    _ = writeWords(draw[2], longest: 7, to: &out)
    out.put(64)
    _ = writeWords(draw[3], longest: 5, to: &out)
    out.put(".com")
    length += out.at - start
    out.put("\",\"creditCard\":\"")
    var digits = draw[4]
    for group in 0..<4 {
      if group > 0 { out.put(32) }
      out.put(padded4: digits % 10_000)
      digits /= 10_000
    }
    out.put("\",\"city\":\"")
    let city = Int(draw.below(5, 10))
    let state = Int(draw.below(6, 6))
    out.copy(pools.cities.text(city), pools.cities.length(city), blocks: 1)
    out.put("\",\"state\":\"")
    out.copy(pools.states.text(state), pools.states.length(state), blocks: 1)
    out.put("\",\"dateTime\":\"")
    time.write(clock.milliseconds(of: event), to: &out)
    out.put(",\"extra\":\"")
    // 8 bytes of id, 19 of card number.
    length += 8 + 19 + pools.cities.length(city) + pools.states.length(state)
    writePadding(draw, 7, length: length, average: 200, to: &out)
    out.put("\"}")
  }
}
