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

codes! {
    UNREADABLE "E0001" "unreadable file"
    NOT_UTF8 "E0002" "not UTF-8"
    BAD_CHARACTER "E0101" "character that means nothing"
    UNTERMINATED_STRING "E0102" "string without an end"
    BAD_ESCAPE "E0103" "unknown escape"
    UNKNOWN_UNIT "E0104" "unknown unit"
    NUMBER_TOO_LARGE "E0105" "number too large"
    MIXED_MARGIN "E0106" "tabs and spaces mixed"
    UNMATCHED_BRACKET "E0107" "bracket without its partner"
    SYNTAX "E0108" "unexpected text"
    NOT_A_DECLARATION "E0109" "not a declaration"
    INDENTED_DECLARATION "E0110" "indented declaration"
    NOT_SUPPORTED "E0111" "not supported yet"
    RESERVED_WORD "E0112" "reserved word as a name"
    NAME_CASE "E0113" "name in the wrong case"
    TOO_DEEP "E0114" "nested too deep"
    MODULE_PATH "E0115" "not a module"
    ARGUMENT_ORDER "E0116" "argument without a name after one with a name"
    HIDDEN_CHARACTER "E0117" "character that cannot be seen"
    UNKNOWN_NAME "E0201" "unknown name"
    UNKNOWN_TYPE "E0202" "unknown type"
    UNKNOWN_MODULE "E0203" "unknown module"
    IMPORT_CYCLE "E0204" "cycle of imports"
    DUPLICATE "E0205" "declared twice"
    NOT_IN_MODULE "E0206" "not in the module"
    BOUND_TWICE "E0207" "bound twice"
    MODULE_NAME "E0208" "module without a name"
    UNUSED_STEP "W0201" "unused step"
    UNUSED_IMPORT "W0202" "unused import"
    UNUSED_TASK "W0203" "unused task"
    UNUSED_INPUT "W0204" "unused input"
    PYTHON_SYNTAX "E0401" "Python that cannot be read"
    BODY_FILE "E0402" "unreadable file of a body"
    PYTHON_REFERENCE "E0403" "not a reference to a function"
    NO_FUNCTION "E0404" "function that is not there"
    PARAMETERS "E0405" "parameters that do not fit the inputs"
    NO_RETURN "E0406" "body without a result"
    PYTHON_NAME "E0407" "name that nothing in Python defines"
    MISSING_FIELD "E0408" "field that is not returned"
    MISSING_PACKAGE "E0409" "package the environment lacks"
    MODULE_TWICE "E0410" "two modules of one name"
    EXTRA_FIELD "W0401" "returned field that is not declared"
}

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
