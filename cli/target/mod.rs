//! What `run`, `plan` and `build` are about: a pipeline of a file, or a plan. Knows nothing of what is done with it.

mod plan_file;
pub(crate) mod scan;

use std::path::{Path, PathBuf};

use smol_str::SmolStr;
use standpipe_compiler::{Analysis, Compiled, PipelineInfo};
use standpipe_plan::Plan;

use crate::params::Parameter;
use crate::problem::Problem;
use crate::project::Project;
use crate::render::diagnostics::Findings;
use crate::sources;
use scan::Scan;

/// What a command is about.
pub(crate) enum Target {
    Program(Box<Program>),
    Plan { project: Box<Project>, plan: Box<Plan> },
}

/// A `.pipe` file, checked, and one of its pipelines.
pub(crate) struct Program {
    pub(crate) project: Project,
    pub(crate) analysis: Analysis,
    /// Why it is none: several to choose from, or not the one that was named.
    pub(crate) pipeline: Result<PipelineInfo, Problem>,
}

impl Target {
    /// The target that the command line names; `None` when it names no file.
    ///
    /// # Errors
    /// A plan that cannot be read, a project whose settings cannot, a profile that is not there.
    pub(crate) fn load(scan: &Scan) -> Result<Option<Self>, Problem> {
        let Some(file) = &scan.file else { return Ok(None) };
        let root = scan.option("root").cloned().or_else(|| std::env::var_os("STANDPIPE_ROOT")).map(PathBuf::from);
        let profile = scan.option("profile").map(|profile| profile.to_string_lossy());
        Self::open(Path::new(file), root.as_deref(), scan.pipeline.as_deref(), profile.as_deref()).map(Some)
    }

    /// The pipeline `pipeline` of the file at `path`, or what that is when none is named.
    ///
    /// # Errors
    /// A plan that cannot be read, a project whose settings cannot.
    pub(crate) fn open(
        path: &Path,
        root: Option<&Path>,
        pipeline: Option<&str>,
        profile: Option<&str>,
    ) -> Result<Self, Problem> {
        if let Some(plan) = plan_file::read(path)? {
            let project = Project::of(path, root)?.with_profile(profile)?;
            if let Some(wanted) = pipeline.filter(|wanted| *wanted != plan.pipeline) {
                return Err(Problem::usage(format!("the plan `{}` has no pipeline `{wanted}`", path.display()))
                    .help(format!("it has `{}`", plan.pipeline)));
            }
            return Ok(Self::Plan { project: Box::new(project), plan: Box::new(plan) });
        }
        let shown = path.display().to_string();
        let (project, analysis) = sources::analyse(path, root, profile)?;
        let pipeline = choose(&shown, analysis.pipelines(), pipeline);
        Ok(Self::Program(Box::new(Program { project, analysis, pipeline })))
    }

    pub(crate) fn project(&self) -> &Project {
        match self {
            Self::Program(program) => &program.project,
            Self::Plan { project, .. } => project,
        }
    }

    /// The pipeline's parameters; none while there is no pipeline.
    pub(crate) fn parameters(&self) -> Vec<Parameter> {
        match self {
            Self::Program(program) => match &program.pipeline {
                Ok(pipeline) => pipeline
                    .params
                    .iter()
                    .map(|param| Parameter {
                        name: param.name.clone(),
                        doc: param.doc.clone(),
                        ty: param.ty.clone(),
                        shape: param.shape.clone(),
                        default: param.default.clone(),
                    })
                    .collect(),
                Err(_) => Vec::new(),
            },
            Self::Plan { plan, .. } => plan
                .params
                .iter()
                .map(|param| Parameter {
                    name: param.name.clone(),
                    doc: param.doc.to_string(),
                    ty: param.shape.to_string(),
                    shape: param.shape.clone(),
                    default: param.default.clone(),
                })
                .collect(),
        }
    }

    /// The pipeline's name and documentation, where there is one.
    pub(crate) fn about(&self) -> Option<(SmolStr, String)> {
        match self {
            Self::Program(program) => {
                program.pipeline.as_ref().ok().map(|pipeline| (pipeline.name.clone(), pipeline.doc.clone()))
            }
            Self::Plan { plan, .. } => Some((plan.pipeline.clone(), String::new())),
        }
    }
}

impl Program {
    /// What checking found.
    pub(crate) fn findings(&self) -> Findings {
        let mut findings = Findings::default();
        let files = sources::files(&self.project, &self.analysis);
        findings.add(files, self.analysis.diagnostics.clone());
        findings.sorted()
    }

    /// The pipeline as a plan, and all that was found on the way.
    ///
    /// # Errors
    /// When there is no pipeline to compile.
    pub(crate) fn compile(&self) -> Result<(Compiled, Findings), Problem> {
        let pipeline = self.pipeline.as_ref().map_err(Clone::clone)?;
        let mut compiled = standpipe_compiler::compile(&self.project.world()?, &self.analysis, pipeline.decl);
        let mut findings = Findings::default();
        let found = std::mem::take(&mut compiled.diagnostics);
        let all = self.analysis.diagnostics.iter().cloned().chain(found).collect();
        findings.add(sources::files(&self.project, &self.analysis), all);
        Ok((compiled, findings.sorted()))
    }
}

/// The pipeline that was named; else the only one; else `main`.
fn choose(file: &str, mut pipelines: Vec<PipelineInfo>, wanted: Option<&str>) -> Result<PipelineInfo, Problem> {
    let found = match wanted {
        Some(wanted) => pipelines.iter().position(|pipeline| pipeline.name == wanted),
        None if pipelines.len() == 1 => Some(0),
        None => pipelines.iter().position(|pipeline| pipeline.name == "main"),
    };
    if let Some(index) = found {
        return Ok(pipelines.swap_remove(index));
    }
    let names = pipelines.iter().map(|pipeline| pipeline.name.as_str());
    Err(match wanted {
        _ if pipelines.is_empty() => Problem::usage(format!("`{file}` has no pipeline")),
        Some(wanted) => {
            Problem::usage(format!("`{file}` has no pipeline `{wanted}`")).nearest(wanted, names, "its pipelines are")
        }
        None => Problem::usage(format!("`{file}` has several pipelines")).nearest("", names, "name one of"),
    })
}
