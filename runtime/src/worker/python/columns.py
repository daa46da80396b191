"""Columns against their declared types: checked and cast to the one Arrow type that each has in the store.

Knows nothing of data frames or files.
"""

import pyarrow as pa
import pyarrow.compute as pc

from _standpipe.fault import Fault, text

# What each type is in an Arrow file. `Json` may be anything.
TYPES = {
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "string": pa.large_string(),
    "one_of": pa.large_string(),
    "date": pa.date32(),
    "time": pa.timestamp("us", "UTC"),
    "duration": pa.duration("us"),
    "size": pa.int64(),
}

# Floats beyond it are not exact integers.
EXACT = 1 << 53


def parts(shape):
    """A shape as (kind, what it holds, whether it is optional)."""
    if isinstance(shape, dict) and "optional" in shape:
        kind, inner, _ = parts(shape["optional"])
        return kind, inner, True
    if isinstance(shape, str):
        return shape, None, False
    ((kind, inner),) = shape.items()
    return kind, inner, False


def stored(shape):
    """The Arrow type of a shape; `None` where any will do."""
    kind, inner, _ = parts(shape)
    if kind == "list":
        item = stored(inner)
        return item and pa.large_list(item)
    if kind == "record":
        fields = [(field["name"], stored(field["shape"]), parts(field["shape"])[2]) for field in inner]
        return None if any(kind is None for _, kind, _ in fields) else pa.struct([pa.field(*field) for field in fields])
    if kind == "map":
        item = stored(inner)
        return item and pa.map_(pa.large_string(), item)
    return TYPES.get(kind)


def kind_of(kind):
    """An Arrow type by its name in the language."""
    tests = (
        (pa.types.is_integer, "Int"),
        (pa.types.is_floating, "Float"),
        (pa.types.is_boolean, "Bool"),
        (is_text, "String"),
        (pa.types.is_date, "Date"),
        (pa.types.is_timestamp, "Time"),
        (pa.types.is_duration, "Duration"),
        (pa.types.is_decimal, "DECIMAL"),
        (pa.types.is_interval, "INTERVAL"),
        (is_list, "List"),
        (pa.types.is_struct, "a record"),
        (pa.types.is_map, "a Map"),
    )
    return next((name for test, name in tests if test(kind)), str(kind))


def is_text(kind):
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or str(kind) == "string_view"


def is_list(kind):
    return pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)


