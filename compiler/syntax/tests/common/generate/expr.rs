//! Expressions of generated programs.

use super::{LITERALS, Maker, OPERATORS};

impl Maker<'_> {
    pub(super) fn expr(&mut self) {
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
    pub(super) fn branch(&mut self) {
        self.push("(");
        self.compound();
        self.push(")");
    }

    pub(super) fn compound(&mut self) {
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
}
