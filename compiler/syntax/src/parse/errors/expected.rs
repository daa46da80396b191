//! What could have stood at a place, in our words: the parser generator's list of tokens, grouped.

/// What the grammar would have taken.
pub(in crate::parse) struct Expected<'a>(pub(in crate::parse) &'a [String]);

impl Expected<'_> {
    /// The grammar's own name of a token: `name`, or with quotes `"("`.
    pub(in crate::parse) fn has(&self, token: &str) -> bool {
        self.0.iter().any(|other| other == token)
    }

    /// An operand's start.
    pub(in crate::parse) fn expression(&self) -> bool {
        self.has("int")
    }

    pub(in crate::parse) fn ty(&self) -> bool {
        self.has("name") && self.has("\"{\"") && !self.expression()
    }

    pub(in crate::parse) fn name(&self) -> bool {
        self.has("name") && !self.expression() && !self.ty()
    }

    /// What came before is whole, and an operator could follow.
    pub(in crate::parse) fn operator(&self) -> bool {
        self.has("\"+\"") || self.has("\"or\"")
    }

    /// In a few words; `None` when too much is possible to say.
    pub(in crate::parse) fn words(&self) -> Option<&'static str> {
        let punctuation: &[(&str, &'static str)] = &[
            ("block", "`{`"),
            ("\":\"", "`:`"),
            ("\"=\"", "`=`"),
            ("\")\"", "`)`"),
            ("\"]\"", "`]`"),
            ("\"}\"", "`}`"),
            ("\"(\"", "`(`"),
            ("\"in\"", "`in`"),
            ("\"->\"", "`->`"),
            ("\"{\"", "`{`"),
        ];
        if self.expression() {
            return Some("an expression");
        }
        if self.ty() {
            return Some("a type");
        }
        if self.has("string") && self.has("name") {
            return Some("a module: `std/…`, or a file in quotes");
        }
        if self.name() {
            return Some("a name");
        }
        if self.has("string") {
            return Some("a string");
        }
        punctuation.iter().find(|(token, _)| self.has(token)).map(|(_, words)| *words)
    }
}

#[cfg(test)]
mod tests {
    use super::Expected;

    #[test]
    fn a_long_list_becomes_two_words() {
        let tokens = ["name", "int", "float", "\"(\"", "\"[\"", "\"not\""].map(str::to_owned);
        assert_eq!(Expected(&tokens).words(), Some("an expression"));
        let tokens = ["name", "\"{\"", "string"].map(str::to_owned);
        assert_eq!(Expected(&tokens).words(), Some("a type"));
    }
}
