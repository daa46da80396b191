"""Packages that the boundary itself needs, imported when first needed.

Knows nothing of what for.
"""

import importlib

from _standpipe.fault import Fault

# Packages whose name is not that of the module.
NAMES = {"PIL": "pillow"}


def need(module, purpose):
    """The module, or a failure that names the package to add."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        root = module.split(".")[0]
        if error.name != root:
            raise
        package = NAMES.get(root, root)
        message = f"{purpose} needs the package `{package}`, which is not in the environment"
        raise Fault(
            "package", message, f'add `"{package}"` with a version to the `packages` of the task\'s `env`'
        ) from None
