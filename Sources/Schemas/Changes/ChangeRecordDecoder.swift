// Records of a changelog to rows with a mark that says which are taken back. In: lines of a file, or records of a topic. Out:
// chunks in the order of the records; a record that updates may be two rows. A record of which one row does not decode
// leaves none. Where rows are told apart by a key, a deletion may lack every other column.

import Values

package final class ChangeRecordDecoder: RecordDecoder {
  private let envelope: ChangeEnvelope
  private let keepsOldRows: Bool
  private let types: [DataType]
  private let puts: JSONRecordDecoder
  private let deletions: JSONRecordDecoder

  /// A decoder of the given columns. `keepsOldRows` where rows have no key: each is then taken back whole.
  package init(_ envelope: ChangeEnvelope, _ plan: JSONDecoderPlan, keepsOldRows: Bool) {
    self.envelope = envelope
    self.keepsOldRows = keepsOldRows
    types = plan.columns.map(\.field.type)
    puts = JSONRecordDecoder(plan)
    var lenient = plan
    if !keepsOldRows { for index in lenient.columns.indices { lenient.columns[index].field.nullable = true } }
    deletions = JSONRecordDecoder(lenient)
  }

  package var isSplittable: Bool { true }

  package func decode(_ blob: Blob, range: Range<Int>, isLast: Bool, maximumRecords: Int) -> DecodedChunk {
    let views = VectorBuilder<ByteView>()
    let base = Cursor(blob.base)
    let end = base + range.upperBound
    var p = base + range.lowerBound
    while p < end, views.count < maximumRecords {
      let lineEnd = findNewline(p, end)
      if lineEnd == end, !isLast { break }
      if skipSpace(p) < lineEnd { views.append(ByteView(offset: p - base, length: lineEnd - p)) }
      p = lineEnd == end ? end : lineEnd + 1
    }
    var decoded = withExtendedLifetime(blob) { decodeRecords(blob, views.finish()) }
    decoded.end = p - base
    return decoded
  }

  /// The images of some records, in order.
  private struct Images {
    let views = VectorBuilder<ByteView>()
    /// For each image the number of its record.
    let records = VectorBuilder<Int32>()
    let isDeletion = VectorBuilder<Bool>()
    var failures: [DecodeFailure] = []
    var passedOver = 0
  }

  package func decodeRecords(_ blob: Blob, _ records: Vector<ByteView>) -> DecodedChunk {
    let images = images(blob, records)
    let (views, numbers, flags) = (images.views.finish(), images.records.finish(), images.isDeletion.finish())
    let split = Self.split(flags)
    let added = puts.decodeRecords(blob, views.gather(split.puts))
    let taken = decodeDeletions(blob, views.gather(split.deletions))
    var failures = images.failures
    for failure in added.failures {
      failures.append(Self.failure(failure, numbers[Int(split.puts[failure.record])], records))
    }
    for failure in taken.failures {
      failures.append(Self.failure(failure, numbers[Int(split.deletions[failure.record])], records))
    }
    return merged(added, taken, split, numbers, failures, passedOver: images.passedOver, records)
  }

  private func images(_ blob: Blob, _ records: Vector<ByteView>) -> Images {
    var images = Images()
    let base = Cursor(blob.base)
    for record in 0..<records.count {
      let view = records.base[record]
      let start = skipSpace(base + Int(view.offset))
      let end = base + Int(view.offset) + Int(view.length)
      switch envelope.content(start, end, keepsOldRows: keepsOldRows) {
      case .nothing: images.passedOver += 1
      case .mistake(let place, let reason):
        images.failures.append(
          DecodeFailure(record: record, payload: view, offset: place - base, reason: reason))
      case .images(let rows):
        for row in rows {
          images.views.append(
            row.start == row.end
              ? ByteView(offset: 0, length: 0) : ByteView(offset: row.start - base, length: row.end - row.start))
          images.records.append(Int32(truncatingIfNeeded: record))
          images.isDeletion.append(row.isDeletion)
        }
      }
    }
    return withExtendedLifetime((blob, records)) { images }
  }

  private static func split(_ flags: Vector<Bool>) -> (puts: Vector<Int32>, deletions: Vector<Int32>) {
    let puts = VectorBuilder<Int32>(capacity: flags.count)
    let deletions = VectorBuilder<Int32>()
    for image in 0..<flags.count {
      (flags.base[image] ? deletions : puts).append(Int32(truncatingIfNeeded: image))
    }
    return (puts.finish(), deletions.finish())
  }

  /// Deletions that name no row are rows of NULLs.
  private func decodeDeletions(_ blob: Blob, _ views: Vector<ByteView>) -> DecodedChunk {
    let named = (0..<views.count).filter { views.base[$0].length > 0 }.map { Int32(truncatingIfNeeded: $0) }
    if named.count == views.count { return deletions.decodeRecords(blob, views) }
    var decoded = deletions.decodeRecords(blob, views.gather(Vector(named)))
    for index in decoded.failures.indices {
      decoded.failures[index].record = Int(named[decoded.failures[index].record])
    }
    let selection = Vector<Int32>(repeating: Int32(truncatingIfNeeded: decoded.count), count: views.count)
    let failed = Set(decoded.failures.map(\.record))
    for row in 0..<decoded.count {
      let image = named[Int(decoded.recordNumbers?.base[row] ?? Int32(truncatingIfNeeded: row))]
      selection.base[Int(image)] = Int32(truncatingIfNeeded: row)
    }
    let kept = (0..<views.count).filter { !failed.contains($0) }.map { Int32(truncatingIfNeeded: $0) }
    let rows = selection.gather(Vector(kept))
    decoded.columns = decoded.columns.indices.map { index in
      Column.concatenate([decoded.columns[index], .nulls(types[index], count: 1)], type: types[index]).gather(rows)
    }
    decoded.count = rows.count
    decoded.recordNumbers = Vector(kept)
    return decoded
  }

  private static func failure(_ failure: DecodeFailure, _ record: Int32, _ records: Vector<ByteView>) -> DecodeFailure {
    var failure = failure
    failure.record = Int(record)
    failure.payload = records[Int(record)]
    return failure
  }

  /// Rows in the order of their images, without those of records that fail.
  private func merged(
    _ added: DecodedChunk, _ taken: DecodedChunk, _ split: (puts: Vector<Int32>, deletions: Vector<Int32>),
    _ numbers: Vector<Int32>, _ failures: [DecodeFailure], passedOver: Int, _ records: Vector<ByteView>
  ) -> DecodedChunk {
    let places = Vector<Int32>(repeating: -1, count: numbers.count)
    for row in 0..<added.count {
      let number = Int(added.recordNumbers?.base[row] ?? Int32(truncatingIfNeeded: row))
      places.base[Int(split.puts[number])] = Int32(truncatingIfNeeded: row)
    }
    for row in 0..<taken.count {
      let number = Int(taken.recordNumbers?.base[row] ?? Int32(truncatingIfNeeded: row))
      places.base[Int(split.deletions[number])] = Int32(truncatingIfNeeded: added.count + row)
    }
    let failed = Set(failures.map { Int32(truncatingIfNeeded: $0.record) })
    let rows = VectorBuilder<Int32>(capacity: numbers.count)
    let rowRecords = VectorBuilder<Int32>(capacity: numbers.count)
    let flags = VectorBuilder<Bool>(capacity: numbers.count)
    for image in 0..<numbers.count where places.base[image] >= 0 {
      if !failed.isEmpty, failed.contains(numbers.base[image]) { continue }
      rows.append(places.base[image])
      rowRecords.append(numbers.base[image])
      flags.append(Int(places.base[image]) >= added.count)
    }
    let selection = rows.finish()
    let columns = types.indices.map { index in
      taken.count == 0
        ? added.columns[index].gather(selection)
        : Column.concatenate([added.columns[index], taken.columns[index]], type: types[index]).gather(selection)
    }
    let recordNumbers = rowRecords.finish()
    var once: [Int: DecodeFailure] = [:]
    for failure in failures where once[failure.record] == nil { once[failure.record] = failure }
    var chunk = DecodedChunk(
      columns: columns, count: selection.count, recordCount: records.count, payloads: records.gather(recordNumbers),
      recordNumbers: recordNumbers, failures: once.values.sorted { $0.record < $1.record }, end: 0)
    chunk.deletions = flags.finish()
    chunk.passedOver = passedOver
    return chunk
  }
}
