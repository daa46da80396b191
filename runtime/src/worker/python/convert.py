"""Tables as CSV and back, for shell steps: two functions that a worker calls like any task's.

Knows nothing of shells. Lists and records stand in a cell as JSON, durations as seconds.
"""

import csv
import json

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from _standpipe import tables
from _standpipe.columns import joined, parts, stored
from _standpipe.fault import Fault


def to_csv(table: pa.Table, path):
    """Writes the table to `path`, with a header."""
    columns = [cells(column) for column in table.columns]
    table = pa.table(dict(zip(table.column_names, columns)))
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    pyarrow.csv.write_csv(table, path, options)


def cells(column):
    kind = column.type
    if pa.types.is_duration(kind):
        return pc.divide(column.cast(pa.duration("us")).cast(pa.int64()).cast(pa.float64()), 1e6)
    if pa.types.is_nested(kind):
        return pa.array([None if cell is None else json.dumps(cell, default=str) for cell in column.to_pylist()])
    return column


def from_csv(path, columns):
    """Reads a CSV file with a header as a table; the declared columns say what its cells are."""
    types = {} if columns is None else {field["name"]: read_as(field["shape"]) for field in columns}
    optional = any(field["shape"] != "string" and is_text(field["shape"]) for field in columns or ())
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    try:
        options = pyarrow.csv.ConvertOptions(
            column_types=types,
            include_columns=needed(path, types),
            null_values=[""],
            strings_can_be_null=optional,
            quoted_strings_can_be_null=False,
            true_values=["true", "True", "TRUE", "1"],
            false_values=["false", "False", "FALSE", "0"],
        )
        table = pyarrow.csv.read_csv(path, parse_options=parse, convert_options=options)
    except (pa.ArrowException, OSError) as error:
        raise Fault("table", f"the CSV file cannot be read as `{tables.described(columns)}`: {error}") from None
    for field in columns or ():
        if field["name"] in table.column_names:
            index = table.column_names.index(field["name"])
            table = table.set_column(index, field["name"], value_of(table.column(index), field["shape"]))
    return table


def needed(path, declared):
    """The columns of the file that are looked at, `[]` for all: those that are declared, where the header plainly has them
    and no name twice. What is not declared is dropped."""
    with open(path, "rb") as file:
        header = file.readline(1 << 20)
    # A name that goes on in the next line has opened a quote here.
    names = [] if header.count(b'"') % 2 else next(csv.reader([header.decode(errors="replace")]), [])
    once = len(set(names)) == len(names)
    return list(declared) if once and declared and set(declared) < set(names) else []


def is_text(shape):
    return parts(shape)[0] in ("string", "one_of")


def read_as(shape):
    """The type that a cell is read as."""
    kind, _, _ = parts(shape)
    if kind in ("list", "record", "json", "map"):
        return pa.large_string()
    return pa.float64() if kind == "duration" else stored(shape) or pa.large_string()


def value_of(column, shape):
    kind, _, optional = parts(shape)
    if kind == "duration":
        return pc.multiply(column, 1e6).cast(pa.int64(), safe=False).cast(pa.duration("us"))
    if is_text(shape) and not optional:
        return pc.fill_null(column, "")
    if kind in ("list", "record"):
        try:
            return pa.array([cell and json.loads(cell) for cell in joined(column).to_pylist()])
        except ValueError as error:
            raise Fault("table", f"the CSV file has a cell that is not JSON: {error}") from None
    return column
