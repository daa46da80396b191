//! What a keeper is asked: one frame a message, a length and bytes. Knows nothing of how it is carried out.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::executor::Stop;
use crate::host::own_program;
use crate::process::MARKER;
use crate::sandbox::{Confinement, Tier, launched};

/// A command to hold until its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    /// Which attempt it is, among all that the run has.
    pub tag: String,
    /// The folder it runs in.
    pub folder: PathBuf,
    /// The folder for what it gives; none where that is seen to elsewhere.
    pub own: PathBuf,
    pub timeout: Option<Duration>,
    /// Its end is on the disk before it is told.
    pub recorded: bool,
    /// It ends with the runtime.
    pub tied: bool,
    /// Program and arguments.
    pub words: Vec<OsString>,
    /// What it is kept from.
    pub confinement: Confinement,
    pub set: Vec<(OsString, OsString)>,
    pub unset: Vec<OsString>,
}

/// What the runtime says to a keeper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    Run(Box<Request>),
    Stop(Stop),
}

impl Request {
    /// The same command, as far as it is told here: program, arguments, variables.
    pub(crate) fn of(command: &Command, tag: String, folder: PathBuf) -> Self {
        let mut request = Self { tag, folder, ..Self::default() };
        request.words = std::iter::once(command.get_program()).chain(command.get_args()).map(OsStr::to_owned).collect();
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => request.set.push((name.to_owned(), value.to_owned())),
                None => request.unset.push(name.to_owned()),
            }
        }
        request
    }

    /// The value of [`MARKER`] that it has; empty without.
    pub(super) fn marker(&self) -> &str {
        let set = self.set.iter().find(|(name, _)| name == MARKER);
        set.and_then(|(_, value)| value.to_str()).unwrap_or_default()
    }

    /// The command, confined as far as that is done by another program before it.
    pub(super) fn command(&self) -> Command {
        let command = self.plain_command();
        match self.confinement.tier {
            Tier::Off | Tier::T1 => command,
            // This program is the one that confines.
            Tier::T2 => launched(&command, &self.confinement, &own_program()),
        }
    }

    fn plain_command(&self) -> Command {
        let mut words = self.words.iter();
        let mut command = Command::new(words.next().cloned().unwrap_or_default());
        command.args(words).current_dir(&self.folder);
        command.envs(self.set.iter().map(|(name, value)| (name, value)));
        for name in &self.unset {
            command.env_remove(name);
        }
        command
    }
}

impl Message {
    /// As a frame. Nothing in it can hold a NUL byte, which separates what belongs together.
    pub(super) fn frame(&self) -> Vec<u8> {
        let mut frame = vec![0; 4];
        match self {
            Self::Stop(Stop::AtOnce) => frame.push(b'k'),
            Self::Stop(Stop::Gently | Stop::No) => frame.push(b's'),
            Self::Run(request) => {
                frame.push(b'r');
                let mut put = |field: &[u8]| {
                    frame.extend_from_slice(field);
                    frame.push(0);
                };
                put(request.tag.as_bytes());
                let nanos = request.timeout.map(|timeout| timeout.as_nanos().to_string());
                put(nanos.unwrap_or_default().as_bytes());
                put(if request.recorded { b"1" } else { b"" });
                put(if request.tied { b"1" } else { b"" });
                put(request.folder.as_os_str().as_bytes());
                put(request.own.as_os_str().as_bytes());
                put(request.words.len().to_string().as_bytes());
                request.words.iter().for_each(|word| put(word.as_bytes()));
                request.confinement.words().iter().for_each(|word| put(word.as_bytes()));
                put(request.set.len().to_string().as_bytes());
                for (name, value) in &request.set {
                    put(name.as_bytes());
                    put(value.as_bytes());
                }
                request.unset.iter().for_each(|name| put(name.as_bytes()));
            }
        }
        let length = u32::try_from(frame.len() - 4).unwrap_or(u32::MAX);
        frame[..4].copy_from_slice(&length.to_le_bytes());
        frame
    }

    /// The first message in `bytes`, which is taken out of it, once it is whole; `Err` for what is none.
    pub(super) fn take(bytes: &mut Vec<u8>) -> Result<Option<Self>, ()> {
        let Some(length) = bytes.first_chunk::<4>() else { return Ok(None) };
        let end = 4 + u32::from_le_bytes(*length) as usize;
        if bytes.len() < end {
            return Ok(None);
        }
        let message = Self::read(&bytes[4..end]);
        bytes.drain(..end);
        message.map(Some).ok_or(())
    }

    fn read(payload: &[u8]) -> Option<Self> {
        let (kind, rest) = payload.split_first()?;
        match kind {
            b's' => return Some(Self::Stop(Stop::Gently)),
            b'k' => return Some(Self::Stop(Stop::AtOnce)),
            b'r' => {}
            _ => return None,
        }
        let mut fields = rest.split(|byte| *byte == 0).map(|field| OsString::from_vec(field.to_vec()));
        let number = |field: OsString| field.to_str()?.parse::<usize>().ok();
        let tag = fields.next()?.into_string().ok()?;
        let timeout = fields.next()?;
        let timeout =
            if timeout.is_empty() { None } else { Some(Duration::from_nanos(timeout.to_str()?.parse().ok()?)) };
        let recorded = !fields.next()?.is_empty();
        let tied = !fields.next()?.is_empty();
        let folder = PathBuf::from(fields.next()?);
        let own = PathBuf::from(fields.next()?);
        let count = number(fields.next()?)?;
        let words = (0..count).map(|_| fields.next()).collect::<Option<Vec<_>>>()?;
        let confinement = Confinement::take(&mut fields)?;
        let count = number(fields.next()?)?;
        let set = (0..count).map(|_| Some((fields.next()?, fields.next()?))).collect::<Option<Vec<_>>>()?;
        // Behind the last separator stands nothing.
        let unset = fields.filter(|name| !name.is_empty()).collect();
        Some(Self::Run(Box::new(Request { tag, folder, own, timeout, recorded, tied, words, confinement, set, unset })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrives_as_it_was_sent_however_it_is_cut() {
        let request = Request {
            tag: "7-1".into(),
            folder: "/tmp/a b".into(),
            own: "/tmp/own".into(),
            timeout: Some(Duration::from_millis(1500)),
            recorded: true,
            tied: true,
            words: vec!["bash".into(), "-c".into(), String::new().into(), OsString::from_vec(vec![0xff, b'\n'])],
            confinement: Confinement { network: false, read: vec!["/usr".into()], ..Confinement::open() },
            set: vec![("a".into(), "1=2".into()), ("empty".into(), OsString::new())],
            unset: vec!["gone".into(), "too".into()],
        };
        let messages = [
            Message::Run(Box::new(request)),
            Message::Stop(Stop::Gently),
            Message::Stop(Stop::AtOnce),
            Message::Run(Box::default()),
        ];
        let sent: Vec<u8> = messages.iter().flat_map(Message::frame).collect();
        let mut bytes = Vec::new();
        let mut got = Vec::new();
        for byte in sent {
            bytes.push(byte);
            got.extend(Message::take(&mut bytes).expect("all are messages"));
        }
        assert_eq!(got, messages);
        assert_eq!(Message::take(&mut vec![1, 0, 0, 0, b'x']), Err(()));
    }
}
