"""SQL bodies: one query, run by DuckDB. Tables are views by name, all else is a parameter, the rows are the result.

The engine gets at nothing but the inputs: no other file, no network, no extension. Knows nothing of where inputs come
from or how tables are kept.
"""

import os
import pathlib
import random
import re
import tempfile

import pyarrow as pa
import pyarrow.compute as pc

from _standpipe.body import Body
from _standpipe.columns import joined, parts
from _standpipe.fault import Fault
from _standpipe.packages import need

# Texts and lists as the store keeps them, times that do not depend on where the machine stands.
SETTINGS = {
    "arrow_large_buffer_size": True,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "TimeZone": "UTC",
}

DAY = 86_400_000_000


class Sql(Body):
    """A query. `output` is the shape of the result, `inputs` those of what it is given."""

    def __init__(self, inputs, output, text, file, line):
        super().__init__(file, line)
        self.engine = need("duckdb", "a body in SQL")
        self.query = text.rstrip().rstrip(";")
        self.output = output
        self.frames = {name: "pyarrow" for name, _ in inputs}
        self.tables = [name for name, shape in inputs if parts(shape)[0] == "table"]
        self.parameters = self.read()

    def read(self):
        """The names of the query's parameters, when it is one query."""
        try:
            statements = shared(self.engine).extract_statements(self.query)
        except self.engine.Error as error:
            raise self.fault(error) from None
        if len(statements) != 1 or statements[0].type != self.engine.StatementType.SELECT:
            raise Fault("sql", "the body is not one query", "give a single `SELECT`, which reads and changes nothing")
        return statements[0].named_parameters

    def bind(self, scope):
        return self.run

    def run(self, **inputs):
        files = [str(value) for value in inputs.values() if isinstance(value, pathlib.PurePath)]
        tables = {name: inputs[name] for name in self.tables if inputs[name] is not None}
        given = {name: plain(value) for name, value in inputs.items() if name in self.parameters}
        connection = connected(self.engine, files) if files else shared(self.engine)
        try:
            for name, table in tables.items():
                connection.register(name, table)
            # A query that asks for chance gets that of its task and inputs.
            connection.execute("SELECT setseed(?)", [random.random()]).fetchall()
            rows = self.answer(connection, given or None)
        except self.engine.Error as error:
            raise self.fault(error) from None
        finally:
            if files:
                connection.close()
            else:
                for name in tables:
                    connection.unregister(name)
        return fitted(rows, self.output)

    def answer(self, connection, given):
        try:
            return connection.sql(self.query, params=given).to_arrow_table()
        except self.engine.Error as error:
            if "\nLINE " not in str(error):
                # Asked in this way it says where, of what it finds before it runs.
                connection.execute(f"EXPLAIN {self.query}", given).fetchall()
            raise

    def fault(self, error):
        """What the engine said, at the line that it said it of."""
        said, _, place = str(error).partition("\n\nLINE ")
        line = re.match(r"\d+", place)
        first, *more = said.strip().split("\n")
        fault = Fault("sql", first.strip().rstrip("."), " ".join(part.strip() for part in more[:2]) or None)
        fault.at = (self.file, self.line + int(line.group()) - 1 if line else self.line)
        return fault


def shared(engine):
    """The database that this process keeps for queries that read no files."""
    if "it" not in KEPT:
        KEPT["it"] = connected(engine, [])
    return KEPT["it"]


KEPT = {}


def connected(engine, files):
    """An empty database, from which only `files` can be reached."""
    connection = engine.connect(":memory:", config={"threads": int(os.environ.get("OMP_NUM_THREADS") or 1)})
    # Made by the engine when memory runs short, and removed by it.
    spilled = os.path.join(tempfile.gettempdir(), f"standpipe-sql-{os.getpid()}")
    settings = {**SETTINGS, "temp_directory": spilled, "allowed_paths": files}
    try:
        for name, value in {**settings, "enable_external_access": False, "lock_configuration": True}.items():
            connection.execute(f"SET {name} = {literal(value)}")
    except engine.CatalogException:
        help = "list a newer one in the `packages` of the task's `env`"
        raise Fault("package", f"a body in SQL needs duckdb 1.2 or newer, not {engine.__version__}", help) from None
    return connection


def literal(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return "'" + value.replace("'", "''") + "'"


def plain(value):
    """An input as the engine's Python package takes it."""
    return str(value) if isinstance(value, pathlib.PurePath) else value


def fitted(rows, output):
    """The rows under the declared names, with columns that plainly fit their declared types as those."""
    kind, fields, _ = parts(output)
    if kind != "table" or fields is None:
        return rows
    shapes = {field["name"]: field["shape"] for field in fields}
    lower = {name.lower(): name for name in shapes}
    names, columns = [], []
    for name, column in zip(rows.column_names, rows.columns):
        # The engine does not tell `Total` from `total`.
        name = name if name in shapes else lower.get(name.lower(), name)
        names.append(name)
        columns.append(converted(column, shapes[name]) if name in shapes else column)
    return pa.table(columns, names=names)


def converted(column, shape):
    kind, _, _ = parts(shape)
    have = column.type
    if kind in ("int", "size") and pa.types.is_decimal(have) and have.scale == 0:
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid:
            return column
    if kind == "duration" and have == pa.month_day_nano_interval():
        return durations(joined(column))
    return column


def durations(intervals):
    """Intervals of days and less as lengths of time; those of months have none."""
    halves = pa.Array.from_buffers(pa.int64(), 2 * (len(intervals) + intervals.offset), [None, intervals.buffers()[1]])
    places = pc.multiply(pa.array(range(intervals.offset, intervals.offset + len(intervals)), pa.int64()), 2)
    # Months and days in the first half, nanoseconds in the second.
    dates, nanos = halves.take(places), halves.take(pc.add(places, 1))
    days = pc.shift_right(dates, 32)
    months = pc.subtract(dates, pc.shift_left(days, 32))
    there = pc.is_valid(intervals)
    if pc.any(pc.and_(there, pc.not_equal(months, 0))).as_py():
        return intervals
    micros = pc.add(pc.multiply(days, DAY), pc.divide(nanos, 1000))
    return pc.if_else(there, micros, pa.scalar(None, pa.int64())).cast(pa.duration("us"))
