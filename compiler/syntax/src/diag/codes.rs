//! Every code there is: a line here, a page `compiler/errors/<code>.md`. A missing page does not compile.
//!
//! E00 reading, E01 lexing and parsing, E02 names, E03 types, E04 embedded languages, E05 lowering, E06 running;
//! W is a warning of the same family.

use std::fmt;

use super::Severity;

/// A stable code such as `E0301`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

/// What is known of a code: its title and its page.
pub struct Entry {
    pub code: Code,
    /// A few words: `unknown name`.
    pub title: &'static str,
    /// Markdown; its first `pipe` block yields exactly this code, its second none.
    pub page: &'static str,
}

macro_rules! codes {
    ($($name:ident $code:literal $title:literal)*) => {
        impl Code {
            $(pub const $name: Code = Code($code);)*
        }

        /// The registry, in order of code.
        pub const CODES: &[Entry] = &[
            $(Entry {
                code: Code::$name,
                title: $title,
                page: include_str!(concat!("../../../errors/", $code, ".md")),
            },)*
        ];
    };
}

codes! {}

impl Code {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// `W…` warns, everything else is an error.
    #[must_use]
    pub fn severity(self) -> Severity {
        if self.0.starts_with('W') { Severity::Warning } else { Severity::Error }
    }

    /// The registry's entry of that code, in any case.
    #[must_use]
    pub fn find(text: &str) -> Option<&'static Entry> {
        CODES.iter().find(|entry| entry.code.0.eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
