//! Declarations of generated programs.

use super::Maker;

impl Maker<'_> {
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

    pub(super) fn file(&mut self) {
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