class Column:
    """One column on its way: its name, the table's declared type, and whether integers may have become floats."""

    def __init__(self, name, declared, loose):
        self.name = name
        self.declared = declared
        self.loose = loose

    def wrong(self, array, shape, help=None):
        message = f"has column `{self.name}` as {kind_of(array.type)}, but `{self.declared}` declares `{text(shape)}`"
        return Fault("table", message, help)

    def bad(self, array, good, shape, help=None):
        """The failure for the first row that is not good."""
        row = pc.index(good, False).as_py()
        value = array[row].as_py()
        shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:60] + "…"
        message = f"has {shown} in column `{self.name}`, row {row}, but `{self.declared}` declares `{text(shape)}`"
        return Fault("table", message, help or "rows are counted from 0")

    def conform(self, array, shape):
        """The column as it is stored, or the failure that names it."""
        kind, inner, optional = parts(shape)
        wanted = stored(shape)
        if pa.types.is_dictionary(array.type):
            array = array.cast(array.type.value_type)
        if wanted is not None and array.null_count == len(array):
            array = pa.nulls(len(array), wanted)
        elif kind in FAMILIES:
            array = FAMILIES[kind](self, array, inner, shape)
        if not optional and array.null_count:
            self.absent(array, shape)
        if kind in ("int", "float") and inner:
            self.bounded(array, inner, shape)
        if kind == "one_of":
            members = pa.array(inner, pa.large_string())
            self.hold(array, pc.or_(pc.is_in(array, value_set=members), pc.is_null(array)), shape)
        return array

    def absent(self, array, shape):
        row = pc.index(pc.is_null(array), True).as_py()
        message = f"has no value in column `{self.name}`, row {row}, but `{self.declared}` declares `{text(shape)}`"
        help = f"drop or fill rows without a value, or declare `{self.name}: {text(shape)}?` (rows are counted from 0)"
        raise Fault("table", message, help)

    def hold(self, array, good, shape, help=None):
        if not pc.all(good, min_count=0).as_py():
            raise self.bad(array, good, shape, help)

    def bounded(self, array, bound, shape):
        if bound["low"] is not None:
            self.hold(array, pc.greater_equal(array, bound["low"]), shape)
        if bound["high"] is not None:
            below = pc.less_equal if bound["inclusive"] else pc.less
            self.hold(array, below(array, bound["high"]), shape)

    def integer(self, array, inner, shape):
        if pa.types.is_floating(array.type) and self.loose:
            # pandas has no integers beside missing values: whole floats are what they were.
            whole = pc.and_(pc.equal(pc.floor(array), array), pc.less_equal(pc.abs(array), EXACT))
            self.hold(array, whole, shape, "convert the column, or declare it `Float` (rows are counted from 0)")
        elif not pa.types.is_integer(array.type):
            raise self.wrong(array, shape, "convert the column with `.astype(int)`" if self.loose else None)
        return self.cast(array, pa.int64(), shape)

    def decimal(self, array, inner, shape):
        if not (pa.types.is_floating(array.type) or pa.types.is_integer(array.type) or pa.types.is_decimal(array.type)):
            raise self.wrong(array, shape)
        return array.cast(pa.float64(), safe=False)

    def boolean(self, array, inner, shape):
        if not pa.types.is_boolean(array.type):
            raise self.wrong(array, shape)
        return array

    def string(self, array, inner, shape):
        if not is_text(array.type):
            raise self.wrong(array, shape, "convert the column with `.astype(str)`" if self.loose else None)
        return array.cast(pa.large_string())

    def date(self, array, inner, shape):
        if not (pa.types.is_date(array.type) or pa.types.is_timestamp(array.type)):
            raise self.wrong(array, shape, "convert the column with `pandas.to_datetime`" if self.loose else None)
        days = array.cast(pa.date32(), safe=False)
        if pa.types.is_timestamp(array.type):
            plain = array.cast(pa.int64()).cast(pa.timestamp(array.type.unit))
            help = "take the day of each time with `.dt.normalize()` (rows are counted from 0)"
            self.hold(array, pc.equal(days.cast(plain.type), plain), shape, help)
        return days

    def time(self, array, inner, shape):
        if not pa.types.is_timestamp(array.type):
            raise self.wrong(array, shape, "convert the column with `pandas.to_datetime`" if self.loose else None)
        # A time without a zone is taken as UTC. By way of integers: no zone database is needed.
        plain = array.cast(pa.timestamp("us", array.type.tz), safe=False)
        return plain.cast(pa.int64()).cast(pa.timestamp("us", "UTC"))

    def duration(self, array, inner, shape):
        if not pa.types.is_duration(array.type):
            raise self.wrong(array, shape)
        return array.cast(pa.duration("us"), safe=False)

    def size(self, array, inner, shape):
        array = self.integer(array, inner, shape)
        self.hold(array, pc.greater_equal(array, 0), shape)
        return array

    def many(self, array, inner, shape):
        if not is_list(array.type):
            raise self.wrong(array, shape)
        array = joined(array)
        items = self.conform(array.flatten(), inner)
        lengths = pc.fill_null(pc.list_value_length(array), 0).cast(pa.int64())
        offsets = pa.concat_arrays([pa.array([0], pa.int64()), pc.cumulative_sum(lengths)])
        return pa.LargeListArray.from_arrays(offsets, joined(items), mask=pc.is_null(array))

    def record(self, array, inner, shape):
        if not pa.types.is_struct(array.type):
            raise self.wrong(array, shape)
        array = joined(array)
        there = pc.is_valid(array)
        arrays, fields = [], []
        for field in inner:
            column = Column(f"{self.name}.{field['name']}", self.declared, self.loose)
            if array.type.get_field_index(field["name"]) < 0:
                raise Fault("table", f"has no column `{column.name}`, but `{self.declared}` declares it")
            part = pc.struct_field(array, field["name"])
            column.conform(part.filter(there), field["shape"])
            part = column.conform(part, {"optional": field["shape"]})
            arrays.append(joined(part))
            fields.append(pa.field(field["name"], part.type, parts(field["shape"])[2] or array.null_count > 0))
        return pa.StructArray.from_arrays(arrays, fields=fields, mask=pc.invert(there))

    def map(self, array, inner, shape):
        array = joined(array)
        if pa.types.is_struct(array.type):
            # Rows of dicts come as records of all their keys.
            rows = [row and [(key, part) for key, part in row.items() if part is not None] for row in array.to_pylist()]
            kinds = {field.type for field in array.type}
            if len(kinds) > 1:
                raise self.wrong(array, shape, "the values of a Map are all of one type")
            array = pa.array(rows, pa.map_(pa.large_string(), kinds.pop() if kinds else pa.null()))
        if not pa.types.is_map(array.type) or not is_text(array.type.key_type):
            raise self.wrong(array, shape)
        filled = array.filter(pc.is_valid(array))
        items = joined(Column(f"{self.name}[…]", self.declared, self.loose).conform(filled.items, inner))
        lengths = [None if row is None else len(row) for row in array.to_pylist()]
        offsets, at = [], 0
        for length in lengths:
            offsets.append(None if length is None else at)
            at += length or 0
        offsets = pa.array([*offsets, at], pa.int32())
        return pa.MapArray.from_arrays(offsets, filled.keys.cast(pa.large_string()), items)

    def cast(self, array, kind, shape, help=None):
        try:
            return array.cast(kind)
        except pa.ArrowInvalid as error:
            reason = str(error).split("\n")[0]
            message = f"has column `{self.name}` that is no `{text(shape)}`, which `{self.declared}` declares: {reason}"
            raise Fault("table", message, help) from None


def joined(array):
    """One array of a chunked one."""
    if isinstance(array, pa.ChunkedArray):
        return pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    return array


FAMILIES = {
    "int": Column.integer,
    "float": Column.decimal,
    "bool": Column.boolean,
    "string": Column.string,
    "one_of": Column.string,
    "date": Column.date,
    "time": Column.time,
    "duration": Column.duration,
    "size": Column.size,
    "list": Column.many,
    "record": Column.record,
    "map": Column.map,
}
