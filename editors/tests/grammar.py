"""The tree-sitter grammar, held to its corpus, to every .pipe file of the project, to the compiler, and its queries to
the grammar.

    grammar.py PARSER.so STANDPIPE            run all
    grammar.py PARSER.so STANDPIPE --update   write what the corpus should be from what it is

PARSER.so is the generated parser, compiled; STANDPIPE the program. Needs tree-sitter's Python package.
"""

import ctypes
import functools
import hashlib
import pathlib
import re
import subprocess
import sys
import unittest
import warnings

from tree_sitter import Language, Parser, Query, QueryCursor

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GRAMMAR = HERE.parent / "tree-sitter-standpipe"
QUERIES = [GRAMMAR / "queries", HERE.parent / "helix/queries/standpipe", HERE.parent / "zed/languages/standpipe"]
# What takes the place of a part of one of them.
INSTEAD = [HERE.parent / "helix/queries/older"]

# The codes of what could not be read, or stands where it may not.
SYNTAX = re.compile(r"error\[E0[01]\d\d\]")


def language(path):
    function = ctypes.CDLL(path).tree_sitter_standpipe
    function.restype = ctypes.c_void_p
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return Language(function())


def shown(node, text, depth=0):
    """A node as the corpus writes it."""
    if node.is_missing:
        return f"(MISSING {node.type if node.is_named else repr(node.type)[1:-1]})"
    field_of = [node.field_name_for_child(index) for index in range(node.child_count)]
    parts = []
    for field, child in zip(field_of, node.children, strict=True):
        if not (child.is_named or child.is_missing):
            continue
        label = f"{field}: " if field else ""
        parts.append("\n" + "  " * (depth + 1) + label + shown(child, text, depth + 1))
    return f"({node.type}{''.join(parts)})"


def problems(node):
    """The parts of a tree that could not be read."""
    found, waiting = [], [node]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(node)
        elif node.has_error:
            waiting.extend(node.children)
    return found


def cases(path):
    """Name, source and expected tree of each case in a file of the corpus."""
    parts = re.split(r"^={10,}\n(.*)\n={10,}\n", path.read_text(), flags=re.M)[1:]
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        source, tree = re.split(r"^-{10,}\n", body, flags=re.M)
        yield name, source.lstrip("\n").rstrip("\n") + "\n", tree.strip()


