//! What a worker noted of a call that it came to the end of without a runtime: read as it would have been heard. Knows
//! nothing of whether the worker lives.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::call::died;
use super::frame::LARGEST;
use super::holder::End;
use super::inputs::Inputs;
use super::produced::produced;
use super::reply::Reply;
use super::{Produced, Request};
use crate::event::Failure;
use crate::keeper::Ended;

/// What came of a call.
pub(crate) struct Answered {
    pub result: Result<Produced, Failure>,
    /// Where the call's part of the log ends.
    pub log_end: u64,
    /// Bytes of memory that the worker had at most meanwhile.
    pub memory: Option<u64>,
}

/// The failure of a call whose worker ended so, without a note.
pub(crate) fn unanswered(request: &Request, ended: &Ended) -> Failure {
    died(request, End::of(ended))
}

/// The file that tells it of the call whose scratch folder it is.
pub(crate) fn answer_file(scratch: &Path) -> PathBuf {
    scratch.with_extension("answer")
}

/// What the worker of the call noted; `None` where there is nothing, or nothing that fits the request.
pub(crate) fn answered(request: &Request, root: &Path) -> Option<Answered> {
    let mut text = Vec::new();
    File::open(answer_file(&request.scratch)).ok()?.take(LARGEST as u64).read_to_end(&mut text).ok()?;
    match serde_json::from_slice(&text).ok()? {
        Reply::Done { value, log, memory, .. } => {
            let inputs = Inputs::new(&request.task.name, &request.inputs).ok()?;
            let result = Ok(produced(value, &request.output, &inputs.values)?);
            Some(Answered { result, log_end: log.1, memory })
        }
        Reply::Failed(failed) => {
            let (log_end, memory) = (failed.log.1, failed.memory);
            Some(Answered { result: Err(failed.failure(&root.to_string_lossy())), log_end, memory })
        }
        Reply::Ready {} | Reply::Metric { .. } | Reply::Log { .. } => None,
    }
}
