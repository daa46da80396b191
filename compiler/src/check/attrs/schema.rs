//! Which attributes there are, and what each takes: a table for each kind of declaration. Knows nothing of values.

/// What an attribute takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::check) enum Takes {
    Bool,
    Int,
    Float,
    Size,
    Duration,
    /// An Int that is known before anything runs.
    ConstInt,
    /// A list of strings that are known before anything runs.
    Strings,
    /// A string of its own form.
    Version,
    Packages,
    Frame,
    Environment,
    Retry,
    Cache,
    Limit,
    /// A raw body, or a reference to one in a file.
    Body,
    /// The same in shell, besides the body.
    Probe,
    /// A string that is known before anything runs.
    Text,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// What is the same for attempts that must change the world only once: a plain value.
    Idempotent,
    /// The call of a pipeline, with values that are known before anything runs.
    Scheduled,
    Cron,
    Timezone,
    Every,
    /// The name of a schedule or pipeline.
    After,
    Webhook,
}

pub(super) const TASK: &[(&str, Takes)] = &[
    ("cache", Takes::Cache),
    ("container", Takes::Text),
    ("cpu", Takes::Float),
    ("disk", Takes::Size),
    ("env", Takes::Environment),
    ("frame", Takes::Frame),
    ("gpu", Takes::Int),
    ("idempotent", Takes::Idempotent),
    ("limit", Takes::Limit),
    ("memory", Takes::Size),
    ("network", Takes::Bool),
    ("priority", Takes::ConstInt),
    ("probe", Takes::Probe),
    ("python", Takes::Body),
    ("retry", Takes::Retry),
    ("sh", Takes::Body),
    ("sql", Takes::Body),
    ("tags", Takes::Strings),
    ("timeout", Takes::Duration),
];

pub(in crate::check) const SERVICE: &[(&str, Takes)] = &[
    ("cpu", Takes::Float),
    ("env", Takes::Environment),
    ("gpu", Takes::Int),
    ("health", Takes::Text),
    ("memory", Takes::Size),
    ("port", Takes::Int),
    ("python", Takes::Body),
    ("replicas", Takes::Int),
    ("sh", Takes::Body),
];

pub(in crate::check) const SCHEDULE: &[(&str, Takes)] = &[
    ("after", Takes::After),
    ("catch_up", Takes::OneOf(&["none", "one", "all"])),
    ("cron", Takes::Cron),
    ("every", Takes::Every),
    ("on_change", Takes::Text),
    ("overlap", Takes::OneOf(&["skip", "queue", "cancel"])),
    ("run", Takes::Scheduled),
    ("timezone", Takes::Timezone),
    ("webhook", Takes::Webhook),
];

pub(super) const ENV: &[(&str, Takes)] = &[("packages", Takes::Packages), ("python", Takes::Version)];

/// The names of a task's attributes, sorted.
pub const TASK_ATTRIBUTES: [&str; TASK.len()] = names(TASK);

/// The names of an environment's attributes, sorted.
pub const ENV_ATTRIBUTES: [&str; ENV.len()] = names(ENV);

/// The names of a service's attributes, sorted.
pub const SERVICE_ATTRIBUTES: [&str; SERVICE.len()] = names(SERVICE);

/// The names of a schedule's attributes, sorted.
pub const SCHEDULE_ATTRIBUTES: [&str; SCHEDULE.len()] = names(SCHEDULE);

const fn names<const N: usize>(schema: &[(&'static str, Takes)]) -> [&'static str; N] {
    let mut out = [""; N];
    let mut at = 0;
    while at < N {
        out[at] = schema[at].0;
        at += 1;
    }
    out
}
