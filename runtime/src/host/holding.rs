//! By what a step's processes are held, as a person is told.

/// What holds them, and what it does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holding {
    pub text: String,
    pub lacking: Option<&'static str>,
}
