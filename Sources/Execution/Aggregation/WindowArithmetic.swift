// Which windows a time belongs to, and which slices they share (Carbone et al., Cutty, CIKM 2016; Traub et al., Scotty,
// ICDE 2018: overlapping windows are unions of slices no longer than the greatest common divisor of size and step).
// In: microseconds, local ones for windows in a zone. Out: microseconds. Saturates at the ends of time instead of trapping.

import Plan

/// Integer arithmetic of one window definition.
struct WindowArithmetic {
  let size: Int64
  let step: Int64
  let offset: Int64
  /// How long windows stay open; 0 in a zone, where it was taken from the watermark before.
  let grace: Int64
  let zone: WindowZone
  /// The width of a slice; whole windows are made of slices.
  let slice: Int64

  /// The distance between the windows that are the last of their times: the step; the size of cumulating windows.
  private let lastUnit: Int64
  /// The length of the shortest window: the size; the step of cumulating windows.
  private let shortest: Int64
  private let kind: AlignedWindow.Kind

  init(_ window: AlignedWindow, grace: Int64) {
    kind = window.kind
    size = max(window.size, 1)
    step = max(window.step, 1)
    offset = window.offset
    zone = WindowZone(window.zone)
    self.grace = zone.isUniversal ? grace : 0
    slice = Self.greatestCommonDivisor(size, step)
    lastUnit = kind == .cumulating ? size : step
    shortest = kind == .cumulating ? step : size
  }

  private static func greatestCommonDivisor(_ a: Int64, _ b: Int64) -> Int64 {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  /// The greatest multiple of `unit` (shifted by the offset) that is not above `time`.
  @inline(__always)
  private func floor(_ time: Int64, to unit: Int64) -> Int64 {
    let shifted = time &- offset
    var rest = shifted % unit
    if rest < 0 { rest += unit }
    return time &- rest
  }

  var isCumulating: Bool { kind == .cumulating }

  @inline(__always) func sliceStart(of time: Int64) -> Int64 { floor(time, to: slice) }

  /// The end of the last window that starts at or before `time`. The time is in it unless there are gaps.
  @inline(__always) func lastEnd(of time: Int64) -> Int64 { floor(time, to: lastUnit).addingSaturating(size) }

  /// The end of the first window that ends after `time`.
  @inline(__always) func firstEnd(of time: Int64) -> Int64 {
    let start = floor(time.subtractingSaturating(shortest), to: step).addingSaturating(step)
    return start.addingSaturating(shortest)
  }

  /// The start of the window that ends at `end`: no two windows end together.
  @inline(__always) func start(ofEnd end: Int64) -> Int64 {
    switch kind {
    case .sliding: end.subtractingSaturating(size)
    case .cumulating: floor(end.subtractingSaturating(1), to: size)
    }
  }

  /// The bounds, as instants, of the window that ends at `end`.
  func bounds(ofEnd end: Int64) -> (start: Int64, end: Int64) {
    let start = start(ofEnd: end)
    return zone.isUniversal ? (start, end) : (zone.firstInstant(start), zone.instant(end))
  }

  /// The least end of a window that is above `time` and not below `end`, itself the end of a window.
  func end(after time: Int64, from end: Int64) -> Int64 {
    guard end <= time else { return end }
    let steps = (Int128(time) - Int128(end)) / Int128(step) + 1
    return Int64(clamping: Int128(end) + steps * Int128(step))
  }

  /// Whether a window that ends at `end` takes no more rows of a partition whose watermark is `watermark`.
  @inline(__always) func isClosed(end: Int64, at watermark: Int64) -> Bool {
    end.addingSaturating(grace) <= watermark
  }

  /// The end of the first window holding `time` that is still open at `watermark`, given that the last one is.
  func firstOpenEnd(of time: Int64, at watermark: Int64) -> Int64 {
    let last = lastEnd(of: time)
    return min(last, end(after: watermark.subtractingSaturating(grace), from: firstEnd(of: time)))
  }
}

extension Int64 {
  @inline(__always) func addingSaturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? Int64.max : Int64.min) : sum
  }

  @inline(__always) func multipliedSaturating(by other: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? ((self > 0) == (other > 0) ? Int64.max : Int64.min) : product
  }

  @inline(__always) func subtractingSaturating(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other > 0 ? Int64.min : Int64.max) : difference
  }
}
