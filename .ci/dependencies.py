"""Holds the dependencies to `.ci/dependencies.toml`: licences, sources, banned crates, several versions of one crate.

Reads `cargo metadata` only; nothing is fetched but what Cargo.lock names.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
# Linux is what is built and tested; crates for other systems only would add versions that nobody compiles.
PLATFORM = "x86_64-unknown-linux-gnu"


def metadata(*options: str) -> dict:
    command = ["cargo", "metadata", "--format-version", "1", "--locked", *options]
    return json.loads(subprocess.run(command, cwd=HERE.parent, check=True, capture_output=True, text=True).stdout)


def allowed(expression: str, allow: set[str]) -> bool:
    """Whether an SPDX expression can be met with licences of `allow` alone. `/` is Cargo's old word for OR."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))

    def either() -> bool:
        met = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = both() or met
        return met

    def both() -> bool:
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = one() and met
        return met

    def one() -> bool:
        token = tokens.pop(0)
        if token == "(":
            met = either()
            tokens.pop(0)
            return met
        if tokens[:1] == ["WITH"]:
            token = f"{token} WITH {tokens[1]}"
            del tokens[:2]
        return token in allow

    return either()


def compatible(version: str) -> str:
    """The part of a version that decides whether two of them can be one: `1.2.3` is `1`, `0.4.1` is `0.4`."""
    major, minor, _ = version.split(".", 2)
    return f"0.{minor}" if major == "0" else major


def built() -> set[tuple[str, str]]:
    """Name and version of every crate that is compiled here; the metadata lists optional ones that nothing asks for."""
    command = ["cargo", "tree", "--workspace", "--edges", "normal,build,dev", "--target", PLATFORM, "--prefix", "none", "--locked"]
    lines = subprocess.run(command, cwd=HERE.parent, check=True, capture_output=True, text=True).stdout.splitlines()
    return {(name, version.removeprefix("v")) for name, version, *_ in (line.split() for line in lines if line)}


def problems(policy: dict) -> list[str]:
    found = []
    allow = set(policy["licences"])
    everywhere = metadata()
    for package in everywhere["packages"]:
        name = f"{package['name']} {package['version']}"
        source = package["source"] or ""
        if source and not source.startswith("registry+https://github.com/rust-lang/crates.io-index"):
            found.append(f"{name}: comes from {source}, not from crates.io")
        if package["name"] in policy["banned"]:
            found.append(f"{name}: banned, {policy['banned'][package['name']]}")
        if not package["license"]:
            found.append(f"{name}: names no licence")
        elif not allowed(package["license"], allow):
            found.append(f"{name}: licence {package['license']} is not on the list")

    versions = collections.defaultdict(set)
    for name, version in built():
        versions[name].add(compatible(version))
    several = {name: each for name, each in versions.items() if len(each) > 1}
    for name in sorted(several.keys() | policy["duplicates"].keys()):
        found_here, reviewed = (sorted(each.get(name, [])) for each in (several, policy["duplicates"]))
        if found_here != reviewed:
            found.append(f"{name}: versions {', '.join(found_here) or 'one'}; reviewed {', '.join(reviewed) or 'one'}")
    print(f"{len(everywhere['packages'])} packages, {len(several)} crates in several reviewed versions")
    return found


if __name__ == "__main__":
    found = problems(tomllib.loads((HERE / "dependencies.toml").read_text(encoding="utf-8")))
    print("\n".join(found))
    sys.exit(bool(found))