def pipe_files():
    """All .pipe files that the project keeps, and the fenced blocks of its documentation."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.pipe"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    return sorted({ROOT / line for line in listed.stdout.splitlines()})


def blocks():
    """Each ```pipe block of the documentation: where it stands, and its text."""
    pages = [ROOT / "README.md", *sorted(ROOT.glob("docs/src/**/*.md")), *sorted(ROOT.glob("examples/*/README.md"))]
    for page in pages:
        for block in re.finditer(r"^```pipe[^\n]*\n(.*?)^```", page.read_text(), flags=re.M | re.S):
            yield f"{page.relative_to(ROOT)}:{page.read_text()[: block.start()].count(chr(10)) + 1}", block[1]


@functools.cache
def accepted(path):
    """Whether the compiler finds no mistake of syntax in a file."""
    done = subprocess.run(
        [STANDPIPE, "check", "--format", "line", "--quiet", str(path)], capture_output=True, text=True
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    return not SYNTAX.search(done.stdout)


def outline(node):
    """What a tree declares: the word and the name of each declaration, in order."""
    found = []
    for declaration in node.named_children:
        name = declaration.child_by_field_name("name")
        word = declaration.type.removesuffix("_declaration")
        if name is not None and word != "import":
            found.append(f"{word} {name.text.decode()}")
    return found


class Grammar(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.parser = Parser(LANGUAGE)

    def parse(self, text):
        return self.parser.parse(text if isinstance(text, bytes) else text.encode()).root_node

    def test_generated_from_this_grammar(self):
        digest = hashlib.sha256((GRAMMAR / "grammar.js").read_bytes()).hexdigest()
        recorded = (GRAMMAR / "src/grammar.sha256").read_text().split()[0]
        self.assertEqual(recorded, digest, "grammar.js is not what src/parser.c was generated from: run generate.sh")

    def test_corpus(self):
        count = 0
        for path in sorted((GRAMMAR / "test/corpus").glob("*.txt")):
            for name, source, tree in cases(path):
                with self.subTest(f"{path.stem}: {name}"):
                    self.assertEqual(shown(self.parse(source), source), tree)
                    count += 1
        self.assertGreater(count, 15)

    def test_what_the_compiler_reads_is_read(self):
        """No file in which the compiler finds no mistake of syntax has one here; and their declarations are the same."""
        read = 0
        for path in pipe_files():
            if not accepted(path):
                continue
            read += 1
            tree = self.parse(path.read_bytes())
            with self.subTest(str(path.relative_to(ROOT))):
                found = [(node.start_point[0] + 1, node.text[:40].decode(errors="replace")) for node in problems(tree)]
                self.assertEqual(found, [], "the compiler reads this")
                seen = subprocess.run(
                    [STANDPIPE, "plan", "--stage", "tree", str(path)], capture_output=True, text=True
                )
                self.assertEqual(outline(tree), declared(seen.stdout), seen.stderr)
        self.assertGreater(read, 80)

    def test_what_the_documentation_shows_is_read(self):
        count = 0
        for place, text in blocks():
            with self.subTest(place):
                self.assertEqual(problems(self.parse(text)), [])
                count += 1
        self.assertGreater(count, 10)

    def test_any_prefix_and_any_missing_line_of_a_file_ends(self):
        """Half typed files: the parser comes to an end, and all declarations after a damaged line are found again."""
        text = (ROOT / "examples/flights/flights.pipe").read_bytes()
        whole = outline(self.parse(text))
        for end in range(0, len(text), 97):
            self.parse(text[:end])
        lines, kept, asked = text.splitlines(keepends=True), 0, 0
        for at in range(len(lines)):
            damaged = b"".join(lines[:at] + [lines[at].rstrip(b"\n")[: len(lines[at]) // 2] + b"\n"] + lines[at + 1 :])
            found = set(outline(self.parse(damaged)))
            kept += sum(name in found for name in whole)
            asked += len(whole)
        print(f"declarations kept with half of one line missing: {kept} of {asked}")
        self.assertGreaterEqual(kept / asked, 0.9)

    def test_queries(self):
        """Every query is one of this grammar, and catches something in the sample."""
        sample = self.parse((HERE / "sample.pipe").read_bytes())
        self.assertEqual(problems(sample), [])
        count = 0
        for folder in QUERIES + INSTEAD:
            for path in sorted(folder.glob("*.scm")):
                with self.subTest(str(path.relative_to(ROOT))):
                    query = Query(LANGUAGE, path.read_text())
                    captures = QueryCursor(query).captures(sample)
                    self.assertTrue(captures)
                    count += 1
        self.assertGreater(count, 10)

    def test_bodies_are_injected(self):
        sample = self.parse((HERE / "sample.pipe").read_bytes())
        for folder in QUERIES:
            query = Query(LANGUAGE, (folder / "injections.scm").read_text())
            found = {}
            for pattern, captures in QueryCursor(query).matches(sample):
                for node in captures["injection.content"]:
                    if node.type == "raw_body":
                        found[query.pattern_settings(pattern)["injection.language"]] = node.text.split()[0].decode()
            self.assertEqual(found, {"python": "import", "bash": "cp", "sql": "SELECT"}, folder)

    def test_raw_bodies_are_what_the_compiler_takes(self):
        """Body for body and byte for byte but for the margin of the first line."""
        for path in pipe_files():
            tree = self.parse(path.read_bytes())
            if not accepted(path):
                continue
            seen = subprocess.run([STANDPIPE, "plan", "--stage", "tree", str(path)], capture_output=True, text=True)
            ours = [words(node.text.decode()) for node in raw_bodies(tree)]
            theirs = [words(unquoted(body)) for body in re.findall(r': raw ("(?:[^"\\]|\\.)*")', seen.stdout)]
            with self.subTest(str(path.relative_to(ROOT))):
                self.assertEqual(ours, theirs)


def raw_bodies(node):
    found = []
    for child in node.named_children:
        found.extend([child] if child.type == "raw_body" else raw_bodies(child))
    return found


def words(text):
    """The words of a body, whatever its margin."""
    return text.split()


def unquoted(text):
    """A Rust string literal as text."""
    escapes = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text[1:-1])
    return re.sub(r"\\(.)", lambda found: escapes.get(found[1], found[1]), text)


def declared(tree):
    """The same outline from `plan --stage tree`."""
    found = []
    for line in tree.splitlines():
        match = re.match(r'(type|artifact|const|env|task|effect|pipeline|service|schedule|test) ("[^"]*"|[A-Za-z_]\w*)', line)
        if match:
            found.append(f"{match[1]} {match[2]}")
    return found


def update():
    parser = Parser(LANGUAGE)
    for path in sorted((GRAMMAR / "test/corpus").glob("*.txt")):
        text = ""
        for name, source, _ in cases(path):
            tree = parser.parse(source.encode()).root_node
            text += f"{'=' * 80}\n{name}\n{'=' * 80}\n\n{source}\n{'-' * 80}\n\n{shown(tree, source)}\n\n"
        path.write_text(text.rstrip("\n") + "\n")


if __name__ == "__main__":
    LANGUAGE, STANDPIPE = language(sys.argv[1]), sys.argv[2]
    if sys.argv[3:] == ["--update"]:
        update()
    else:
        unittest.main(argv=[sys.argv[0]])
