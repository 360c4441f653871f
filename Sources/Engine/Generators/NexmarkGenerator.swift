// The event stream of Nexmark, the auction site: of 50 events 1 registers a person, 3 open an auction and 46 are bids.
// In comes a range of event numbers; out come the rows of the combined stream, and the same rows flat in one stream per
// type. Any range gives the same bytes, whatever was made before it.
//
// P. Tucker, K. Tufte, V. Papadimos, D. Maier, "NEXMark: A Benchmark for Queries over Data Streams" (2002), with the
// proportions and skews of the generator that Beam and Flink use. A bidder's id gets the offset of 1000 once, so that
// bidders are persons.

struct NexmarkGenerator: EventWriter {
  static let streams = ["events", "persons", "auctions", "bids"]

  static let firstID: Int64 = 1000
  static let activePeople: Int64 = 1000
  static let lead: Int64 = 10
  /// Hot sellers, bidders and auctions change once in this many.
  static let batch: Int64 = 100
  static let auctionsInFlight: Int64 = 100
  /// No row is longer: 900 bytes are texts, the rest are keys, numbers and times.
  static let longestRow = 1500

  let draws: SplitMix64Draws
  let pools: NexmarkPools
  let clock: EventClock
  let disorder: Int64
  var time = TimestampText(separator: 32, closing: 34)
  var expiry = TimestampText(separator: 32, closing: 34)
  let bidTexts = BidTexts()
  private var counted = KindCounts()

  init(_ options: GeneratorOptions, pools: NexmarkPools) {
    draws = SplitMix64Draws(seed: options.seed)
    self.pools = pools
    clock = EventClock(baseMilliseconds: options.base / 1000, rate: options.rate)
    disorder = Int64(options.disorder)
  }

  /// The event at a place of the stream: itself, or shuffled within its group of `disorder`.
  @inline(__always)
  static func event(at place: Int64, disorder: Int64) -> Int64 {
    disorder > 1 ? place / disorder &* disorder &+ place &* 953 % disorder : place
  }

  mutating func write(_ events: Range<Int64>, to sheets: UnsafeMutableBufferPointer<Sheet>) {
    var all = sheets[0]
    var persons = sheets[1]
    var auctions = sheets[2]
    var bids = sheets[3]
    let partitions = Int64(all.partitions)
    all.turn = Int(events.lowerBound % partitions)
    if partitions > 1 {
      counted.advance(to: events.lowerBound, disorder: disorder)
      persons.turn = Int(counted.persons % partitions)
      auctions.turn = Int(counted.auctions % partitions)
      bids.turn = Int(counted.bids % partitions)
    }
    var place = events.lowerBound
    var ahead = BidTexts.count
    while place < events.upperBound {
      if ahead == BidTexts.count {
        let end = min(place &+ Int64(BidTexts.count), events.upperBound)
        bidTexts.choose(place..<end, disorder: disorder, draws, pools)
        ahead = 0
      }
      let event = Self.event(at: place, disorder: disorder)
      let block = Int64(truncatingIfNeeded: UInt64(bitPattern: event) / 50)
      let offset = event &- block &* 50
      var out = all.open(longest: Self.longestRow)
      if offset > 3 {
        out.put("{\"event_type\":2,\"bid\":")
        let start = out.at
        writeBid(event, block, ahead: ahead, to: &out)
        Self.copyRow(from: start, to: out.at, into: &bids)
      } else if offset > 0 {
        out.put("{\"event_type\":1,\"auction\":")
        let start = out.at
        writeAuction(event, block, offset, to: &out)
        Self.copyRow(from: start, to: out.at, into: &auctions)
      } else {
        out.put("{\"event_type\":0,\"person\":")
        let start = out.at
        writePerson(event, block, to: &out)
        Self.copyRow(from: start, to: out.at, into: &persons)
      }
      out.put("}\n")
      all.close(out)
      ahead &+= 1
      place &+= 1
    }
  }

  @inline(__always)
  private static func copyRow(
    from start: UnsafeMutablePointer<UInt8>, to end: UnsafeMutablePointer<UInt8>, into sheet: inout Sheet
  ) {
    var out = sheet.open(longest: longestRow)
    out.copy(start, end - start)
    out.put(10)
    sheet.close(out)
  }

  /// One of the people who are active now, or about to register; `person` is the last who has.
  @inline(__always)
  func activePerson(_ person: Int64, _ bits: UInt64) -> Int64 {
    let people = person &+ 1
    let active = min(people, Self.activePeople)
    // A division by the constant is a multiplication; after the first second of a stream it is always this one.
    let bound = UInt64(bitPattern: active &+ Self.lead)
    let pick = bound == 1010 ? (bits &>> 11) % 1010 : (bits &>> 11) % bound
    return people &- active &+ Int64(truncatingIfNeeded: pick)
  }

  /// Padding that brings a row of `length` bytes to about `average`, give or take a fifth of what is missing.
  @inline(__always)
  func writePadding(_ draw: EventDraws, _ k: UInt64, length: Int, average: Int, to out: inout ByteCursor) {
    let room = max(average - length, 0)
    let delta = Int((Double(room) * 0.2).rounded(.toNearestOrEven))
    let extra = Int(truncatingIfNeeded: draw[k] % UInt64(truncatingIfNeeded: max(2 * delta, 1)))
    let offset = draw.below(k + 1, UInt64(NexmarkPools.letterCount - NexmarkPools.margin))
    out.copy(pools.letters + Int(offset), room - delta + extra)
  }

  /// A text of 3 to `longest - 1` letters and spaces, without those at its ends; returns its length.
  @inline(__always)
  func writeWords(_ bits: UInt64, longest: UInt64, to out: inout ByteCursor) -> Int {
    var length = 3 + Int(truncatingIfNeeded: bits % (longest - 3))
    let offset = (bits &>> 20) % UInt64(NexmarkPools.letterCount - NexmarkPools.margin)
    var start = pools.words + Int(truncatingIfNeeded: offset)
    while length > 0 && start.pointee == 32 {
      start += 1
      length -= 1
    }
    while length > 0 && start[length - 1] == 32 { length -= 1 }
    out.copy(start, length)
    return length
  }
}

/// How many events of each type lie before a place of the stream; it only moves forwards.
private struct KindCounts {
  private(set) var persons: Int64 = 0
  private(set) var auctions: Int64 = 0
  private(set) var bids: Int64 = 0
  private var place: Int64 = 0

  mutating func advance(to end: Int64, disorder: Int64) {
    if disorder == 1 {
      let rest = end % 50
      persons = end / 50 + min(rest, 1)
      auctions = end / 50 * 3 + min(max(rest - 1, 0), 3)
      bids = end - persons - auctions
      return
    }
    // Groups may overlap or repeat when the group size is a multiple of the stride: count what is really there.
    while place < end {
      let offset = NexmarkGenerator.event(at: place, disorder: disorder) % 50
      persons += offset == 0 ? 1 : 0
      auctions += offset > 0 && offset < 4 ? 1 : 0
      place += 1
    }
    bids = end - persons - auctions
  }
}
