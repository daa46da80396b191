//! Programs from bytes: the same bytes make the same program, fewer bytes a smaller one. White space, line ends and
//! comments are strewn wherever the language allows them.

/// A right program.
pub(crate) fn program(bytes: &[u8]) -> String {
    let mut maker = Maker { bytes, at: 0, out: String::new(), indent: 0, depth: 0 };
    maker.file();
    maker.out
}

struct Maker<'b> {
    bytes: &'b [u8],
    at: usize,
    out: String,
    indent: usize,
    depth: usize,
}

const NAMES: &[&str] = &["a", "rows", "model", "x1", "test", "limit_", "env", "task"];
const TYPES: &[&str] = &["Int", "Float", "String", "Row", "Model", "Duration"];
const OPERATORS: &[&str] =
    &["+", "-", "*", "/", "and", "or", "??", "==", "!=", "<", "<=", ">", ">=", "..", "..=", "|>"];
const LITERALS: &[&str] = &[
    "1",
    "1_000",
    "0.5",
    "1e-3",
    "20%",
    "30s",
    "500ms",
    "4GiB",
    "1.5GB",
    "true",
    "false",
    "none",
    "\"text\"",
    "\"a ${rows} b\"",
    "\"\"",
    "\"\\n\\u{1F600}\"",
    "\"${a + \"inner\"}\"",
    "\"a long literal, so that a line grows wide\"",
];

