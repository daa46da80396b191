"""Which bodies may change something that lasts: found in their text, before they run.

What is cheap to put back is put back after every step, and bodies may change it as they like. A body that writes to
what it imported, or calls what sets something for the whole process, gets a process whose next step is nobody's. Rather one
process too many than a step that finds what another left. Knows nothing of steps.
"""

import ast

# Put back after every step.
RESTORED = {
    ("os", "environ"),
    ("sys", "argv"),
    ("sys", "path"),
    ("sys", "stdin"),
    ("sys", "stdout"),
    ("sys", "stderr"),
    ("sys", "excepthook"),
    ("sys", "displayhook"),
    ("sys", "unraisablehook"),
    ("sys", "dont_write_bytecode"),
    ("tempfile", "tempdir"),
    ("gc", "enable"),
    ("gc", "disable"),
    ("sys", "settrace"),
    ("sys", "setprofile"),
    ("asyncio", "set_event_loop_policy"),
}

# Modules whose use lasts whatever is called.
LASTING = {"cffi", "ctypes", "faulthandler", "resource", "tracemalloc"}

# What sets something for the whole process, when it is called of something imported.
SETTERS = frozenset(
    """
    addLevelName add_type add_history addaudithook basicConfig captureWarnings chroot dictConfig disable enable
    field_size_limit fileConfig install manual_seed_all nice patch pthread_sigmask putenv register
    register_at_fork register_converter register_dialect register_error reset_option sched_setaffinity sched_setscheduler
    set_asyncgen_hooks set_coroutine_origin_tracking_depth set_default_device set_default_dtype set_default_tensor_type
    set_event_loop set_event_loop_policy set_executable set_float32_matmul_precision set_forkserver_preload
    set_num_interop_threads set_num_threads set_option set_options set_printoptions set_start_method set_string_function
    setegid seteuid setgid setgroups setitimer setpgid setpgrp setpriority setprofile setregid setreuid setrlimit setsid
    settrace setuid seterr seterrcall setbufsize siginterrupt sigwait stack_size unregister unregister_dialect unsetenv
    use use_deterministic_algorithms alarm
    """.split()
)

# The same, of whatever it is called.
SETTERS_OF_ANYTHING = {"setLevel", "addHandler", "removeHandler", "addFilter", "removeFilter"}

# What changes a list, a dictionary or a set.
CHANGES = frozenset(
    "append extend insert update clear pop popitem remove setdefault add discard sort reverse __setitem__".split()
)


def lasting(tree, parts=None):
    """Whether what stands in `parts` of a syntax tree, by default in all of it, may change something that lasts."""
    known = imported(tree)
    return any(lasts(node, known) for part in (parts or [tree]) for node in ast.walk(part))


def imported(tree):
    """The names in a tree for what it imports, and for parts of that: each with the path of what it stands for."""
    known = {}
    assigned = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                path = tuple(alias.name.split("."))
                known[alias.asname or path[0]] = path if alias.asname else path[:1]
        elif isinstance(node, ast.ImportFrom):
            module = tuple((node.module or "").split("."))
            for alias in node.names:
                known[alias.asname or alias.name] = (*module, alias.name)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            assigned.append(node)
    for _ in range(2):
        for node in assigned:
            path = resolved(node.value, known)
            if path is not None:
                known[node.targets[0].id] = path
    return known


def resolved(node, known):
    """The path that an expression like `a.b[0].c` stands for; none where it does not begin with something imported."""
    names = []
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Call):
        called = node.func
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        return ("?", *reversed(names)) if name in ("import_module", "__import__") else None
    if isinstance(node, ast.Name) and node.id in known:
        return (*known[node.id], *reversed(names))
    return None


def lasts(node, known):
    if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
        path = resolved(node, known)
        return path is not None and path[:2] not in RESTORED
    if isinstance(node, ast.Name):
        return node.id == "__builtins__" or known.get(node.id, ("",))[0] in LASTING
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    if isinstance(called, ast.Name) and called.id in ("exec", "setattr", "delattr"):
        return called.id == "exec" or not node.args or resolved(node.args[0], known) is not None
    if isinstance(called, ast.Attribute) and called.attr in SETTERS_OF_ANYTHING:
        return True
    path = resolved(called, known)
    if path is None or path[:2] in RESTORED:
        return False
    inside = isinstance(called, ast.Attribute) and isinstance(called.value, (ast.Attribute, ast.Subscript))
    return path[-1] in SETTERS or (inside and path[-1] in CHANGES)
