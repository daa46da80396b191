"""Tries what the table of the reference's sandbox tells of. Every answer is True for what could be done.

What is tried stands in `given`: places and processes outside that whoever runs this has made.
"""

import ctypes
import errno
import json
import os
import platform
import signal
import socket
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
X86 = platform.machine() == "x86_64"
# Calls that the C library has no name for: on x86_64, elsewhere.
CALLS = {
    "io_uring_setup": (425, 425),
    "add_key": (248, 217),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "pivot_root": (155, 41),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "process_vm_readv": (310, 270),
}
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS)
NEW_USER = 0x10000000
TRACE_ME = 0
TRACE_ATTACH = 16
NO_NEW_PRIVILEGES = 39


def call(name, *arguments):
    """Whether the kernel looked at the call's arguments, which are wrong."""
    ctypes.set_errno(0)
    number = CALLS[name][0 if X86 else 1]
    words = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    return LIBC.syscall(ctypes.c_long(number), *words) >= 0 or ctypes.get_errno() not in REFUSALS


def function(name, *arguments):
    ctypes.set_errno(0)
    return getattr(LIBC, name)(*arguments) >= 0 or ctypes.get_errno() not in REFUSALS


def apart(what):
    """Whether it can be done by a child, which is changed by it."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if what() else 1)
        except BaseException:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def can(what, *arguments):
    try:
        what(*arguments)
        return True
    except OSError:
        return False


def read(path):
    with open(path, "rb") as file:
        file.read(1)


def write(folder):
    name = os.path.join(folder, f"probe-{os.getpid()}")
    with open(name, "w") as file:
        file.write("x")
    os.unlink(name)


def tcp(port):
    socket.create_connection(("127.0.0.1", port), timeout=5).close()


def udp(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.sendto(b"x", ("127.0.0.1", port))


def unix(name):
    with socket.socket(socket.AF_UNIX) as own:
        own.connect(name)


def trace(process):
    """Attaches to a process that is only there for this, and lets it go."""
    if not function("ptrace", TRACE_ATTACH, process, None, None):
        return False
    os.waitpid(process, 0)
    return True


def probe(given, own):
    readable = own
    handle = ctypes.create_string_buffer(136)
    answers = {
        "read files of the system": can(read, "/etc/passwd") and can(os.listdir, "/usr"),
        "read a file that the run was given": can(read, own),
        "read another file of the project": can(read, given["undeclared"]),
        "read `.env` of the project, the file of secrets, the state folder": any(
            can(read, path) for path in given["hidden"]
        ),
        "read files elsewhere": can(read, given["elsewhere"] + "/file"),
        "write its result, `$TMPDIR`, its home folder": can(write, os.environ.get("TMPDIR", "/tmp"))
        and can(write, os.environ["HOME"]),
        "write shared memory": can(write, "/dev/shm"),
        "write `/tmp`": can(write, "/tmp"),
        "write the project's folder": can(write, given["project"]),
        "write elsewhere": can(write, given["elsewhere"]),
        "change the mode of a file that it may only read": can(os.chmod, readable, 0o644),
        "change the times of a file that it may only read": can(os.utime, readable, (1, 1)),
        "gain rights by a program that gives them": LIBC.prctl(NO_NEW_PRIVILEGES, 0, 0, 0, 0) == 0,
        "connect by TCP": can(tcp, given["tcp"]),
        "send by UDP": can(udp, given["udp"]),
        "connect to an abstract socket of another program": can(unix, "\0" + given["abstract"]),
        "connect to a socket file of another program": can(unix, given["socket"]),
        "see other processes": os.path.exists(f"/proc/{given['process']}/stat")
        and given["name"] in open(f"/proc/{given['process']}/cmdline").read(),
        "signal another process": can(os.kill, given["process"], 0),
        "read another process's memory or variables": can(read, f"/proc/{given['process']}/environ")
        or call("process_vm_readv", given["process"], 0, 0, 0, 0, 0),
        "`ptrace`": apart(lambda: function("ptrace", TRACE_ME, 0, None, None)),
        "`io_uring`": call("io_uring_setup", 0, 0),
        "`keyctl`, `add_key`": call("keyctl", 0, -4, 0) or call("add_key", 0, 0, 0, 0, 0),
        "`bpf`, `perf_event_open`, `userfaultfd`": any(
            [call("bpf", 99, 0, 0), call("perf_event_open", 0, 0, -1, -1, 0), call("userfaultfd", -1)]
        ),
        "`mount`, `chroot`, `pivot_root`": any(
            [
                apart(lambda: function("mount", None, b"/nowhere", None, 0, None)),
                apart(lambda: function("chroot", b"/nowhere")),
                call("pivot_root", 0, 0),
            ]
        ),
        "a namespace of its own": apart(lambda: function("unshare", NEW_USER)),
        "open files by handle": call("name_to_handle_at", -1, 0, handle, 0, 0) or call("open_by_handle_at", -1, 0, 0),
    }
    return answers


def networked(given):
    return {"use the network with `network: true`": can(tcp, given["tcp"]) and can(udp, given["udp"])}


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    answers = networked(given) if sys.argv[2:] else probe(given, os.path.abspath(__file__))
    print(json.dumps(answers))
