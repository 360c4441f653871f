// Bids of Nexmark: who offers how much for which auction. In comes the event's number, out comes one flat JSON object.
// Of 50 events 46 are bids, so this is where the time goes: both sides of every coin are computed, because a coin's
// branch cannot be predicted and costs more than the draw.

extension NexmarkGenerator {
  /// Writes the bid of an event; `block` is the number of its 50 events.
  @inline(__always)
  mutating func writeBid(_ event: Int64, _ block: Int64, to out: inout ByteCursor) {
    let draw = draws.of(UInt64(bitPattern: event))
    let newest = block &* 3 &+ 2
    let oldest = max(newest &- Self.auctionsInFlight, 0)
    let bound = UInt64(bitPattern: newest &- oldest &+ 1 &+ Self.lead)
    let bits = draw[1] &>> 11
    let any = oldest &+ Int64(truncatingIfNeeded: bound == 111 ? bits % 111 : bits % bound)
    let hotAuction = newest / Self.batch &* Self.batch
    out.put("{\"auction\":")
    out.put(number: Self.pick(draw[0] &>> 11 & 1, hotAuction, any) &+ Self.firstID)

    let anyone = activePerson(block, draw[3])
    let hotBidder = block / Self.batch &* Self.batch &+ 1
    let coin = draw[2] &>> 11
    out.put(",\"bidder\":")
    out.put(number: Self.pick((coin | coin &>> 1) & 1, hotBidder, anyone) &+ Self.firstID)

    out.put(",\"price\":")
    out.put(number: NexmarkPrice.price(draw[7], pools.powers))

    let hotChannel = Int64(NexmarkPools.channelCount) &+ draw.below(5, 4)
    let anyChannel = draw.below(6, UInt64(NexmarkPools.channelCount))
    let channel = Int(Self.pick(draw[4] &>> 11 & 1, hotChannel, anyChannel))
    out.copy(pools.channels.text(channel), pools.channels.length(channel), blocks: 8)
    time.write(clock.milliseconds(of: event), to: &out)

    // 32 bytes are numbers: the padding that brings a bid to 100 bytes has 54 to 81.
    out.put(",\"extra\":\"")
    let length = 54 &+ Int(truncatingIfNeeded: draw[8] % 28)
    let offset = draw.below(9, UInt64(NexmarkPools.letterCount - NexmarkPools.margin))
    out.copy(pools.letters + Int(offset), length, blocks: 6)
    out.put("\"}")
  }

  /// `yes` when the coin is 1, `no` when it is 0, without a branch.
  @inline(__always)
  private static func pick(_ coin: UInt64, _ yes: Int64, _ no: Int64) -> Int64 {
    let mask = Int64(bitPattern: 0 &- coin)
    return yes & mask | no & ~mask
  }
}
