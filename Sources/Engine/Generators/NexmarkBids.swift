// Bids of Nexmark: who offers how much for which auction. In comes the event's number, out comes one flat JSON object.
// Of 50 events 46 are bids, so this is where the time goes: both sides of every coin are computed, because a coin's
// branch cannot be predicted and costs more than the draw; and the texts that a bid takes from the pools are chosen a
// few dozen bids ahead, because each lies somewhere else in megabytes and would otherwise be waited for, one by one.

/// The texts of the next few bids, already on their way to the nearest cache.
final class BidTexts {
  /// The texts of so many bids fit into half of a first-level cache.
  static let count = 64
  fileprivate let channels = UnsafeMutablePointer<UnsafePointer<UInt8>>.allocate(capacity: count)
  fileprivate let channelLengths = UnsafeMutablePointer<Int>.allocate(capacity: count)
  fileprivate let paddings = UnsafeMutablePointer<UnsafePointer<UInt8>>.allocate(capacity: count)
  /// A byte of each cache line of the padding: storing them is what makes the processor load the lines.
  private let touched = UnsafeMutablePointer<UInt8>.allocate(capacity: count)

  deinit {
    channels.deallocate()
    channelLengths.deallocate()
    paddings.deallocate()
    touched.deallocate()
  }

  /// Chooses channel and padding as if every one of these events were a bid. No choice waits for another.
  func choose(_ places: Range<Int64>, disorder: Int64, _ draws: SplitMix64Draws, _ pools: NexmarkPools) {
    let (channels, channelLengths, paddings, touched) = (channels, channelLengths, paddings, touched)
    let (table, letters) = (pools.channels, pools.letters)
    var index = 0
    var place = places.lowerBound
    while place < places.upperBound {
      let event = NexmarkGenerator.event(at: place, disorder: disorder)
      let draw = draws.of(UInt64(bitPattern: event))
      let hot = Int64(NexmarkPools.channelCount) &+ draw.below(5, 4)
      let any = draw.below(6, UInt64(NexmarkPools.channelCount))
      let channel = table.text(Int(NexmarkGenerator.pick(draw[4] &>> 11 & 1, hot, any)))
      channels[index] = channel
      channelLengths[index] = NexmarkPools.channelLength(channel)
      let padding = letters + Int(draw.below(9, UInt64(NexmarkPools.letterCount - NexmarkPools.margin)))
      paddings[index] = padding
      touched[index] = padding[0] ^ padding[64]
      index &+= 1
      place &+= 1
    }
  }
}

extension NexmarkGenerator {
  /// Writes the bid of an event; `block` is the number of its 50 events, `ahead` its place in `bidTexts`.
  @inline(__always)
  mutating func writeBid(_ event: Int64, _ block: Int64, ahead: Int, to out: inout ByteCursor) {
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
    out.copy(bidTexts.channels[ahead], bidTexts.channelLengths[ahead], blocks: 8)
    time.write(clock.milliseconds(of: event), to: &out)

    // 32 bytes are numbers: the padding that brings a bid to 100 bytes has 54 to 81.
    out.put(",\"extra\":\"")
    out.copy(bidTexts.paddings[ahead], 54 &+ Int(truncatingIfNeeded: draw[8] % 28), blocks: 6)
    out.put("\"}")
  }

  /// `yes` when the coin is 1, `no` when it is 0, without a branch.
  @inline(__always)
  static func pick(_ coin: UInt64, _ yes: Int64, _ no: Int64) -> Int64 {
    let mask = Int64(bitPattern: 0 &- coin)
    return yes & mask | no & ~mask
  }
}
