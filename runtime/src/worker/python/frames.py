"""Data frames and Arrow tables: from one to the other, whatever library a body uses.

Knows nothing of declared types or files.
"""

from collections.abc import Mapping

import pyarrow as pa

from _standpipe.fault import Fault, found
from _standpipe.packages import need


def given(table, frame):
    """An Arrow table as the frame that the body gets."""
    if frame == "polars":
        return need("polars", 'a `Table` with `frame: "polars"`').from_arrow(table, rechunk=False)
    if frame == "pyarrow":
        return table
    pandas = need("pandas", "a `Table`")
    made = table.to_pandas(date_as_object=False)
    # Before version 3 a frame on read-only memory could not be changed.
    return made if int(pandas.__version__.split(".")[0]) >= 3 else made.copy()


def is_pandas(value):
    return type(value).__module__.split(".")[0] == "pandas" and hasattr(value, "to_numpy")


def is_parquet(value):
    """Whether it is a Parquet file that was opened."""
    return type(value).__module__.startswith("pyarrow.parquet") and hasattr(value, "schema_arrow")


class Source:
    """Something that a body returned as a table: its column names, and each column as Arrow."""

    def __init__(self, value, wanted):
        self.loose = is_pandas(value)
        self.value = self.pandas(value, wanted) if self.loose else arrow(value, wanted)
        if self.value is None:
            self.names = None
        elif is_parquet(value):
            self.names = value.schema_arrow.names
        else:
            self.names = list(self.value.columns) if self.loose else self.value.column_names
        odd = [name for name in self.names or () if not isinstance(name, str)]
        if odd:
            help = "give every column a name that is text"
            raise Fault("table", f"has a column whose name is {found(odd[0])}", help)
        double = [name for name in self.names or () if self.names.count(name) > 1]
        if double:
            raise Fault("table", f"has more than one column `{double[0]}`")

    def pandas(self, value, wanted):
        """A pandas frame; its index becomes columns where it has names that are wanted."""
        if value.ndim == 1:
            value = value.to_frame()
        index = [name for name in value.index.names if name is not None and name not in value.columns]
        if index and (wanted is None or set(index) & set(wanted)):
            value = value.reset_index()
        return value

    def column(self, name):
        if not self.loose:
            return self.value.column(name)
        try:
            return pa.array(self.value[name], from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            reason = str(error.args[0] if error.args else error).split("\n")[0]
            raise Fault("table", f"has column `{name}` with values of different kinds: {reason}") from None

    def rows(self):
        return len(self.value)


def arrow(value, wanted):
    """An Arrow table of anything that is one, or `None`. Of an open file only the columns that are wanted are read."""
    if isinstance(value, pa.Table):
        return value
    if is_parquet(value):
        names = value.schema_arrow.names
        try:
            return value.read(names if wanted is None else [name for name in names if name in wanted])
        except (pa.ArrowException, OSError) as error:
            raise Fault("table", f"cannot be read: {str(error).splitlines()[0]}") from None
    if isinstance(value, pa.RecordBatch):
        return pa.Table.from_batches([value])
    if isinstance(value, pa.RecordBatchReader):
        return value.read_all()
    if type(value).__module__.split(".")[0] == "polars" and hasattr(value, "collect"):
        value = value.collect()
    if hasattr(value, "to_arrow"):
        return value.to_arrow()
    if hasattr(value, "__arrow_c_stream__"):
        return pa.table(value)
    try:
        if isinstance(value, (list, tuple)) and value and all(isinstance(row, Mapping) for row in value):
            return pa.Table.from_pylist([dict(row) for row in value])
        if isinstance(value, Mapping) and value:
            return pa.table(dict(value))
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise Fault("table", f"cannot be made a table: {str(error).splitlines()[0]}") from None
    return None
