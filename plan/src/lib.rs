//! The contract between compiler and runtime: the plan, its values and shapes, and the one expression evaluator.
//!
//! Knows nothing of source text, names in scope, files, processes or clocks. The compiler writes a [`Plan`],
//! the runtime reads it; both fold expressions with [`eval`].

mod control;
mod digest;
mod encode;
mod eval;
mod expr;
mod plan;
mod schedule;
mod shape;
mod show;
mod size;
mod text;
mod uses;
mod value;

pub use control::{Axis, MatchArm, Measure, Objective, Space, Sweep};
pub use digest::Digest;
pub use encode::{PlanError, VERSION, decode, encode};
pub use eval::{EvalError, Scope, equal, eval};
pub use expr::{BinaryOp, Builtin, Expr, UnaryOp};
pub use plan::{
    Body, CachePolicy, Environment, EnvironmentId, Fault, Frame, Input, Limit, Module, Node, NodeId, NodeKind, Origin,
    Param, Plan, Region, Retry, Service, Settings, Step, Task, TaskId,
};
pub use schedule::{CatchUp, Overlap, Schedule, Trigger};
pub use shape::{Bound, Field, Length, Mismatch, Shape};
pub use size::readable_size;
pub use text::{is_date, is_secret_name, is_time, place};
pub use uses::{Uses, uses};
pub use value::{Blob, BlobKind, Value};
