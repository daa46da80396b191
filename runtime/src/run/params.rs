//! The parameters of a run: given or by default, one for each that the plan has.

use smol_str::SmolStr;
use standpipe_plan::{Param, Plan, Value};

use crate::codes;
use crate::event::Failure;

/// The values in the order of [`Plan::params`].
///
/// # Errors
/// One is missing or unknown.
pub(crate) fn bind(plan: &Plan, given: Vec<(SmolStr, Value)>) -> Result<Vec<Value>, Failure> {
    if let Some((name, _)) = given.iter().find(|(name, _)| !plan.params.iter().any(|param| param.name == *name)) {
        let known: Vec<_> = plan.params.iter().map(|param| format!("`{}`", param.name)).collect();
        let help = if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
        let message = format!("`{}` has no parameter `{name}`", plan.pipeline);
        return Err(Failure::new(codes::PARAMETER, message).with_help(help));
    }
    let value = |param: &Param| {
        let given = given.iter().rev().find(|(name, _)| *name == param.name).map(|(_, value)| value.clone());
        given.or_else(|| param.default.clone()).ok_or_else(|| {
            Failure::new(codes::PARAMETER, format!("parameter `{}` of `{}` has no value", param.name, plan.pipeline))
                .with_help(format!("give it as `--{} …`: it is a {}", param.name.replace('_', "-"), param.shape))
        })
    };
    plan.params.iter().map(value).collect()
}

/// Checks every value against the type of its parameter; files are found by now.
pub(crate) fn check(plan: &Plan, values: &[Value]) -> Result<(), Failure> {
    plan.params.iter().zip(values).try_for_each(|(param, value)| {
        param.shape.check(value).map_err(|mismatch| {
            Failure::new(codes::PARAMETER, format!("parameter `{}` does not have its type: {mismatch}", param.name))
        })
    })
}
