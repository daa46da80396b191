"""Tables: read from and written to Arrow files, with declared columns checked on the way out.

Knows nothing of how a column is checked or what a frame is.
"""

import pyarrow as pa
import pyarrow.compute as pc

from _standpipe import frames
from _standpipe.columns import Column, is_text, joined, parts
from _standpipe.fault import Fault, text
from _standpipe.scalars import wrong


def reader(columns, frame, only=None):
    """A function that gives an Arrow file's declared columns as the frame that the body wants: of them `only` those,
    where the body surely reads no others."""
    names = None if columns is None else [field["name"] for field in columns]

    def read(wire, call):
        table = load(call.files[wire])
        call.originals[wire] = table
        if names is not None:
            for name in names:
                if name not in table.column_names:
                    raise Fault("input", f"has no column `{name}`; it has {listed(table.column_names)}")
            table = table.select(names)
        if only is not None:
            table = table.select([name for name in table.column_names if name in only])
        return frames.given(table, frame)

    return read


def load(path):
    """The table of an Arrow file; its memory is the file."""
    try:
        return pa.ipc.open_file(pa.memory_map(path)).read_all()
    except (pa.ArrowException, OSError) as error:
        raise Fault("input", f"cannot be read as a table: {error}") from None


def writer(columns, declared):
    """A function that checks a result and writes it."""
    short = declared if len(declared) <= 60 else "Table[…]"

    def write(value, call):
        return save(conformed(value, columns, short), call)

    return write


def conformed(value, columns, declared):
    """The result as an Arrow table of exactly the declared columns."""
    wanted = None if columns is None else [field["name"] for field in columns]
    source = frames.Source(value, wanted)
    if source.names is None:
        help = None if value is None else "return a data frame of pandas, polars or pyarrow"
        raise wrong(value, declared, help)
    if columns is None:
        return undeclared(source)
    absent = [name for name in wanted if name not in source.names]
    if absent:
        what = "columns" if len(absent) > 1 else "column"
        message = f"has no {what} {listed(absent)}, but `{declared}` declares {'them' if len(absent) > 1 else 'it'}"
        raise Fault("table", message, f"its columns: {listed(source.names)}")
    arrays, fields = [], []
    for field in columns:
        name, shape = field["name"], field["shape"]
        array = Column(name, declared, source.loose).conform(source.column(name), shape)
        arrays.append(array)
        fields.append(pa.field(name, array.type, nullable=parts(shape)[2] or array.null_count > 0))
    if not arrays:
        return pa.table({})
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def undeclared(source):
    """Every column as it came; only text has one type, so that equal tables have equal bytes."""
    arrays = [source.column(name) for name in source.names]
    arrays = [array.cast(pa.large_string()) if is_text(array.type) else array for array in arrays]
    fields = [pa.field(name, array.type) for name, array in zip(source.names, arrays)]
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def save(table, call):
    """Writes the table, unless it is one of the inputs unchanged."""
    for index, original in call.originals.items():
        if isinstance(original, pa.Table) and original.schema == table.schema and original.equals(table):
            return {"same": index}
    path = call.new_file(".arrow")
    table = pa.Table.from_arrays([canonical(column) for column in table.columns], schema=table.schema)
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)
    return {"path": path, "rows": table.num_rows}


def canonical(column):
    """One chunk, and nothing but zeros where there is no value: equal columns have equal bytes."""
    array = joined(column)
    if array.null_count and array.null_count < len(array):
        array = pc.take(array, pa.array(range(len(array))) if len(array) < 1000 else counted(len(array)))
    return array


def counted(size):
    """The integers below `size`."""
    return pc.subtract(pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int64()), size)), 1)


def listed(names):
    shown = ", ".join(f"`{name}`" for name in names[:12])
    return (shown + ", …" if len(names) > 12 else shown) or "none"


def described(columns):
    return text({"table": columns})
