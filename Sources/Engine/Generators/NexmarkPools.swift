// The texts that all Nexmark events share: two pools of random letters, names and places, and the channels with their
// web addresses. In comes a seed; out comes memory that is only read afterwards, padded so that copies of whole blocks
// stay inside it. It is made once per run and shared by all threads.

/// Short constant texts in slots of one width.
struct TextTable {
  private let base: UnsafeMutablePointer<UInt8>
  private let lengths: UnsafeMutablePointer<Int>
  private let stride: Int
  private let count: Int

  /// Every text is at most `stride` bytes long.
  init(_ texts: [[UInt8]], stride: Int) {
    self.stride = stride
    count = texts.count
    let memory = UnsafeMutableRawPointer.allocate(byteCount: stride * (count + 1), alignment: 64)
    base = memory.initializeMemory(as: UInt8.self, repeating: 0, count: stride * (count + 1))
    lengths = .allocate(capacity: count)
    for (index, text) in texts.enumerated() {
      let kept = text.prefix(stride)
      for (offset, byte) in kept.enumerated() { base[index * stride + offset] = byte }
      (lengths + index).initialize(to: kept.count)
    }
  }

  init(_ texts: [String], stride: Int) { self.init(texts.map { Array($0.utf8) }, stride: stride) }

  func deallocate() {
    UnsafeMutableRawPointer(base).deallocate()
    lengths.deallocate()
  }

  @inline(__always)
  func text(_ index: Int) -> UnsafePointer<UInt8> { UnsafePointer(base + index &* stride) }

  @inline(__always)
  func length(_ index: Int) -> Int { lengths[index] }
}

/// The pools and tables of one seed. Nothing in it changes after `init`, so threads may share it.
final class NexmarkPools: @unchecked Sendable {
  static let letterCount = 1 << 20
  /// Offsets of cuts stay this far from the end of a pool.
  static let margin = 1024
  static let channelCount = 10_000

  /// Letters only, and the same letters with about one in thirteen replaced by a space.
  let letters: UnsafePointer<UInt8>
  let words: UnsafePointer<UInt8>
  let firstNames = TextTable(
    ["Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"], stride: 16)
  let lastNames = TextTable(
    ["Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"], stride: 16)
  let cities = TextTable(
    [
      "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne",
    ], stride: 16)
  let states = TextTable(["AZ", "CA", "ID", "OR", "WA", "WY"], stride: 16)
  /// From the comma before `"channel"` to the quote that opens the time: 10 000 channels, then the 4 hot ones.
  let channels: TextTable
  /// 10^(6 i / 1024), see `NexmarkPrice`.
  let powers: UnsafePointer<Double>

  init(seed: UInt64) {
    let draws = SplitMix64Draws(seed: seed)
    let size = Self.letterCount + 64
    let letters = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    let words = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    letters.initialize(repeating: 0, count: size)
    words.initialize(repeating: 0, count: size)
    for index in 0..<Self.letterCount {
      let bits = draws.raw(UInt64(truncatingIfNeeded: index) &+ 1 << 60)
      let letter = 97 &+ UInt8(truncatingIfNeeded: bits % 26)
      letters[index] = letter
      words[index] = (bits &>> 32) % 13 == 0 ? 32 : letter
    }
    self.letters = UnsafePointer(letters)
    self.words = UnsafePointer(words)
    channels = Self.channelTable(draws, words)
    powers = UnsafePointer(NexmarkPrice.table())
  }

  deinit {
    letters.deallocate()
    words.deallocate()
    powers.deallocate()
    for table in [firstNames, lastNames, cities, states, channels] { table.deallocate() }
  }

  /// The length of a text of `channels`. It stands in the last byte of the text's slot, and is read with the first byte,
  /// which is a comma, so that both cache lines of the slot are loaded.
  @inline(__always)
  static func channelLength(_ slot: UnsafePointer<UInt8>) -> Int {
    Int(slot[channelSlot - 1] &+ slot[0] &- 44)
  }
  private static let channelSlot = 128

  private static func channelTable(_ draws: SplitMix64Draws, _ words: UnsafeMutablePointer<UInt8>) -> TextTable {
    func url(_ number: Int) -> [UInt8] {
      var url = Array("https://www.nexmark.com".utf8)
      for part in 0..<3 {
        let bits = draws.raw(1 << 61 + UInt64(number * 8 + part))
        let offset = Int((bits >> 8) % UInt64(letterCount - 8))
        url.append(47)
        for index in offset..<offset + 3 + Int(bits & 1) { url.append(words[index] == 32 ? 95 : words[index]) }
      }
      return url + Array("/item.htm?query=1".utf8)
    }
    let middle = Array("\",\"url\":\"".utf8)
    let open = Array(",\"channel\":\"".utf8)
    let close = Array("\",\"dateTime\":\"".utf8)
    var texts: [[UInt8]] = []
    texts.reserveCapacity(channelCount + 4)
    func add(_ text: [UInt8]) {
      // The longest text has 124 bytes.
      texts.append(text + Array(repeating: 0, count: max(0, channelSlot - 1 - text.count)) + [UInt8(text.count)])
    }
    for number in 0..<channelCount {
      var text = open + Array("channel-\(number)".utf8) + middle + url(number + 4)
      if draws.raw(1 << 61 + UInt64(number * 8 + 7)) % 10 > 0 {
        text += Array("&channel_id=\(number * 2_654_435_761 % (1 << 31))".utf8)
      }
      add(text + close)
    }
    for (number, name) in ["Google", "Facebook", "Baidu", "Apple"].enumerated() {
      add(open + Array(name.utf8) + middle + url(number) + close)
    }
    return TextTable(texts, stride: channelSlot)
  }
}
