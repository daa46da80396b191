//! Where a space stands between two tokens.

use crate::lex::Kind;

/// Ends something that has a value, so that `(` and `[` after it belong to it and `-` subtracts from it.
pub(super) fn ends_operand(kind: Kind) -> bool {
    matches!(kind, Kind::Name | Kind::RightParen | Kind::RightBracket | Kind::RightBrace | Kind::String | Kind::Number)
        || matches!(kind, Kind::True | Kind::False | Kind::None | Kind::Question)
}

/// `-` after `before` negates what follows.
pub(super) fn negates(before: Option<Kind>) -> bool {
    before.is_none_or(|kind| !ends_operand(kind) && kind != Kind::Limit)
}

/// Whether a space stands between `left` and `right`, when they stand on one line. `before` is the kind before `left`.
pub(super) fn between(before: Option<Kind>, left: Kind, right: Kind) -> bool {
    match (left, right) {
        (_, Kind::Comma | Kind::Colon | Kind::Question | Kind::Dot) | (Kind::Dot, _) => false,
        // `1.. = 2`, which would be another token without the space.
        (Kind::DotDot | Kind::DotDotEq, right) => right == Kind::Eq,
        (left, Kind::DotDot | Kind::DotDotEq) => left == Kind::In,
        (Kind::Minus, _) if negates(before) => false,
        (left, Kind::LeftParen | Kind::LeftBracket) => !ends_operand(left),
        (left, _) if left.opens() => false,
        (_, right) => !right.closes(),
    }
}
