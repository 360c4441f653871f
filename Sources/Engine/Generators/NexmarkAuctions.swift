// Auctions of Nexmark: what is for sale, from whom, until when. In comes the event's number, out comes one flat JSON
// object.

extension NexmarkGenerator {
  /// Writes the auction of an event; `offset` is its place in the `block` of 50 events.
  mutating func writeAuction(_ event: Int64, _ block: Int64, _ offset: Int64, to out: inout ByteCursor) {
    let draw = draws.of(UInt64(bitPattern: event))
    out.put("{\"id\":")
    out.put(number: block &* 3 &+ offset &- 1 &+ Self.firstID)
    out.put(",\"itemName\":\"")
    var length = writeWords(draw[5], longest: 20, to: &out)
    out.put("\",\"description\":\"")
    length += writeWords(draw[6], longest: 100, to: &out)
    let initial = NexmarkPrice.price(draw[3], pools.powers)
    out.put("\",\"initialBid\":")
    out.put(number: initial)
    out.put(",\"reserve\":")
    out.put(number: initial &+ NexmarkPrice.price(draw[7], pools.powers))
    out.put(",\"dateTime\":\"")
    let opens = clock.milliseconds(of: event)
    time.write(opens, to: &out)
    // The auctions in flight span this many events, and an auction stays open for up to twice their time.
    let horizon = clock.milliseconds(of: event &+ Self.auctionsInFlight * 50 / 3) &- opens
    let open = draw.below(4, UInt64(bitPattern: max(2 &* horizon, 1)))
    out.put(",\"expires\":\"")
    expiry.write(opens &+ 1 &+ open, to: &out)
    let hot = draw.below(0, 4) > 0
    let seller = hot ? block / Self.batch &* Self.batch : activePerson(block, draw[1])
    out.put(",\"seller\":")
    out.put(number: seller &+ Self.firstID)
    out.put(",\"category\":")
    out.put(number: 10 &+ draw.below(2, 5))
    out.put(",\"extra\":\"")
    writePadding(draw, 8, length: 48 + length, average: 500, to: &out)
    out.put("\"}")
  }
}
