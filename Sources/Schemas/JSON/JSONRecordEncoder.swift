// Columns to JSON lines. In: columns and their fields. Out: bytes in a buffer, one object and a newline for each row.
//
// NaN and the infinities, which JSON numbers cannot say, are the strings "NaN", "Infinity", "-Infinity"; decimals are
// numbers with all their digits; BYTES are base64; timestamps ISO 8601 in UTC with as many digits as they need, in
// threes; a NULL is null, so that every record has every key.

import Values

/// What a JSON encoder writes.
package struct JSONEncoderPlan: Hashable, Sendable {
  package var fields: [Field]
  package var timestamps: TimestampStyle
  package var zone: TimeZoneRules
  /// Whether the first field of a record is `"op"`, the kind of change.
  package var writesOperation: Bool

  package init(
    fields: [Field], timestamps: TimestampStyle = JSONEncoderPlan.shortISO, zone: TimeZoneRules = .utc,
    writesOperation: Bool = false
  ) {
    self.fields = fields
    self.timestamps = timestamps
    self.zone = zone
    self.writesOperation = writesOperation
  }

  /// `2015-07-15T00:00:00Z`, with milliseconds or microseconds when they are not zero.
  package static let shortISO = TimestampStyle(separator: "T", minimumFraction: 0, showsOffset: true)
}

