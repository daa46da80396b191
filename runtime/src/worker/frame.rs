//! Frames on a worker's socket: a length in four bytes, then that many bytes. Knows nothing of what they say.

use std::io;
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// The largest frame that is accepted or sent, in bytes. The worker itself stops a little below.
pub(super) const LARGEST: usize = 66 << 20;

/// Room for reading, so that a small frame takes one system call.
const ROOM: usize = 16 << 10;

/// How long to look for frames of a peer that has ended.
const LINGER: Duration = Duration::from_millis(100);

/// Our end of the socket, buffered both ways.
#[derive(Debug)]
pub(super) struct Frames {
    stream: UnixStream,
    incoming: Vec<u8>,
    /// How much of `incoming` has been handed out.
    used: usize,
    outgoing: Vec<u8>,
}

impl Frames {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self { stream, incoming: Vec::with_capacity(ROOM), used: 0, outgoing: Vec::new() }
    }

    /// Adds a frame to what [`Frames::flush`] will send.
    ///
    /// # Errors
    /// When it is too large, or cannot be written as JSON.
    pub(super) fn push(&mut self, message: &impl Serialize) -> io::Result<()> {
        self.push_with(|frame| serde_json::to_writer(frame, message))
    }

    /// Adds a frame whose JSON `write` appends.
    ///
    /// # Errors
    /// When it is too large, or `write` fails.
    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>) -> io::Result<()> {
        let start = self.outgoing.len();
        self.outgoing.extend_from_slice(&[0; 4]);
        let written = write(&mut self.outgoing);
        let length = self.outgoing.len() - start - 4;
        if written.is_err() || length > LARGEST {
            self.outgoing.truncate(start);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{length} bytes are too many")));
        }
        let header = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
        for (place, byte) in self.outgoing.iter_mut().skip(start).zip(header) {
            *place = byte;
        }
        Ok(())
    }

    /// Bytes that were pushed and not sent.
    pub(super) fn queued(&self) -> usize {
        self.outgoing.len()
    }

    /// Sends what was pushed.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        let sent = self.stream.write_all(&self.outgoing).await;
        self.outgoing.clear();
        sent
    }

    /// The next frame's content; `None` where the other end has closed. Nothing is lost when it is dropped half way.
    ///
    /// # Errors
    /// When the socket fails or a frame is larger than any may be.
    pub(super) async fn next(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            let waiting = self.incoming.get(self.used..).unwrap_or_default();
            let wanted = match waiting.first_chunk::<4>() {
                Some(header) => u32::from_be_bytes(*header) as usize + 4,
                None => 0,
            };
            if wanted == 4 || wanted > LARGEST {
                let size = if wanted == 4 { "empty".to_owned() } else { format!("of {wanted} bytes") };
                return Err(io::Error::new(io::ErrorKind::InvalidData, format!("no frame is {size}")));
            }
            if wanted > 4 && waiting.len() >= wanted {
                let start = self.used + 4;
                self.used += wanted;
                return Ok(self.incoming.get(start..self.used));
            }
            self.incoming.drain(..self.used);
            self.used = 0;
            // What is announced is not yet here: memory grows with what has come, not with what is promised.
            self.incoming.reserve(ROOM);
            if self.stream.read_buf(&mut self.incoming).await? == 0 {
                return Ok(None);
            }
        }
    }

    /// The next frame of a peer that has ended: what it sent before is there already, and nothing more will come.
    ///
    /// # Errors
    /// As [`Frames::next`].
    pub(super) async fn rest(&mut self) -> io::Result<Option<&[u8]>> {
        tokio::time::timeout(LINGER, self.next()).await.unwrap_or(Ok(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        runtime.block_on(future)
    }

    #[test]
    fn frames_arrive_whole_and_in_order() {
        block_on(async {
            let (ours, theirs) = UnixStream::pair().expect("a pair");
            let (mut ours, mut theirs) = (Frames::new(ours), Frames::new(theirs));
            ours.push(&"x".repeat(50_000)).expect("small");
            ours.push(&1).expect("small");
            ours.flush().await.expect("sent");
            assert_eq!(theirs.next().await.expect("read").map(<[u8]>::len), Some(50_002));
            assert_eq!(theirs.next().await.expect("read"), Some(&b"1"[..]));
            drop(ours);
            assert_eq!(theirs.next().await.expect("read"), None);
        });
    }

    #[test]
    fn a_frame_of_four_gigabytes_is_refused_unread() {
        block_on(async {
            let (mut ours, theirs) = UnixStream::pair().expect("a pair");
            ours.write_all(&[0xff; 8]).await.expect("sent");
            assert!(Frames::new(theirs).next().await.is_err());
        });
    }

    /// Numbers that are drawn the same way every time.
    fn drawn(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    }

    /// Frames with words that are right, cut, nested without end, or noise; in pieces of any length.
    #[test]
    fn whatever_comes_is_a_frame_a_refusal_or_an_end() {
        let words: [&[u8]; 7] = [
            br#"{"ready":{}}"#,
            br#"{"done":{"call":1,"value":[1,2.5,null],"log":[0,9]}}"#,
            br#"{"failed":{"call":18446744073709551615,"kind":"x","message":"","file":null,"line":null,"detail":"","help":null,"log":[0,0]}}"#,
            br#"{"metric":{"call":1,"name":"a","value":"nan","at":null}}"#,
            br#"{"done":{"call":-1}}"#,
            b"\xff\xfe\x00{",
            b"",
        ];
        let deep = [b"{\"done\":{\"value\":".as_slice(), &b"[".repeat(100_000)].concat();
        let mut seed = 7;
        for round in 0..400 {
            let mut bytes = Vec::new();
            for _ in 0..drawn(&mut seed) % 4 {
                let word = if drawn(&mut seed).is_multiple_of(9) {
                    &deep
                } else {
                    words[drawn(&mut seed) as usize % words.len()]
                };
                let mut word = word.to_vec();
                if drawn(&mut seed).is_multiple_of(4) && !word.is_empty() {
                    let at = drawn(&mut seed) as usize % word.len();
                    word[at] ^= 1 << (drawn(&mut seed) % 8);
                }
                let announced = match drawn(&mut seed) % 12 {
                    0 => drawn(&mut seed) as u32,
                    1 => 0,
                    _ => u32::try_from(word.len()).expect("small"),
                };
                bytes.extend_from_slice(&announced.to_be_bytes());
                bytes.extend_from_slice(&word);
            }
            let most = bytes.len();
            block_on(async {
                let (mut ours, theirs) = UnixStream::pair().expect("a pair");
                let mut theirs = Frames::new(theirs);
                let pieces: Vec<Vec<u8>> =
                    bytes.chunks(1 + drawn(&mut seed) as usize % 5_000).map(<[u8]>::to_vec).collect();
                let send = async move {
                    for piece in pieces {
                        // Who refuses a frame reads no further.
                        if ours.write_all(&piece).await.is_err() {
                            break;
                        }
                    }
                };
                let take = async move {
                    while let Ok(Some(frame)) = theirs.next().await {
                        assert!(frame.len() <= most, "round {round}");
                        let _ = serde_json::from_slice::<crate::worker::reply::Reply>(frame);
                    }
                };
                tokio::join!(send, take);
            });
        }
    }
}
