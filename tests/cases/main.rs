//! One corpus of `.pipe` files, seen through many lenses.
//!
//! A case is `tests/cases/<area>/<name>.pipe`. Where it is wrong, a comment on the line names the code that is
//! expected there, `#~ E0201`; `#~^` speaks of the line above. A case without marks must give no diagnostics. What
//! people see is beside it as a snapshot. Files that cases import lie in folders of their area.

mod support;

use support::{each, lens};

/// Every area, and the lenses that only some of them are seen through.
macro_rules! areas {
    ($($area:ident: $($lens:ident)*;)*) => {
        $(mod $area {
            use super::{each, lens, support};

            const AREA: &str = stringify!($area);

            /// The marked codes on the marked lines and nothing else; the report as people see it.
            #[test]
            fn report() {
                each(AREA, lens::report);
            }

            /// Every repair repairs.
            #[test]
            fn fixes() {
                each(AREA, lens::fixes);
            }

            /// The formatter settles at once and changes no meaning.
            #[test]
            fn format() {
                each(AREA, lens::format);
            }

            /// Line ends and byte order marks change nothing; a file that stops anywhere breaks nothing.
            #[test]
            fn robust() {
                each(AREA, lens::robust);
            }

            /// What has no errors becomes a plan, always the same one, that survives being written and read.
            #[test]
            fn compiles() {
                each(AREA, lens::compiles);
            }

            /// Files that are checked together are found to be what each is found to be alone.
            #[test]
            fn together() {
                support::together(AREA);
            }

            $(#[test]
            fn $lens() {
                each(AREA, lens::$lens);
            })*
        })*

        #[test]
        fn every_folder_is_an_area() {
            let mut areas = vec![$(stringify!($area)),*];
            areas.sort_unstable();
            assert_eq!(support::folders(), areas);
        }
    };
}

areas! {
    embed:;
    fmt: formatted;
    improve:;
    lex: tree;
    names:;
    parse: tree;
    plan: plan;
    run: run;
    types:;
}
