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
        for index in 0..<sources.count {
          guard let start = sources.baseAddress, start[index].shape != .other else {
            writeOther(batch.columns[index], sources[index], type: plan.fields[index].type, row: row, into: buffer)
            continue
          }
          Self.write(start + index, row: row, &stamps, into: buffer)
        }
        let target = buffer.reserve(2)
        target[0] = Byte.closeBrace
        target[1] = Byte.newline
        buffer.commit(2)
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

  /// Writes key and value of a field of a type that has no way of its own.
  private func writeOther(_ column: Column, _ source: EncodedColumn, type: DataType, row: Int, into buffer: ByteBuffer)
  {
    buffer.append(padded: source.template, count: source.templateCount)
    text.writeJSON(column, row: row, type: type, into: buffer)
  }

  /// Writes key and value of one field.
  @inline(__always)
  private static func write(
    _ column: UnsafePointer<EncodedColumn>, row: Int, _ timestamps: inout TimestampWriter, into buffer: ByteBuffer
  ) {
    let source = column.pointee
    if let valid = source.valid, !valid[row] {
      buffer.append(padded: source.template, count: source.templateCount)
      return buffer.append("null")
    }
    switch source.shape {
    case .integer:
      let target = buffer.reserve(source.templateCount &+ IntText.maximumLength)
      copyPadded(from: source.template, to: target, count: source.templateCount)
      let value = source.data.assumingMemoryBound(to: Int64.self)[row]
      buffer.commit(source.templateCount &+ IntText.write(value, to: target + source.templateCount))
    case .text:
      let view = source.data.assumingMemoryBound(to: ByteView.self)[row]
      let count = Int(view.length)
      let target = buffer.reserve(source.templateCount &+ count &+ 2)
      copyPadded(from: source.template, to: target, count: source.templateCount)
      let start = target + source.templateCount
      if copyPlainText(source.bytes + Int(view.offset), count: count, to: start + 1) {
        start[0] = Byte.quote
        start[count &+ 1] = Byte.quote
        buffer.commit(source.templateCount &+ count &+ 2)
      } else {
        buffer.commit(source.templateCount)
        JSONText.write(string: source.bytes + Int(view.offset), count: count, into: buffer)
      }
    case .timestamp:
      let target = buffer.reserve(source.templateCount &+ TimestampWriter.maximumLength &+ 2)
      copyPadded(from: source.template, to: target, count: source.templateCount)
      let start = target + source.templateCount
      start[0] = Byte.quote
      let value = source.data.assumingMemoryBound(to: Int64.self)[row]
      let length = timestamps.write(value, to: start + 1)
      start[length &+ 1] = Byte.quote
      buffer.commit(source.templateCount &+ length &+ 2)
    case .double:
      let target = buffer.reserve(source.templateCount &+ DoubleText.maximumLength &+ 2)
      copyPadded(from: source.template, to: target, count: source.templateCount)
      let start = target + source.templateCount
      let value = source.data.assumingMemoryBound(to: Double.self)[row]
      buffer.commit(source.templateCount &+ writeDouble(value, to: start))
    case .other: break
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

  var text: StaticString {
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
  var template: Cursor
  var templateCount: Int

  init(_ column: Column, type: DataType, template: Blob) {
    self.template = UnsafePointer(template.base)
    templateCount = template.capacity
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
