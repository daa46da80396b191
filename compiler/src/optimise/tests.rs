//! Every pass, on generated programs: the pipeline's value and its effects, in order, stay what they were.

mod building;
mod machine;
mod programs;

use proptest::prelude::*;
use standpipe_plan::{CachePolicy, encode};

use self::machine::{outcome, played};
use self::programs::{Stmt, graph_of, program};
use super::{PASSES, optimise};
use crate::emit::emit;
use crate::graph::{Graph, NodeKind};

pub(super) use self::building::{Builder, before_and_after, int};

/// A program that fails may do less after a pass, never something else; one that succeeds does the same. What would have
/// failed inside a `try` may be gone, so that it has a value then; it never fails outside of it.
fn same(stmts: &[Stmt], change: impl FnOnce(&mut Graph)) -> Result<(), TestCaseError> {
    let mut graph = graph_of(stmts);
    let before = outcome(&graph);
    change(&mut graph);
    graph.link();
    if before.0.is_ok() {
        let after = outcome(&graph);
        if before.2 {
            prop_assert!(after.0.is_ok(), "{}", graph.dump());
        } else {
            prop_assert_eq!(&before, &after, "{}", graph.dump());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn each_pass_keeps_value_and_effects(stmts in program(), pass in 0..PASSES.len()) {
        same(&stmts, |graph| { PASSES[pass].1(graph); })?;
    }

    #[test]
    fn all_passes_together_keep_value_and_effects(stmts in program()) {
        same(&stmts, |graph| { optimise(graph); })?;
    }

    #[test]
    fn letting_go_after_the_last_use_changes_nothing(stmts in program()) {
        let plan = emit(&graph_of(&stmts));
        prop_assert_eq!(played(&plan, true), played(&plan, false));
    }

    #[test]
    fn who_goes_on_from_a_step_is_all_that_reads_it(stmts in program()) {
        let mut graph = graph_of(&stmts);
        optimise(&mut graph);
        for id in graph.ids() {
            let NodeKind::Step(step) = &graph.node(id).kind else { continue };
            let Some(first) = step.joins else { continue };
            prop_assert_eq!(graph.readers(first).collect::<Vec<_>>(), [id]);
            prop_assert_eq!(graph.node(first).region, graph.node(id).region);
            let NodeKind::Step(other) = &graph.node(first).kind else { panic!("no step") };
            prop_assert_eq!(graph.task_of(other).map(|task| task.settings.cache), Some(CachePolicy::Off));
        }
    }

    #[test]
    fn a_second_round_of_dead_finds_nothing(stmts in program()) {
        let mut graph = graph_of(&stmts);
        super::dead::dead(&mut graph);
        graph.link();
        prop_assert_eq!(super::dead::dead(&mut graph), Vec::<String>::new());
    }

    #[test]
    fn emitting_twice_gives_the_same_bytes(stmts in program()) {
        prop_assert_eq!(encode(&emit(&graph_of(&stmts))), encode(&emit(&graph_of(&stmts))));
    }
}
