"""Tensors: NumPy arrays of a declared kind and shape, kept as `.npy` files.

Sizes that are names are bound per call: by the input that comes first, and the same from then on. Knows nothing of tasks.
"""

from _standpipe.fault import Fault, found
from _standpipe.packages import need


def reader(shape):
    numpy = need("numpy", "a `Tensor`")

    def read(wire, call):
        path = call.files[wire]
        try:
            value = numpy.load(path, allow_pickle=False)
        except ValueError as error:
            raise Fault("input", f"is no array that can be read: {error}") from error
        checked(value, shape, call, "input")
        call.originals[wire] = value
        return value

    return read


def writer(shape, declared):
    numpy = need("numpy", "a `Tensor`")

    def write(value, call):
        if value is None or isinstance(value, (str, bytes, dict)):
            raise Fault("result", f"is {found(value)}, but `{declared}` is declared", "return a NumPy array")
        value = numpy.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
        checked(value, shape, call, "result")
        path = call.new_file(".npy")
        numpy.save(path, value, allow_pickle=False)
        return {"path": path}

    return write


def checked(value, shape, call, kind):
    of, sizes = shape["of"], shape["sizes"]
    if value.dtype.name != of.lower():
        raise Fault(kind, f"is an array of {value.dtype.name}, but {of} is declared", f"convert it: `.astype(\"{of.lower()}\")`")
    if value.ndim != len(sizes):
        raise Fault(kind, f"has the shape {shown(value.shape)}, but {len(sizes)} sizes are declared")
    for place, (size, part) in enumerate(zip(value.shape, sizes)):
        ((how, wanted),) = part.items()
        if how == "named":
            if wanted == "_":
                continue
            bound, where = call.sizes.setdefault(wanted, (size, kind))
            if bound != size:
                raise Fault(
                    kind,
                    f"has the shape {shown(value.shape)}, but `{wanted}` is {bound} in an {where} before it"
                    if where == "input"
                    else f"has the shape {shown(value.shape)}, but `{wanted}` is {bound} in another part of it",
                )
        elif size != wanted:
            raise Fault(kind, f"has the shape {shown(value.shape)}, but size {place + 1} is declared as {wanted}")


def shown(shape):
    return "(" + ", ".join(map(str, shape)) + ")"
