"""Artifacts: each codec reads a file and writes one. A table of names and a pair of functions each.

Knows nothing of what an artifact means.
"""

import filecmp
import importlib.util
import json as json_module
import os
import pathlib
import pickle as pickle_module

from _standpipe import write
from _standpipe.fault import Fault, found
from _standpipe.packages import need
from _standpipe.plainjson import jsonable
from _standpipe.scalars import wrong


def reader(codec, label):
    load, _ = known(codec)

    def read(wire, call):
        path = call.files[wire]
        value = guarded(lambda: load(path), codec, f"is no `{label}` that can be read")
        call.originals[wire] = value
        return value

    return read


def writer(codec, label):
    _, save = known(codec)

    def write_artifact(value, call):
        if value is None:
            raise wrong(value, label)
        if isinstance(value, os.PathLike) or (codec == "dir" and isinstance(value, str)):
            return existing(value, codec, label, call)
        path = call.new_file("." + codec)
        guarded(lambda: save(value, path), codec, f"is {found(value)}, which cannot be written as `{label}`")
        for index, original in call.originals.items():
            # It may have been changed in place: only the same bytes are the same artifact.
            if original is value and filecmp.cmp(path, call.files[index], shallow=False):
                os.unlink(path)
                return {"same": index}
        return {"path": path}

    return write_artifact


def known(codec):
    if codec not in CODECS:
        raise Fault("load", f"there is no codec `{codec}`", f"codecs: {', '.join(sorted(CODECS))}")
    return CODECS[codec]


def existing(value, codec, label, call):
    """A body may write the file itself and return its path."""
    path = os.path.abspath(value)
    kind = "folder" if codec == "dir" else "file"
    if not (os.path.isdir(path) if codec == "dir" else os.path.isfile(path)):
        raise Fault("result", f"is the path `{value}`, which is not a {kind}, but `{label}` is declared")
    return write.given(path, call)


def guarded(run, codec, what):
    try:
        return run()
    except Fault:
        raise
    except Exception as error:
        words = " ".join(str(error).split())
        raise Fault("codec", f"{what} by `{codec}`: {type(error).__name__}: {words}") from error


def refuse(value, codec, wanted):
    raise Fault("codec", f"is {found(value)}, but `{codec}` writes {wanted}")


def read_bytes(path):
    return pathlib.Path(path).read_bytes()


def save_bytes(value, path):
    with open(path, "wb") as file:
        file.write(value)


def save_joblib(value, path):
    need("joblib", "the codec `joblib`").dump(value, path)


def load_pickle(path):
    with open(path, "rb") as file:
        return pickle_module.load(file)


def save_pickle(value, path):
    with open(path, "wb") as file:
        pickle_module.dump(value, file, protocol=5)


def save_json(value, path):
    text = json_module.dumps(jsonable(value, 0), ensure_ascii=False, indent=2)
    save_bytes((text + "\n").encode(), path)


def save_text(value, path):
    if not isinstance(value, str):
        refuse(value, "text", "a str")
    save_bytes(value.encode(), path)


def save_npy(value, path):
    numpy = need("numpy", "the codec `npy`")
    with open(path, "wb") as file:
        numpy.save(file, numpy.asarray(value), allow_pickle=False)


def save_onnx(value, path):
    if isinstance(value, (bytes, bytearray)):
        save_bytes(value, path)
    elif hasattr(value, "SerializeToString"):
        save_bytes(value.SerializeToString(deterministic=True), path)
    else:
        refuse(value, "onnx", "a model of `onnx`, or its bytes")


def load_safetensors(path):
    library = "torch" if importlib.util.find_spec("torch") else "numpy"
    return need(f"safetensors.{library}", "the codec `safetensors`").load_file(path)


def save_safetensors(value, path):
    if not isinstance(value, dict):
        refuse(value, "safetensors", "a dict of arrays or tensors")
    torch = any(type(part).__module__.split(".")[0] == "torch" for part in value.values())
    library = "torch" if torch else "numpy"
    need(f"safetensors.{library}", "the codec `safetensors`").save_file(value, path)


def save_parquet(value, path):
    if hasattr(value, "to_parquet"):
        return value.to_parquet(path)
    from _standpipe import frames

    table = frames.arrow(value)
    if table is None:
        refuse(value, "parquet", "a data frame")
    need("pyarrow.parquet", "the codec `parquet`").write_table(table, path)


def save_csv(value, path):
    if hasattr(value, "to_csv"):
        return value.to_csv(path, index=False)
    from _standpipe import frames

    table = frames.arrow(value)
    if table is None:
        refuse(value, "csv", "a data frame")
    need("pyarrow.csv", "the codec `csv`").write_csv(table, path)


def save_png(value, path):
    if isinstance(value, (bytes, bytearray)):
        return save_bytes(value, path)
    figure = getattr(value, "figure", value)
    if hasattr(figure, "savefig"):
        # Without the program's version in it: equal pictures are equal files.
        return figure.savefig(path, format="png", metadata={"Software": None})
    if hasattr(value, "save"):
        return value.save(path, format="PNG")
    refuse(value, "png", "bytes, a figure of matplotlib or an image of pillow")


# Name: how a file is read, how a value is written.
CODECS = {
    "joblib": (lambda path: need("joblib", "the codec `joblib`").load(path), save_joblib),
    "pickle": (load_pickle, save_pickle),
    "json": (lambda path: json_module.loads(read_bytes(path)), save_json),
    "text": (lambda path: read_bytes(path).decode(), save_text),
    "npy": (lambda path: need("numpy", "the codec `npy`").load(path, allow_pickle=False), save_npy),
    "onnx": (lambda path: need("onnx", "the codec `onnx`").load(path), save_onnx),
    "safetensors": (load_safetensors, save_safetensors),
    "parquet": (lambda path: need("pandas", "the codec `parquet`").read_parquet(path), save_parquet),
    "csv": (lambda path: need("pandas", "the codec `csv`").read_csv(path), save_csv),
    "png": (pathlib.Path, save_png),
    "dir": (pathlib.Path, lambda value, path: refuse(value, "dir", "the path of a folder")),
}
