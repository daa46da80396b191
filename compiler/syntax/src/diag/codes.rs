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
    RESERVED_WORD "E0112" "reserved word as a name"
    NAME_CASE "E0113" "name in the wrong case"
    TOO_DEEP "E0114" "nested too deep"
    MODULE_PATH "E0115" "not a module"
    ARGUMENT_ORDER "E0116" "argument without a name after one with a name"
    HIDDEN_CHARACTER "E0117" "character that cannot be seen"
    EXPECT_OUTSIDE "E0118" "expectation outside of a test"
    UNKNOWN_NAME "E0201" "unknown name"
    UNKNOWN_TYPE "E0202" "unknown type"
    UNKNOWN_MODULE "E0203" "unknown module"
    IMPORT_CYCLE "E0204" "cycle of imports"
    DUPLICATE "E0205" "declared twice"
    NOT_IN_MODULE "E0206" "not in the module"
    BOUND_TWICE "E0207" "bound twice"
    MODULE_NAME "E0208" "module without a name"
    SAME_TEST "E0209" "two tests of one name"
    TWO_PARTS "E0220" "name of two files of a folder"
    TYPE_MISMATCH "E0301" "wrong type"
    CARDINALITY "E0302" "one for many, or many for one"
    MAY_BE_NONE "E0303" "may be none"
    LACKS_FIELD "E0304" "missing field or column"
    UNKNOWN_FIELD "E0305" "unknown field"
    MISSING_ARGUMENT "E0306" "missing input"
    UNKNOWN_ARGUMENT "E0307" "unknown input"
    TOO_MANY "E0308" "too many inputs"
    GIVEN_TWICE "E0309" "input given twice"
    SWAPPED "E0310" "swapped inputs"
    OUT_OF_BOUNDS "E0311" "number out of bounds"
    NOT_A_MEMBER "E0312" "string outside a union"
    MISSING_FILE "E0313" "missing file"
    BAD_DATE "E0314" "not a date or time"
    OPERATOR "E0315" "operator and operands"
    NOT_A_CONDITION "E0316" "not a condition"
    BRANCHES "E0317" "branches that differ"
    MIXED_LIST "E0318" "mixed list"
    NOT_A_LIST "E0319" "not a list"
    NOT_A_RECORD "E0320" "not a record"
    NOT_A_VALUE "E0321" "not a value"
    NOT_CALLABLE "E0322" "not callable"
    CALL_NOT_ALLOWED "E0323" "call outside a pipeline"
    NO_VALUE "E0324" "no value"
    TYPE_TOO_LARGE "E0325" "type too large"
    NO_BODY "E0326" "task without a body"
    TWO_BODIES "E0327" "two bodies"
    UNKNOWN_ATTRIBUTE "E0328" "unknown attribute"
    ATTRIBUTE "E0329" "attribute value"
    RETRIED_EFFECT "E0330" "effect started again"
    NO_CONSTANT "E0331" "not known before the run"
    CYCLIC "E0332" "made of itself"
    RECURSION "E0333" "pipeline that calls itself"
    BAD_BOUND "E0334" "bounds"
    TYPE_ARGUMENTS "E0335" "type arguments"
    UNKNOWN_CODEC "E0336" "unknown codec"
    NOT_TEXT "E0337" "no text"
    NO_PORT "E0340" "service without a port"
    NO_SERVICE "E0341" "deploying what is no service"
    NOT_DEPLOYED "E0342" "service called like a task"
    STARTS_NOTHING "E0343" "schedule that starts nothing"
    TRIGGER "E0344" "schedule without one time to start"
    CRON "E0345" "not a cron expression"
    TIMEZONE "E0346" "unknown time zone"
    TYPE_BOUND "E0347" "type outside its bound"
    SECRET_TYPE "E0350" "secret of another type"
    SECRET_SEEN "E0351" "secret that would be seen"
    SECRET_NAME "E0352" "name of a secret"
    TENSOR "E0353" "type of a tensor"
    NOT_COVERED "E0360" "missing cases"
    NOT_MATCHABLE "E0361" "nothing to tell apart"
    EFFECT_IN_SWEEP "E0362" "effect inside a sweep"
    SPACE "E0363" "not a space to search"
    OBJECTIVE "E0364" "objective that is no number"
    AXIS_NAME "E0365" "name that the trials have already"
    NO_LIMIT "E0366" "loop without a limit"
    CONDITION_CALLS "E0367" "call where nothing runs"
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
    SHELL_SYNTAX "E0411" "shell that cannot be read"
    SHELL_NAME "E0412" "variable that nothing in the shell sets"
    NOT_WRITTEN "E0413" "result that the shell never writes"
    WRONG_VALUE "E0414" "returned value of another type"
    NO_PART "E0415" "column that an input does not have"
    SQL_SYNTAX "E0420" "SQL that cannot be read"
    SQL_DEPTH "E0421" "SQL nested too deep"
    NOT_A_QUERY "E0422" "not one query"
    SQL_REACHES "E0423" "query that reaches outside"
    SQL_TABLE "E0424" "table that nothing defines"
    SQL_COLUMN "E0425" "column that nothing defines"
    SQL_AMBIGUOUS "E0426" "column of several tables"
    SQL_PARAMETER "E0427" "unknown parameter of a query"
    SQL_FUNCTION "E0428" "unknown function of SQL"
    SQL_WIDTHS "E0429" "queries of different widths"
    NOT_GROUPED "E0430" "column that is not grouped by"
    SQL_RESULT "E0431" "query without a declared column"
    SQL_TYPE "E0432" "column of another type"
    SQL_INPUT "E0433" "input that SQL cannot read"
    SQL_BODY "E0434" "body that cannot be in SQL"
    LACKS_COLUMN "E0440" "column that a file does not have"
    CELL "E0441" "column of another type in a file"
    DATA_FILE "E0442" "data file that cannot be read"
    UNUSED_STEP "W0201" "unused step"
    UNUSED_IMPORT "W0202" "unused import"
    UNUSED_TASK "W0203" "unused task"
    UNUSED_INPUT "W0204" "unused input"
    HIDES "W0205" "hidden declaration"
    UNUSED_RESULT "W0301" "unused result"
    NEVER_NONE "W0302" "never none"
    NO_VERSION "W0303" "package without a version"
    TWICE_OPTIONAL "W0304" "optional twice"
    NEVER_STARTS "W0310" "schedule that never starts"
    UNREACHABLE "W0320" "case that never comes"
    NEVER_TRUE "W0321" "never true"
    ALWAYS_TRUE "W0322" "always true"
    TRY_NOTHING "W0323" "nothing to try"
    UNUSED_AXIS "W0324" "parameter that nothing depends on"
    TOO_LARGE_STEP "W0325" "more than any machine has"
    DEPRECATED "W0350" "deprecated"
    EXTRA_FIELD "W0401" "returned field that is not declared"
    MAY_BE_UNSET "W0402" "variable that may be unset"
    FIRST_ONLY "W0403" "list read as one value"
    MAY_NOT_RETURN "W0404" "path without a result"
    EXTRA_COLUMN "W0420" "column that nobody gets"
    COLUMN_MAY_BE_NONE "W0421" "column that may be none"
    BAD_SETTING "E0501" "setting that cannot be"
    TOO_LARGE "E0502" "pipeline too large"
    ALWAYS_FAILS "E0503" "expression without a value"
    COMMAND_FAILED "E0620" "a command failed"
    PROCESS_SIGNALLED "E0621" "a process was ended by a signal"
    STEP_TIMED_OUT "E0622" "a step took too long"
    STEP_CANCELLED "E0623" "a step was stopped"
    PROCESS_NOT_STARTED "E0624" "a process could not be started"
    RESULT_NOT_WRITTEN "E0625" "a result was not written"
    STEP_NEVER_FITS "E0626" "a step asks for more than there is"
    FULL_DISK "E0627" "the disk is full"
    INPUT_FILE "E0628" "a file cannot be read"
    EXPRESSION_VALUE "E0629" "an expression has no value"
    STATE_FOLDER "E0630" "the state folder cannot be used"
    PARAMETER_VALUE "E0631" "a parameter does not fit"
    NOT_RUN_YET "E0632" "part of the language that no run can do yet"
    SECRET_MISSING "E0633" "a secret is not set"
    SECRET_SHORT "E0634" "a secret is too short to be hidden"
    SECRET_RETURNED "E0635" "a result holds a secret"
    QUERY_FAILED "E0640" "a query failed"
    STEP_LOST "E0650" "a step was lost"
    STEP_OUT_OF_MEMORY "E0651" "a step ran out of memory"
    EFFECT_UNKNOWN "E0652" "an effect may have happened"
    RUN_NOT_RESUMED "E0653" "a run cannot be gone on with"
    STEP_NOT_ALONE "E0654" "a step cannot be tried alone"
    SANDBOX_MISSING "E0660" "the host lacks the sandbox that is required"
    SANDBOX_DENIED "E0661" "the sandbox kept a step from something"
    FEW_OPEN_FILES "E0670" "too few files may be open"
    ITSELF_WRONG "E0671" "the program itself went wrong"
    TRIAL_STOPPED "E0690" "a trial was stopped early"
    SWEEP_WITHOUT_VALUE "E0691" "a sweep has no value"
    SWEEP_NOT_TAUGHT "E0692" "no earlier trials for a sweep"
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
