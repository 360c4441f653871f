#!/usr/bin/env python3
"""Holds the Nexmark pipelines against DuckDB: the same multiset of rows in every arrangement, or the difference.

In: the release binary, Pipelines/nexmark, nexmark.sql beside this file. Out: a table; exit status 1 when rows differ.
"""
import argparse, os, re, resource, subprocess, sys, tempfile

import duckdb

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STREAMS = {
    "person": "STRUCT(id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR, "
              "dateTime TIMESTAMP, extra VARCHAR)",
    "auction": "STRUCT(id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, "
               "dateTime TIMESTAMP, expires TIMESTAMP, seller BIGINT, category BIGINT, extra VARCHAR)",
    "bid": "STRUCT(auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, dateTime TIMESTAMP, "
           "extra VARCHAR)",
}


def queries():
    text = open(os.path.join(HERE, "nexmark.sql")).read()
    parts = re.split(r"^-- @(\w+)\n", text, flags=re.M)[1:]
    has_pipeline = lambda name: os.path.exists(os.path.join(ROOT, "Pipelines", "nexmark", name + ".pipe"))
    return {name: sql for name, sql in zip(parts[::2], parts[1::2]) if has_pipeline(name)}


class Millrace:
    """The binary under test, and the data that it makes for itself."""

    def __init__(self, binary, folder, events):
        self.binary, self.folder, self.events = binary, folder, events

    def call(self, *words, **options):
        done = subprocess.run([self.binary, *words], stderr=subprocess.PIPE, text=True, **options)
        if done.returncode != 0:
            sys.exit(f"millrace {' '.join(words)} failed:\n{done.stderr}")

    def generate(self, name, *options):
        out = os.path.join(self.folder, name)
        self.call("generate", "nexmark", "--events", str(self.events), "--out", out, *options,
                  stdout=subprocess.DEVNULL)
        return out

    def produce(self, file):
        data = os.path.join(self.folder, "log")
        self.call("topic", "create", "events", "--partitions", "3", "--data", data, stdout=subprocess.DEVNULL)
        with open(file) as lines:
            self.call("produce", "events", "--data", data, stdin=lines, stdout=subprocess.DEVNULL)
        return data

    def rows(self, query, words):
        """The file of the query's rows, as JSON lines, and the processor seconds of the run."""
        out = os.path.join(self.folder, "rows.jsonl")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(out, "w") as rows:
            self.call("run", self.pipeline(query, words), "--format", "jsonl", *words, stdout=rows)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return out, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    def pipeline(self, query, words):
        """The pipeline's file; read from a topic, it says so instead of naming a file."""
        path = os.path.join(ROOT, "Pipelines", "nexmark", query + ".pipe")
        if "--data" not in words:
            return path
        text = open(path).read().replace("FROM FILE 'events.jsonl'", "FROM TOPIC 'events'")
        copy = os.path.join(self.folder, query + ".pipe")
        open(copy, "w").write(text)
        return copy