/// Writes rows as JSON. It remembers what it wrote last and is not shared between threads.
package final class JSONRecordEncoder {
  private let plan: JSONEncoderPlan
  /// For each field what precedes its value: a brace or comma, and the key.
  private let templates: [Blob]
  private var timestamps: TimestampWriter
  private var text: TextWriter

  package init(_ plan: JSONEncoderPlan) {
    self.plan = plan
    templates = plan.fields.enumerated().map { index, field in
      let buffer = ByteBuffer()
      buffer.append(index == 0 && !plan.writesOperation ? Byte.openBrace : Byte.comma)
      JSONText.write(string: Array(field.name.utf8), into: buffer)
      buffer.append(Byte.colon)
      return buffer.finish()
    }
    timestamps = TimestampWriter(zone: plan.zone, style: plan.timestamps)
    text = TextWriter(TextOptions(zone: plan.zone, timestamps: plan.timestamps))
  }

  /// Writes all rows of a batch. `operations` are the kinds of change, `+I`, `-U`, `+U` or `-D`, when the plan asks for
  /// them; without them the sign of the weight says `+I` or `-D`. `rowEnds`, when given, gets the end of each row in
  /// the buffer, so that the outputs of several encoders can be merged in order.
  package func encode(
    _ batch: Batch, operations: [ChangeKind]? = nil, into buffer: ByteBuffer, rowEnds: VectorBuilder<Int>? = nil
  ) {
    let count = batch.count
    precondition(batch.columns.count == plan.fields.count, "an encoder was given other columns than planned")
    let sources = plan.fields.indices.map {
      EncodedColumn(batch.columns[$0], type: plan.fields[$0].type, template: templates[$0])
    }
    let ends = rowEnds?.reserve(count)
    // Out of the object for the loop: access to an object's variables is checked each time.
    var stamps = timestamps
    defer { timestamps = stamps }
    sources.withUnsafeBufferPointer { sources in
      for row in 0..<count {
        if plan.writesOperation { writeOperation(operations?[row] ?? batch.change(row), into: buffer) }
        if sources.isEmpty, !plan.writesOperation { buffer.append(Byte.openBrace) }
        let bound = Self.bound(sources, row: row)
        var start = buffer.reserve(bound)
        var end = start
        for index in 0..<sources.count {
          guard let source = sources.baseAddress.map({ $0 + index }) else { break }
          if let next = Self.write(source, row: row, &stamps, to: end) {
            end = next
          } else {
            // A value of which the bound does not know the length: through the buffer, and then on as before.
            buffer.commit(end - start)
            writeOther(batch.columns[index], source.pointee, type: plan.fields[index].type, row: row, into: buffer)
            start = buffer.reserve(bound)
            end = start
          }
        }
        end[0] = Byte.closeBrace
        end[1] = Byte.newline
        buffer.commit(end - start &+ 2)
        ends?[row] = buffer.count
      }
    }
    rowEnds?.commit(count)
    withExtendedLifetime((batch, templates)) {}
  }

  private func writeOperation(_ kind: ChangeKind, into buffer: ByteBuffer) {
    buffer.append("{\"op\":\"")
    buffer.append(kind.text)
    buffer.append(Byte.quote)
  }

  /// The most bytes that a row takes, values that need a way of their own left out.
  @inline(__always)
  private static func bound(_ sources: UnsafeBufferPointer<EncodedColumn>, row: Int) -> Int {
    var bound = 2
    for index in 0..<sources.count {
      bound &+= sources[index].width
      if sources[index].shape == .text {
        bound &+= Int(sources[index].data.assumingMemoryBound(to: ByteView.self)[row].length)
      }
    }
    return bound
  }

  /// Writes key and value of a field of any type.
  private func writeOther(
    _ column: Column, _ source: EncodedColumn, type: DataType, row: Int, into buffer: ByteBuffer
  ) {
    buffer.append(padded: source.template, count: source.templateCount)
    text.writeJSON(column, row: row, type: type, into: buffer)
  }

  /// Writes key and value of one field and returns where they end; nil for a type or text that needs `writeOther`.
  @inline(__always)
  private static func write(
    _ column: UnsafePointer<EncodedColumn>, row: Int, _ timestamps: inout TimestampWriter,
    to target: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8>? {
    if column.pointee.shape == .other { return nil }
    let count = column.pointee.templateCount
    UnsafeMutableRawPointer(target).storeBytes(of: column.pointee.key, as: Block.self)
    if count > 16 { copyPadded(from: column.pointee.template, to: target, count: count) }
    let start = target + count
    if let valid = column.pointee.valid, !valid[row] {
      UnsafeMutableRawPointer(start).storeBytes(of: UInt32(0x6C6C_756E).littleEndian, as: UInt32.self)
      return start + 4
    }
    switch column.pointee.shape {
    case .integer:
      return start + IntText.write(column.pointee.data.assumingMemoryBound(to: Int64.self)[row], to: start)
    case .text:
      let view = column.pointee.data.assumingMemoryBound(to: ByteView.self)[row]
      let length = Int(view.length)
      guard copyPlainText(column.pointee.bytes + Int(view.offset), count: length, to: start + 1) else { return nil }
      start[0] = Byte.quote
      start[length &+ 1] = Byte.quote
      return start + (length &+ 2)
    case .timestamp:
      start[0] = Byte.quote
      let value = column.pointee.data.assumingMemoryBound(to: Int64.self)[row]
      let length = timestamps.write(value, to: start + 1)
      start[length &+ 1] = Byte.quote
      return start + (length &+ 2)
    case .double:
      return start + writeDouble(column.pointee.data.assumingMemoryBound(to: Double.self)[row], to: start)
    case .other: return nil
    }
  }

  @inline(__always)
  private static func writeDouble(_ value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
    if value.isFinite { return DoubleText.write(value, to: target) }
    target[0] = Byte.quote
    let length = DoubleText.write(value, to: target + 1)
    target[length &+ 1] = Byte.quote
    return length &+ 2
  }

  /// Copies text that needs no escape, 16 bytes at a time and up to 15 too many; false when it does need one.
  @inline(__always)
  private static func copyPlainText(_ source: Cursor, count: Int, to target: UnsafeMutablePointer<UInt8>) -> Bool {
    let quote = splat(Byte.quote)
    let backslash = splat(Byte.backslash)
    let raw = UnsafeMutableRawPointer(target)
    var offset = 0
    while offset < count {
      let block = loadBlock(source + offset)
      let found = bits(either(either(block .== quote, block .== backslash), isControl(block)))
      if found != 0, offset &+ found.trailingZeroBitCount < count { return false }
      raw.storeBytes(of: block, toByteOffset: offset, as: Block.self)
      offset &+= 16
    }
    return true
  }
}

/// The kind of a change.
package enum ChangeKind: Hashable, Sendable {
  case insert
  case updateBefore
  case updateAfter
  case delete

  package var text: StaticString {
    switch self {
    case .insert: "+I"
    case .updateBefore: "-U"
    case .updateAfter: "+U"
    case .delete: "-D"
    }
  }
}

extension Batch {
  /// What the weight of a row says by itself.
  func change(_ row: Int) -> ChangeKind { (weights?.base[row] ?? 1) < 0 ? .delete : .insert }
}

/// A column on its way out: pointers, so that the loop over rows touches no reference count.
private struct EncodedColumn {
  enum Shape {
    case integer
    case text
    case timestamp
    case double
    case other
  }

  var shape = Shape.other
  var data: UnsafeRawPointer
  var bytes: Cursor
  var valid: UnsafePointer<Bool>?
  /// What precedes the value, and its first 16 bytes once more.
  var template: Cursor
  var templateCount: Int
  var key: Block
  /// The most bytes of key and value, the content of a text left out.
  var width: Int

  init(_ column: Column, type: DataType, template: Blob) {
    self.template = UnsafePointer(template.base)
    templateCount = template.capacity
    key = loadBlock(UnsafePointer(template.base))
    width = template.capacity + 64
    valid = column.validity.map { UnsafePointer($0.base) }
    bytes = self.template
    data = UnsafeRawPointer(template.base)
    switch column.data {
    case .int(let vector):
      data = UnsafeRawPointer(vector.base)
      if type.isInteger { shape = .integer } else if type == .timestamp { shape = .timestamp }
    case .bytes(let vector):
      data = UnsafeRawPointer(vector.views.base)
      bytes = UnsafePointer(vector.blob.base)
      if type.isString { shape = .text }
    case .double(let vector):
      data = UnsafeRawPointer(vector.base)
      if type == .float64 { shape = .double }
    case .bool, .decimal, .array, .row: break
    }
  }
}
