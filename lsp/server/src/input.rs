//! What the editor sends, and word of its end. Knows nothing of what is sent.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::oneshot;

/// A reader that tells when there will be nothing more.
pub(crate) struct Input<R> {
    reader: R,
    ended: Option<oneshot::Sender<()>>,
}

impl<R> Input<R> {
    pub(crate) fn new(reader: R) -> (Self, oneshot::Receiver<()>) {
        let (ended, end) = oneshot::channel();
        (Self { reader, ended: Some(ended) }, end)
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Input<R> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let (before, room) = (buffer.filled().len(), buffer.remaining());
        let read = Pin::new(&mut this.reader).poll_read(context, buffer);
        let over = match &read {
            Poll::Ready(Ok(())) => room > 0 && buffer.filled().len() == before,
            Poll::Ready(Err(_)) => true,
            Poll::Pending => false,
        };
        if over && let Some(ended) = this.ended.take() {
            // Nobody may listen any more.
            let _ = ended.send(());
        }
        read
    }
}
