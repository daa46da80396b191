//! Colours, or none. Knows nothing of what is painted.

use owo_colors::OwoColorize as _;

/// Paints text for one stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Paint {
    pub(crate) on: bool,
}

macro_rules! paints {
    ($($name:ident)*) => {
        impl Paint {
            $(pub(crate) fn $name(self, text: &str) -> String {
                if self.on { text.$name().to_string() } else { text.to_owned() }
            })*
        }
    };
}

paints! { bold dimmed red green yellow cyan }
