// Between instants and local time, for loops: remembers the last span of one offset, which the next row is mostly in.
// In: microseconds. Out: microseconds. Never shared: each loop has its own.

/// Converts between instants and the local time of one zone.
///
/// Local time that a forward change skips is moved forward by the skipped length; local time that happens twice means
/// the first.
public struct ZoneCursor: Sendable {
  /// The zone.
  public let rules: TimeZoneRules
  @usableFromInline var offset: Int64
  @usableFromInline var from: Int64
  @usableFromInline var until: Int64

  /// A cursor over the rules of a zone.
  public init(_ rules: TimeZoneRules) {
    self.rules = rules
    // An empty span: the first question fills it. A fixed zone needs no question.
    offset = rules.fixed &* 1_000_000
    from = rules.isFixed ? .min : 0
    until = rules.isFixed ? .max : 0
  }

  /// Microseconds east of UTC at an instant.
  @inlinable
  public mutating func offset(at instant: Int64) -> Int64 {
    if instant < from || instant >= until { move(to: instant) }
    return offset
  }

  /// The local time of an instant.
  @inlinable
  public mutating func local(_ instant: Int64) -> Int64 { instant &+ offset(at: instant) }

  @usableFromInline
  mutating func move(to instant: Int64) {
    let span = rules.span(CivilCalendar.floorDivide(instant, 1_000_000))
    offset = span.offset &* 1_000_000
    from = Self.microseconds(span.from)
    until = Self.microseconds(span.until)
  }

  private static func microseconds(_ seconds: Int64) -> Int64 {
    let (value, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? (seconds < 0 ? .min : .max) : value
  }

  /// The instant of a local time.
  @inlinable
  public mutating func instant(_ local: Int64) -> Int64 {
    let guess = local &- offset
    // More than a day inside the span no other offset can be meant. (No zone changes twice within two days.)
    let day = CivilCalendar.microsecondsPerDay
    if (from == .min || guess > from &+ day) && (until == .max || guess < until &- day) { return guess }
    return search(local)
  }

  @usableFromInline
  mutating func search(_ local: Int64) -> Int64 {
    let day = CivilCalendar.microsecondsPerDay
    let before = offset(at: local &- day)
    let after = offset(at: local &+ day)
    if before != after {
      if offset(at: local &- before) == before { return local &- before }
      if offset(at: local &- after) == after { return local &- after }
    }
    return local &- before
  }
}