class Oracle:
    """DuckDB with the events of one file as views, and the expected rows of each query."""

    def __init__(self, events):
        self.base = duckdb.connect(config={"threads": 1})
        for number, (name, kind) in enumerate(STREAMS.items()):
            read = (f"read_json('{events}', format='newline_delimited', "
                    f"columns={{event_type: 'INTEGER', {name}: '{kind}'}}) WHERE event_type = {number}")
            self.base.execute(f"CREATE VIEW {name} AS SELECT unnest({name}) FROM {read}")
            self.base.execute(
                f"CREATE VIEW {name}_in_order AS SELECT unnest({name}), row_number() OVER () AS seq FROM {read}")

    def expect(self, name, sql):
        self.base.execute(f"CREATE OR REPLACE TABLE expected AS {sql}")
        self.columns = [(row[0], row[1]) for row in self.base.execute("DESCRIBE expected").fetchall()]

    def differences(self, file):
        """How many expected rows are missing in `file`, and how many of its rows are not expected."""
        types = ", ".join(f"'{name}': '{kind}'" for name, kind in self.columns)
        self.base.execute(f"CREATE OR REPLACE TABLE found AS SELECT * FROM read_json('{file}', "
                          f"format='newline_delimited', columns={{{types}}})")
        names = ", ".join(f'"{name}"' for name, _ in self.columns)
        count = lambda a, b: self.base.execute(
            f"SELECT count(*) FROM (SELECT {names} FROM {a} EXCEPT ALL SELECT {names} FROM {b})").fetchone()[0]
        return self.base.execute("SELECT count(*) FROM found").fetchone()[0], count("expected", "found"), count("found", "expected")

    def seconds(self, sql):
        """Processor seconds of the whole query, from the file of JSON to rows of JSON."""
        before = resource.getrusage(resource.RUSAGE_SELF)
        self.base.execute(f"COPY ({sql}) TO '/dev/null' (FORMAT JSON)")
        after = resource.getrusage(resource.RUSAGE_SELF)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--binary", default=os.path.join(ROOT, ".build", "release", "millrace"))
    parser.add_argument("--time", action="store_true", help="also print processor seconds per million events")
    parser.add_argument("names", nargs="*", help="queries (default: all)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        sys.exit(1 if compare(arguments, folder) else 0)


def compare(arguments, folder):
    millrace = Millrace(arguments.binary, folder, arguments.events)
    plain = millrace.generate("plain") + "/events.jsonl"
    dealt = millrace.generate("dealt", "--partitions", "3") + "/events-*.jsonl"
    shuffled = millrace.generate("shuffled", "--disorder", "50") + "/events.jsonl"
    topic = millrace.produce(plain)
    of = lambda path, workers: ["--input", "events=" + path, "--parallelism", str(workers)]
    arrangements = [
        ("1 worker", plain, of(plain, 1)), ("2 workers", plain, of(plain, 2)), ("3 workers", plain, of(plain, 3)),
        ("3 files", plain, of(dealt, 1)), ("3 files, 2", plain, of(dealt, 2)),
        ("shuffled", shuffled, of(shuffled, 2)),
        ("topic", plain, ["--data", topic, "--parallelism", "1"]),
        ("topic, 2", plain, ["--data", topic, "--parallelism", "2"]),
    ]
    print("query      rows  " + "  ".join(name.ljust(10) for name, _, _ in arrangements))
    oracles = {path: Oracle(path) for path in (plain, shuffled)}
    wrong = 0
    for query, sql in queries().items():
        if arguments.names and query not in arguments.names:
            continue
        for oracle in oracles.values():
            oracle.expect(query, sql)
        cells, rows = [], 0
        for _, path, words in arrangements:
            out, _ = millrace.rows(query, words)
            rows, missing, extra = oracles[path].differences(out)
            cells.append("same" if missing == extra == 0 else f"-{missing} +{extra}")
            wrong += missing + extra
        print(f"{query:5} {rows:9,}  " + "  ".join(cell.ljust(10) for cell in cells), flush=True)
    if arguments.time:
        times(arguments, millrace, oracles[plain], plain)
    return wrong


def times(arguments, millrace, oracle, plain):
    """Both in turn, five times; medians, so that a busy neighbour disturbs both alike."""
    median = lambda values: sorted(values)[len(values) // 2] * 1e6 / arguments.events
    print("\nCPU s per million events, one thread\nquery   millrace   DuckDB    ratio")
    for query, sql in queries().items():
        if arguments.names and query not in arguments.names:
            continue
        pairs = [(millrace.rows(query, ["--input", "events=" + plain, "--parallelism", "1"])[1], oracle.seconds(sql))
                 for _ in range(5)]
        ours, theirs = median([a for a, _ in pairs]), median([b for _, b in pairs])
        print(f"{query:5}   {ours:8.3f} {theirs:8.3f} {theirs / ours:7.1f}x", flush=True)


main()
