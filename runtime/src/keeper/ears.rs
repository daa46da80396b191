//! What a keeper hears: commands of its runtime, that the runtime is gone, signals. Knows nothing of what is done about it.

use tokio::io::AsyncReadExt as _;
use tokio::net::unix::OwnedReadHalf;

use super::client::Kind;
use super::request::{Message, Request};
use crate::executor::Stop;
use crate::run::Signals;

/// What an attempt must know.
pub(super) enum Word {
    End(Stop),
    /// The runtime is gone.
    Alone,
}

/// Everything that a keeper hears.
pub(super) struct Ears {
    pub kind: Kind,
    reader: OwnedReadHalf,
    bytes: Vec<u8>,
    /// The runtime is there.
    pub open: bool,
    signals: Signals,
}

impl Ears {
    pub(super) fn new(kind: Kind, reader: OwnedReadHalf) -> Self {
        Self { kind, reader, bytes: Vec::new(), open: true, signals: Signals::all() }
    }

    /// The next command; `None` when there will be none.
    pub(super) async fn request(&mut self) -> Option<Request> {
        while self.open {
            tokio::select! {
                message = next(&mut self.reader, &mut self.bytes) => match message {
                    Some(Message::Run(request)) => return Some(*request),
                    Some(Message::Stop(_)) => {}
                    None => self.open = false,
                },
                () = self.signals.next() => return None,
            }
        }
        None
    }

    /// Waits for what the attempt must know.
    pub(super) async fn word(&mut self) -> Word {
        loop {
            tokio::select! {
                message = next(&mut self.reader, &mut self.bytes), if self.open => match message {
                    Some(Message::Stop(stop)) => return Word::End(stop),
                    Some(Message::Run(_)) => {}
                    None => {
                        self.open = false;
                        return Word::Alone;
                    }
                },
                () = self.signals.next() => return Word::End(Stop::Gently),
            }
        }
    }
}

/// The next message; `None` when the runtime is gone. Nothing is lost when it is given up half-way.
async fn next(reader: &mut OwnedReadHalf, bytes: &mut Vec<u8>) -> Option<Message> {
    loop {
        match Message::take(bytes) {
            Ok(Some(message)) => return Some(message),
            Ok(None) => {}
            Err(()) => return None,
        }
        match reader.read_buf(bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}
