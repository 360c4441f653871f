// Schemas of files that have none.

import Schemas
import Testing
import Values

@Suite struct InferenceTests {
  @Test func jsonTypes() {
    let schema = SchemaInference.json(
      Array(
        """
        {"i":1,"d":1,"b":true,"t":"2015-07-15 00:00:00.000","day":"2015-07-15","s":"x","n":null,"o":{"x":1},"a":[1,null]}
        not json
        {"i":-5,"d":1.5,"b":null,"t":"2015-07-15T00:00:00Z","day":"2015-07-16","s":"2015-07-15","o":{"y":"z"},"a":[2.5],"late":1}
        {"mixed":1,"big":12345678901234567890,"e":{},"none":[]}
        {"mixed":"x","mixtime":"2015-07-15"}
        {"mixtime":"2015-07-15 00:00:00"}
        {"cut":"o
        """.utf8))
    #expect(
      schema.description
        == "(i BIGINT, d DOUBLE, b BOOLEAN, t TIMESTAMP, day DATE, s STRING, n STRING, o STRUCT<x BIGINT, y STRING>, "
        + "a ARRAY<DOUBLE>, late BIGINT, mixed JSON, big DECIMAL(38, 0), e JSON, none ARRAY<STRING>, mixtime TIMESTAMP)"
    )
  }

  /// Whatever is inferred from a file decodes that file.
  @Test func inferredSchemasDecode() {
    for seed in 0..<seedCount(100) {
      var random = SeededGenerator(seed)
      let bytes = Array((0..<10).map { _ in JSONLine.record(&random) }.joined(separator: "\n").utf8)
      let fields = SchemaInference.json(bytes).fields
      let chunk = decodeLines(bytes, fields.map { DecodedColumn(path: [$0.name], field: $0) })
      #expect(chunk.failures.isEmpty && chunk.count == 10, "seed \(seed)")
    }
  }

  @Test func csvTypes() {
    let sample =
      "id,price,when,day,ok,zip,text\n1,1.5,2015-07-15 00:00:00,2015-07-15,true,00123,\n2,,,2015-07-16,FALSE,123,\"x\"\n3,x"
    let found = SchemaInference.csv(Array(sample.utf8))
    #expect(found.hasHeader)
    #expect(
      found.schema.description
        == "(id BIGINT, price DOUBLE, when TIMESTAMP, day DATE, ok BOOLEAN, zip STRING, text STRING)")
    let bare = SchemaInference.csv(Array("1,a\n2,b\n".utf8))
    #expect(!bare.hasHeader && bare.schema.description == "(column1 BIGINT, column2 STRING)")
    #expect(SchemaInference.csv([]).schema.fields.isEmpty)
  }
}
