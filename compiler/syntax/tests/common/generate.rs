//! Programs from bytes: the same bytes make the same program, fewer bytes a smaller one. White space, line ends and
//! comments are strewn wherever the language allows them.

mod declaration;
mod expr;

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

    /// An expression that does not go on the line before it.
    fn expr_statement(&mut self) {
        self.name();
        self.push("(");
        self.list(Self::expr);
        self.push(")");
    }
}
