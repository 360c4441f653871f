// Time zone files as RFC 8536 defines them (TZif, version 2 and later). In: a file's bytes. Out: its transitions and
// rule. Never traps on a damaged file: it is no zone then.

import Glibc

/// The content of a zone file.
struct ZoneFile: Hashable, Sendable {
  /// When offsets change, in seconds, ascending, and the offset from then on.
  var transitions: [Int64] = []
  var offsets: [Int64] = []
  /// The offset before the first transition.
  var initial: Int64 = 0
  /// The rule after the last transition.
  var rule: PosixZone?

  /// Reads the 64-bit part of a file; nil when it is none.
  init?(_ bytes: [UInt8]) {
    guard let first = Header(bytes, at: 0), first.version >= 50 else { return nil }
    let start = 44 + first.size(time: 4)
    guard let header = Header(bytes, at: start) else { return nil }
    let times = start + 44
    let kinds = times + header.times * 8
    let types = kinds + header.times
    let footer = times + header.size(time: 8)
    guard header.types > 0, footer <= bytes.count else { return nil }
    func offset(_ type: Int) -> Int64? {
      type < header.types ? Int64(Int32(truncatingIfNeeded: Self.number(bytes, types + type * 6, 4))) : nil
    }
    initial = offset(0) ?? 0
    for i in 0..<header.times {
      let at = Self.number(bytes, times + i * 8, 8)
      guard let offset = offset(Int(bytes[kinds + i])), at > transitions.last ?? .min else { return nil }
      transitions.append(at)
      offsets.append(offset)
    }
    var text = Array(bytes[footer...])
    if text.first == 10 { text.removeFirst() }
    if let end = text.firstIndex(of: 10) { text.removeSubrange(end...) }
    rule = PosixZone(text)
  }

  private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int64 {
    Int64(bitPattern: bytes[start..<(start + count)].reduce(0) { $0 << 8 | UInt64($1) })
  }

  private struct Header {
    let version: UInt8
    let utc, standard, leaps, times, types, letters: Int

    init?(_ bytes: [UInt8], at start: Int) {
      guard start >= 0, bytes.count >= start + 44, Array(bytes[start..<(start + 4)]) == Array("TZif".utf8) else {
        return nil
      }
      version = bytes[start + 4]
      let counts = (0..<6).map { Int(ZoneFile.number(bytes, start + 20 + $0 * 4, 4)) }
      guard counts.allSatisfy({ $0 <= 1 << 20 }) else { return nil }
      (utc, standard, leaps) = (counts[0], counts[1], counts[2])
      (times, types, letters) = (counts[3], counts[4], counts[5])
    }

    /// The bytes after the header, with times of the given width.
    func size(time: Int) -> Int {
      times * (time + 1) + types * 6 + letters + leaps * (time + 4) + standard + utc
    }
  }

  /// The folder of the system's zone files; the variable TZDIR chooses another.
  static var folder: String {
    if let given = getenv("TZDIR") { return String(cString: given) }
    return "/usr/share/zoneinfo"
  }

  /// The bytes of a zone's file; nil when there is none, or the name is not that of one.
  static func read(_ name: String) -> [UInt8]? {
    let allowed = name.utf8.allSatisfy { byte in
      (byte | 0x20 >= 97 && byte | 0x20 <= 122) || (byte >= 48 && byte <= 57) || [43, 45, 47, 95].contains(byte)
    }
    guard allowed, !name.isEmpty, !name.hasPrefix("/"), name.utf8.count < 64 else { return nil }
    let file = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 17)
    let count = Glibc.read(file, &bytes, bytes.count)
    guard count > 44 else { return nil }
    return Array(bytes[..<count])
  }

  /// The names that start a zone's file name in the database, for suggestions: from its list of zones.
  static func names() -> [String] {
    for list in ["tzdata.zi", "zone1970.tab", "zone.tab"] {
      let found = names(inList: list)
      if !found.isEmpty { return found }
    }
    return []
  }

  private static func names(inList list: String) -> [String] {
    let file = open("\(folder)/\(list)", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 18)
    let count = max(Glibc.read(file, &bytes, bytes.count), 0)
    var names: [String] = []
    for line in String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n") {
      // tzdata.zi: "Z name ..." and "L target name"; the tables: code, place and name between tabs.
      let words = line.split { $0 == " " || $0 == "\t" }
      if line.hasPrefix("Z "), words.count > 1 {
        names.append(String(words[1]))
      } else if words.count > 2, !line.hasPrefix("#"), line.hasPrefix("L ") || words[2].contains("/") {
        names.append(String(words[2]))
      }
    }
    return names
  }
}
