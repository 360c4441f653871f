// What a time zone is: the offset from UTC at every instant. In: a name or a fixed offset. Out: offsets and spans.
// Never guesses: an unknown name is nil, with near names beside it.

/// The rules of one zone.
public struct TimeZoneRules: Sendable, Hashable, CustomStringConvertible {
  /// The name by which it was asked for.
  public let name: String
  let file: ZoneFile?
  /// Seconds east of UTC of a zone with one offset.
  let fixed: Int64

  /// Coordinated Universal Time.
  public static let utc = TimeZoneRules(name: "UTC", fixed: 0)

  private init(name: String, fixed: Int64 = 0, file: ZoneFile? = nil) {
    self.name = name
    self.fixed = fixed
    self.file = file
  }

  /// The zone called `name`: `UTC`, `Z`, a fixed offset such as `+02:00`, or a name of the system's database
  /// (`Europe/Berlin`). nil when there is none.
  public init?(_ name: String) {
    let upper = name.uppercased()
    if upper == "UTC" || upper == "Z" || upper == "GMT" || upper == "ETC/UTC" {
      self.init(name: name, fixed: 0)
    } else if let offset = Self.fixedOffset(Array(name.utf8)) {
      self.init(name: name, fixed: offset)
    } else if let bytes = ZoneFile.read(name), let file = ZoneFile(bytes) {
      self.init(name: name, file: file)
    } else {
      return nil
    }
  }

  public var description: String { name }

  /// Whether the zone has one offset for all time.
  public var isFixed: Bool { file == nil }

  /// `+hh`, `+hhmm` or `+hh:mm` in seconds, at most 18 hours.
  static func fixedOffset(_ text: [UInt8]) -> Int64? {
    guard let sign = text.first, sign == 43 || sign == 45 else { return nil }
    let digits = text.dropFirst().filter { $0 != 58 }
    guard digits.count == 2 || digits.count == 4, digits.allSatisfy({ $0 >= 48 && $0 <= 57 }),
      text.count == digits.count + 1 || (text.count == 6 && text[3] == 58)
    else { return nil }
    let number = digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    let (hours, minutes) = digits.count == 2 ? (number, 0) : (number / 100, number % 100)
    guard minutes < 60, hours * 60 + minutes <= 18 * 60 else { return nil }
    return (sign == 45 ? -60 : 60) * (hours * 60 + minutes)
  }

  /// The offset at an instant, and the instants between which it holds; all in seconds.
  func span(_ seconds: Int64) -> ZoneSpan {
    guard let file else { return ZoneSpan(offset: fixed, from: .min, until: .max) }
    let times = file.transitions
    guard let first = times.first, let last = times.last else {
      return file.rule?.span(seconds) ?? ZoneSpan(offset: file.initial, from: .min, until: .max)
    }
    if seconds < first { return ZoneSpan(offset: file.initial, from: .min, until: first) }
    if seconds >= last {
      guard let rule = file.rule else {
        return ZoneSpan(offset: file.offsets.last ?? file.initial, from: last, until: .max)
      }
      var span = rule.span(seconds)
      span.from = max(span.from, last)
      return span
    }
    var low = 0
    var high = times.count - 1
    while low + 1 < high {
      let middle = (low + high) / 2
      if times[middle] <= seconds { low = middle } else { high = middle }
    }
    return ZoneSpan(offset: file.offsets[low], from: times[low], until: times[high])
  }

  /// Microseconds east of UTC at an instant. Loops use a `ZoneCursor`.
  public func offset(at instant: Int64) -> Int64 {
    span(CivilCalendar.floorDivide(instant, 1_000_000)).offset &* 1_000_000
  }

  /// Names of zones that resemble an unknown one, the nearest first, at most three.
  public static func suggestions(for name: String) -> [String] {
    let wanted = Array(name.lowercased().utf8)
    if wanted.isEmpty || wanted.count > 64 { return [] }
    let ranked = ZoneFile.names().map { candidate -> (String, Int) in
      let lower = candidate.lowercased()
      let city = lower.split(separator: "/").last.map(String.init) ?? lower
      let last = name.lowercased().split(separator: "/").last.map(String.init) ?? ""
      return (candidate, min(distance(wanted, Array(lower.utf8)), 1 + distance(Array(last.utf8), Array(city.utf8))))
    }
    let near = ranked.filter { $0.1 <= max(2, wanted.count / 4) }
    return near.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.prefix(3).map(\.0)
  }

  /// The number of edits from one word to the other (Levenshtein).
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