impl Maker<'_> {
    /// A number below `count`; 0 when the bytes are used up.
    fn pick(&mut self, count: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % count
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.pick(of.len())]
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn line(&mut self) {
        self.push("\n");
        let indent = " ".repeat(self.indent * 2 + self.indent.min(1) * self.pick(2));
        self.push(&indent);
    }

    /// Where white space may stand, but no line end.
    fn space(&mut self) {
        let space = self.one(&[" ", " ", "  ", "\t", ""]);
        self.push(space);
    }

    /// Where a line may end: inside parentheses and brackets, and after what wants more.
    fn gap(&mut self) {
        match self.pick(12) {
            0 => self.line(),
            1 => {
                self.push(" # aside");
                self.line();
            }
            2 => {
                self.line();
                self.push("# above");
                self.line();
            }
            3 => {
                self.push("\n\n");
                self.line();
            }
            _ => self.push(" "),
        }
    }

    /// Between statements, attributes and fields.
    fn end(&mut self) {
        match self.pick(8) {
            0 => self.push("  # at the end"),
            1 => self.push("\n"),
            2 => {
                self.line();
                self.push("# between");
            }
            _ => {}
        }
        self.line();
    }

    fn name(&mut self) {
        let name = self.one(NAMES);
        self.push(name);
    }

    fn list(&mut self, mut item: impl FnMut(&mut Self)) {
        let count = self.pick(4);
        for index in 0..count {
            self.gap();
            item(self);
            if index + 1 < count || self.pick(3) == 0 {
                self.gap();
                self.push(",");
            }
        }
        self.gap();
    }

    fn fields(&mut self, mut field: impl FnMut(&mut Self)) {
        self.push("{");
        self.indent += 1;
        let count = self.pick(4);
        let broken = self.pick(2) == 0;
        for index in 0..count {
            match (broken, index) {
                (true, _) => {
                    self.end();
                    if self.pick(5) == 0 {
                        self.push("## What it is.");
                        self.line();
                    }
                }
                (false, 0) => self.push(" "),
                (false, _) => self.push(", "),
            }
            field(self);
        }
        self.indent -= 1;
        if broken && count > 0 {
            self.end();
        }
        self.push(" }");
    }

    fn ty(&mut self) {
        self.depth += 1;
        match if self.depth > 3 { 0 } else { self.pick(10) } {
            0..=2 => {
                let name = self.one(TYPES);
                self.push(name);
            }
            3 => {
                self.push("List[");
                self.gap();
                self.ty();
                self.gap();
                self.push("]");
            }
            4 => {
                self.push("Table[");
                self.fields(|maker| {
                    maker.name();
                    maker.push(": ");
                    maker.ty();
                });
                self.push("]");
            }
            5 => {
                let name = self.one(TYPES);
                self.push(name);
                self.push("?");
            }
            6 => self.push("Int in 1..=64"),
            7 => self.push("Float in 0.0.."),
            8 => self.push("Tensor[Float32, n, 28]"),
            _ => self.push("\"free\" | \"pro\""),
        }
        self.depth -= 1;
    }

    fn expr(&mut self) {
        self.depth += 1;
        match if self.depth > 4 { 0 } else { self.pick(18) } {
            0 | 1 => self.name(),
            2 | 3 => {
                let literal = self.one(LITERALS);
                self.push(literal);
            }
            4..=6 => {
                // Always in parentheses, so that precedence does not matter.
                self.push("(");
                self.gap();
                self.expr();
                self.gap();
                let operator = self.one(OPERATORS);
                self.push(operator);
                self.gap();
                if operator == "|>" {
                    self.name();
                } else {
                    self.push("(");
                    self.expr();
                    self.push(")");
                }
                self.gap();
                self.push(")");
            }
            7 => {
                let word = self.one(&["(-", "(not "]);
                self.push(word);
                self.name();
                self.push(")");
            }
            8 => {
                self.push("[");
                self.list(Self::expr);
                self.push("]");
            }
            9 | 10 => {
                self.name();
                self.push("(");
                self.list(Self::expr);
                self.push(")");
            }
            11 => {
                self.name();
                self.push("(");
                self.gap();
                self.name();
                self.push(": ");
                self.expr();
                self.push(")");
            }
            12 => {
                self.name();
                self.push(".");
                self.name();
            }
            13 => {
                self.name();
                self.push("[");
                self.gap();
                self.expr();
                self.gap();
                self.push("]");
            }
            14 => self.fields(|maker| {
                maker.name();
                if maker.pick(3) > 0 {
                    maker.push(":");
                    maker.space();
                    maker.expr();
                }
            }),
            15 => {
                self.push("(deploy ");
                self.name();
                self.push("(");
                self.list(Self::expr);
                self.push("))");
            }
            16 => {
                self.push("(try ");
                self.name();
                self.push("(");
                self.list(Self::expr);
                self.push("))");
            }
            _ => self.branch(),
        }
        self.depth -= 1;
    }

    /// `if`, `for` and the like, in parentheses where they are part of something.
    fn branch(&mut self) {
        self.push("(");
        self.compound();
        self.push(")");
    }

    fn compound(&mut self) {
        match self.pick(5) {
            0 => {
                self.push("if ");
                self.name();
                self.space();
                self.block();
                if self.pick(2) == 0 {
                    self.gap();
                    self.push("else ");
                    self.block();
                }
            }
            1 => {
                let pattern = self.one(&["item", "{ a, rows }"]);
                self.push(&format!("for {pattern} in "));
                self.name();
                if self.pick(2) == 0 {
                    self.push(" limit 4");
                }
                self.push(" ");
                self.block();
            }
            2 => self.matched(),
            3 => {
                let pattern = self.one(&["item", "{ a, rows }"]);
                self.push(&format!("loop {pattern} = "));
                self.expr();
                self.clause("limit");
                self.push("20");
                self.clause("until");
                self.expr();
                self.push(" ");
                self.block();
            }
            _ => self.sweep(),
        }
    }

    fn matched(&mut self) {
        self.push("match ");
        self.name();
        self.push(" {");
        self.indent += 1;
        for _ in 0..self.pick(3) {
            if self.pick(2) == 0 {
                self.push(" ")
            } else {
                self.end()
            }
            let cases = self.one(&["\"a\"", "-1", "true | false", "none |\n  \"b\""]);
            self.push(cases);
            self.push(" ");
            self.block();
        }
        self.end();
        self.push("else ");
        self.block();
        self.indent -= 1;
        self.push(" }");
    }

    fn sweep(&mut self) {
        self.push("sweep ");
        let axes = 1 + self.pick(2);
        for axis in 0..axes {
            let space =
                self.one(&["2..=12", "0.0..1.0 step 0.1", "log(0.1, 1.0)", "Bool", "if a { 1..2 } else { 3..4 }"]);
            self.push(&format!("p{axis} in {space}"));
            if axis + 1 < axes {
                self.push(",");
                self.gap();
            }
        }
        self.clause("maximize");
        self.push("auc");
        if self.pick(2) == 0 {
            self.push(", minimize error.mean");
        }
        self.clause("using");
        self.push("asha(9) ");
        self.block();
    }

    /// A part of a head, which may stand on a line of its own.
    fn clause(&mut self, word: &str) {
        if self.pick(3) == 0 {
            self.line()
        } else {
            self.push(" ")
        }
        self.push(word);
        self.push(" ");
    }

    fn block(&mut self) {
        self.push("{");
        self.indent += 1;
        if self.pick(3) == 0 {
            self.push(" ");
            self.expr();
            self.push(" ");
        } else {
            for _ in 0..self.pick(4) {
                self.end();
                self.statement();
            }
            self.end();
        }
        self.indent -= 1;
        self.push("}");
    }

    fn statement(&mut self) {
        match self.pick(6) {
            0 => {
                self.push("{ a, rows } = ");
                self.expr();
            }
            1 => self.compound(),
            2 => self.expr_statement(),
            3 => {
                self.name();
                self.push(" = ");
                self.expr();
                self.gap();
                self.push("|> ");
                self.name();
                self.push("(");
                self.list(Self::expr);
                self.push(")");
            }
            _ => {
                self.name();
                self.space();
                self.push("=");
                self.gap();
                self.expr();
            }
        }
    }

    /// The body of a test.
    fn test(&mut self) {
        self.push("{");
        self.indent += 1;
        for _ in 0..self.pick(4) {
            self.end();
            if self.pick(2) == 0 {
                self.push("expect ");
                self.space();
                self.expr();
            } else {
                self.statement();
            }
        }
        self.end();
        self.indent -= 1;
        self.push("}");
    }

    /// An expression that does not go on the line before it.
    fn expr_statement(&mut self) {
        self.name();
        self.push("(");
        self.list(Self::expr);
        self.push(")");
    }

    fn attributes(&mut self, raw: bool) {
        self.push(" {");
        self.indent += 1;
        for _ in 0..self.pick(4) {
            self.end();
            self.name();
            self.push(": ");
            self.expr();
        }
        if raw {
            self.end();
            let name = self.one(&["python:", "sh:"]);
            self.push(name);
            let margin = "  ".repeat(self.indent + 2);
            for _ in 0..=self.pick(3) {
                let line = self.one(&["x = {", "", "    # not a comment", "\"${not} a string", "   "]);
                self.push(&format!("\n{margin}{line}"));
            }
            self.push(&format!("\n{margin}end"));
            self.push("\n");
        } else {
            self.end();
        }
        self.indent -= 1;
        self.push("}");
    }

    fn head(&mut self) {
        self.name();
        if self.pick(4) == 0 {
            self.push("[R: { label: Bool }, ");
            self.gap();
            self.push("S]");
        }
        self.push("(");
        self.indent += 1;
        self.list(|maker| {
            if maker.pick(6) == 0 {
                maker.line();
                maker.push("## What goes in.");
                maker.line();
            }
            maker.name();
            maker.push(":");
            maker.space();
            maker.ty();
            if maker.pick(4) == 0 {
                maker.push(" = ");
                maker.expr();
            }
        });
        self.indent -= 1;
        self.push(") -> ");
        self.ty();
    }

    fn declaration(&mut self) {
        match self.pick(14) {
            0 => self.push("import std/table { holdout, stack as pile }"),
            1 => self.push("import \"./a.pipe\" as other"),
            2 => {
                let row = self.one(&["type Row = ", "type Row[A, B: { x: Int }] = "]);
                self.push(row);
                self.ty();
            }
            3 => self.push("artifact Model[In,Out]: joblib"),
            4 => {
                self.push("const top: Int = ");
                self.expr();
            }
            5 => {
                self.push("env ml");
                self.attributes(false);
            }
            6 | 7 => {
                self.push("task ");
                self.head();
                self.attributes(true);
            }
            8 => {
                self.push("effect send()");
                self.attributes(true);
            }
            9 => {
                self.push("service serve(model: Model)");
                self.attributes(true);
            }
            10 => {
                self.push("schedule nightly");
                self.attributes(false);
            }
            11 | 12 => {
                self.push("test \"what it shows\" ");
                self.test();
            }
            _ => {
                self.push("pipeline ");
                self.head();
                self.push(" ");
                self.block();
            }
        }
    }

    fn file(&mut self) {
        if self.pick(3) == 0 {
            self.push("## About the file.\n\n");
        }
        for _ in 0..self.pick(5) {
            let before = self.one(&["", "", "\n", "# above\n", "## Documented.\n", "\n\n\n# apart\n\n"]);
            self.push(before);
            // What belongs to a declaration is indented.
            self.indent = 1;
            self.declaration();
            let after = self.one(&["\n", "  # beside\n", "\n"]);
            self.push(after);
        }
    }
}
