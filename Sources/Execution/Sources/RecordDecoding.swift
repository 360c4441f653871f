// Which decoder of `Schemas` reads a source: by its format, for the columns that the plan still needs. In: a source's
// description. Out: a decoder for one worker.

import Plan
import Schemas
import Values

/// A decoder for the fields among `columns`, in their order; parts that are no fields are left to the scan.
func makeDecoder(
  format: RecordFormat, columns: [ScanColumn], declared: [ScanColumn], header: [UInt8]?, conventions: TextConventions,
  hasKey: Bool = false
) -> any RecordDecoder {
  let fields = decodedColumns(columns)
  switch format {
  case .json: return JSONRecordDecoder(JSONDecoderPlan(columns: fields, conventions: conventions))
  case .csv:
    let layout = header.flatMap { CSVHeader(Blob($0), range: 0..<$0.count, isLast: true)?.names }
    return CSVRecordDecoder(
      CSVDecoderPlan(
        columns: fields, layout: layout ?? decodedColumns(declared).map { $0.path.joined(separator: ".") },
        conventions: conventions))
  case .raw: return RawRecordDecoder(columns: fields)
  case .debezium:
    return ChangeRecordDecoder(
      .debezium, JSONDecoderPlan(columns: fields, conventions: conventions), keepsOldRows: !hasKey)
  case .changelog:
    return ChangeRecordDecoder(
      .changelog, JSONDecoderPlan(columns: fields, conventions: conventions), keepsOldRows: !hasKey)
  }
}

private func decodedColumns(_ columns: [ScanColumn]) -> [DecodedColumn] {
  columns.compactMap { column in
    if case .field(let path) = column.part { DecodedColumn(path: path, field: column.field) } else { nil }
  }
}
