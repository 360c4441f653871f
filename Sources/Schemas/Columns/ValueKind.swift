// Types by how their text is read: the one byte by which decoders choose a reader. In: a type. Out: its kind.

import Values

/// How the text of a value is read.
enum ValueKind: UInt8 {
  case null
  case boolean
  case integer
  case decimal
  case float
  case double
  case text
  case bytes
  case timestamp
  case date
  case time
  case months
  case duration
  case json
  case uuid
  case array
  case row
  case map

  init(_ type: DataType) {
    switch type {
    case .null: self = .null
    case .boolean: self = .boolean
    case .int8, .int16, .int32, .int64: self = .integer
    case .decimal: self = .decimal
    case .float32: self = .float
    case .float64: self = .double
    case .string: self = .text
    case .bytes: self = .bytes
    case .timestamp: self = .timestamp
    case .date: self = .date
    case .time: self = .time
    case .intervalYearMonth: self = .months
    case .intervalDaySecond: self = .duration
    case .json: self = .json
    case .uuid: self = .uuid
    case .array: self = .array
    case .row: self = .row
    case .map: self = .map
    }
  }
}
