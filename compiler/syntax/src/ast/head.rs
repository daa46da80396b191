//! What declarations say of themselves before their bodies: inputs, result, and the names that stand for types.

use super::{DeclKind, Name, Param, TypeExpr};

impl DeclKind {
    /// Inputs and result, as written, of what can be called; `None` of everything else.
    #[must_use]
    pub fn head(&self) -> Option<(&[Param], Option<&TypeExpr>)> {
        match self {
            Self::Task(task) | Self::Service(task) => Some((&task.params, task.result.as_ref())),
            Self::Pipeline(pipeline) => Some((&pipeline.params, pipeline.result.as_ref())),
            Self::Import(_)
            | Self::Type(_)
            | Self::Artifact(_)
            | Self::Const(_)
            | Self::Env(_)
            | Self::Schedule(_)
            | Self::Test(_)
            | Self::Broken(_) => None,
        }
    }

    /// The inputs of what can be called; none of everything else.
    #[must_use]
    pub fn params(&self) -> &[Param] {
        self.head().map_or(&[], |(params, _)| params)
    }

    /// The names in brackets after the declared one: type parameters, and the labels of an artifact.
    #[must_use]
    pub fn type_params(&self) -> Vec<&Name> {
        let params = match self {
            Self::Type(alias) => &alias.params,
            Self::Task(task) | Self::Service(task) => &task.type_params,
            Self::Pipeline(pipeline) => &pipeline.type_params,
            Self::Artifact(artifact) => return artifact.params.iter().collect(),
            Self::Import(_) | Self::Const(_) | Self::Env(_) | Self::Schedule(_) | Self::Test(_) | Self::Broken(_) => {
                return Vec::new();
            }
        };
        params.iter().map(|param| &param.name).collect()
    }
}
