//! Expressions as people read them, close to how they were written. What a node is called is the caller's to say.

use std::fmt::Write;

use crate::{BinaryOp, Builtin, Expr, NodeId, UnaryOp};

impl Expr {
    /// The expression as text, with `name` saying what each node is called.
    #[must_use]
    pub fn show(&self, name: &dyn Fn(NodeId) -> String) -> String {
        let mut out = String::new();
        self.show_into(&mut out, name);
        out
    }

    fn show_into(&self, out: &mut String, name: &dyn Fn(NodeId) -> String) {
        match self {
            Self::Const(value) => out.push_str(&value.to_string()),
            Self::Node(id) => out.push_str(&name(*id)),
            Self::Input(input) => out.push_str(input),
            Self::Attempt => out.push_str("attempt"),
            Self::Field(of, field) => {
                of.operand(out, name);
                out.push('.');
                out.push_str(field);
            }
            Self::Index(list, index) => {
                list.operand(out, name);
                out.push('[');
                index.show_into(out, name);
                out.push(']');
            }
            Self::Record(fields) if fields.is_empty() => out.push_str("{}"),
            Self::Record(fields) => {
                out.push_str("{ ");
                for (index, (field, value)) in fields.iter().enumerate() {
                    let _ = write!(out, "{}{field}: ", if index > 0 { ", " } else { "" });
                    value.show_into(out, name);
                }
                out.push_str(" }");
            }
            Self::List(items) => comma_separated(out, "[", items, "]", name),
            Self::Range { start, end, inclusive } => {
                start.operand(out, name);
                out.push_str(if *inclusive { "..=" } else { ".." });
                end.operand(out, name);
            }
            Self::Unary(op, of) => {
                out.push_str(match op {
                    UnaryOp::Negate => "-",
                    UnaryOp::Not => "not ",
                });
                of.operand(out, name);
            }
            Self::Binary(op, left, right) => {
                left.operand(out, name);
                let _ = write!(out, " {} ", op.symbol());
                right.operand(out, name);
            }
            Self::If { condition, then, otherwise } => {
                out.push_str("if ");
                condition.show_into(out, name);
                out.push_str(" { ");
                then.show_into(out, name);
                out.push_str(" } else { ");
                otherwise.show_into(out, name);
                out.push_str(" }");
            }
            Self::Match { subject, arms, otherwise } => {
                out.push_str("match ");
                subject.show_into(out, name);
                out.push_str(" { ");
                for (values, value) in arms {
                    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                    let _ = write!(out, "{} {{ ", values.join(" | "));
                    value.show_into(out, name);
                    out.push_str(" } ");
                }
                if let Some(otherwise) = otherwise {
                    out.push_str("else { ");
                    otherwise.show_into(out, name);
                    out.push_str(" } ");
                }
                out.push('}');
            }
            Self::Concat(parts) => {
                out.push('"');
                for part in parts {
                    if let Self::Const(text) = part {
                        let quoted = format!("{:?}", text.text());
                        out.push_str(&quoted[1..quoted.len() - 1]);
                    } else {
                        out.push_str("${");
                        part.show_into(out, name);
                        out.push('}');
                    }
                }
                out.push('"');
            }
            Self::Call(builtin, args) => {
                out.push_str(builtin.name());
                comma_separated(out, "(", args, ")", name);
            }
            Self::ToFloat(of) => of.show_into(out, name),
        }
    }

    /// In parentheses where it would otherwise be read with what stands beside it.
    fn operand(&self, out: &mut String, name: &dyn Fn(NodeId) -> String) {
        let mut inner = self;
        while let Self::ToFloat(of) = inner {
            inner = of;
        }
        let loose = matches!(
            inner,
            Self::Unary(..) | Self::Binary(..) | Self::Range { .. } | Self::If { .. } | Self::Match { .. }
        );
        if loose {
            out.push('(');
        }
        inner.show_into(out, name);
        if loose {
            out.push(')');
        }
    }
}

fn comma_separated(out: &mut String, open: &str, items: &[Expr], close: &str, name: &dyn Fn(NodeId) -> String) {
    out.push_str(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        item.show_into(out, name);
    }
    out.push_str(close);
}

impl BinaryOp {
    /// As it is written in a `.pipe` file.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::And => "and",
            Self::Or => "or",
            Self::Coalesce => "??",
        }
    }
}

impl Builtin {
    /// As it is written in a `.pipe` file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Len => "len",
            Self::Size => "size",
            Self::MaxBy => "max_by",
            Self::MinBy => "min_by",
            Self::Secret => "secret",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    #[test]
    fn an_expression_reads_as_it_was_written() {
        let node = |id| Box::new(Expr::Node(NodeId(id)));
        let auc = Expr::Field(node(1), "auc".into());
        let lift = Expr::Binary(BinaryOp::Subtract, Box::new(auc), Box::new(Expr::Const(Value::Float(0.5))));
        let double = Expr::Binary(BinaryOp::Multiply, Box::new(lift), Box::new(Expr::Const(Value::Int(2))));
        let text = Expr::Concat(vec![Expr::Const(Value::string("lift \"")), double]);
        let name = |id: NodeId| format!("%{}", id.0);
        assert_eq!(text.show(&name), r#""lift \"${(%1.auc - 0.5) * 2}""#);
    }
}
