//! One connection: how its questions reach the analysis thread, and what that has to say the editor. The handlers are in
//! `handlers.rs`; nothing here knows what a question is about.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

use standpipe_lsp::Open;
use tokio::sync::{mpsc, oneshot, watch};
use tower_lsp::Client;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::ls_types::MessageType;

use crate::texts::Texts;
use crate::tokens::Remembered;
use crate::watches::Watches;
use standpipe_lsp::History;
use standpipe_lsp::analysis::{self, Ears, Message, Said, guarded};
use standpipe_lsp::snapshot::Snapshot;
use standpipe_lsp::survey::{self, Finding, Task};

/// As much as a main thread has: what the command line can check, an editor can.
const STACK: usize = 8 << 20;

pub(crate) struct Backend {
    pub(crate) client: Client,
    analysis: Sender<Message>,
    survey: Sender<Task>,
    /// See [`Ears`].
    pub(crate) news: watch::Receiver<u64>,
    pub(crate) tokens: Remembered,
    pub(crate) texts: Texts,
    pub(crate) watches: Watches,
}

impl Backend {
    /// Starts the threads that analyse and survey, and the task that hands their findings to the editor.
    pub(crate) fn start(client: Client, open: Open, history: Box<dyn History>) -> Self {
        let (sender, messages) = channel();
        let (tasks, given) = channel();
        let (publish, mut findings) = mpsc::unbounded_channel::<Said>();
        let (told, news) = watch::channel(0);
        let listener = client.clone();
        tokio::spawn(async move {
            while let Some(said) = findings.recv().await {
                match said {
                    Said::Found(found) => {
                        listener.publish_diagnostics(found.uri, found.diagnostics, found.version).await;
                    }
                    Said::Warning(text) => listener.show_message(MessageType::WARNING, text).await,
                    Said::Ran => {
                        // What the editor answers is not waited for: there may be more to tell.
                        let asker = listener.clone();
                        tokio::spawn(async move { asker.code_lens_refresh().await });
                    }
                }
            }
        });
        let of_survey = (sender.clone(), Arc::clone(&open));
        thread("survey", move || survey::run(&given, &of_survey.0, &of_survey.1));
        let ears = Ears { publish, news: told };
        thread("analysis", move || analysis::run(&messages, &ears, open, history));
        Self {
            client,
            analysis: sender,
            survey: tasks,
            news,
            tokens: Remembered::default(),
            texts: Texts::default(),
            watches: Watches::default(),
        }
    }

    pub(crate) fn send(&self, message: Message) {
        // The thread ends before us only when it could not be started; then there is nothing to answer with.
        let _ = self.analysis.send(message);
    }

    /// Has the editor's folders looked through.
    pub(crate) fn survey(&self, task: Task) {
        self.send(Message::Awaited);
        if self.survey.send(task).is_err() {
            // Nobody does it: what is known has to do.
            self.send(Message::Survey(Finding::Done(1)));
        }
    }

    /// Something on disk may be different now.
    pub(crate) fn look_again(&self) {
        self.send(Message::Saved);
        self.survey(Task::Again);
    }

    /// Asks the analysis thread, which answers once all that came before has been taken in. A question that was
    /// withdrawn meanwhile is not looked at, or not to its end; one that panics is answered with an error.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Snapshot) -> T + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let withdrawn = Arc::new(AtomicBool::new(false));
        // When the editor withdraws the question, this is dropped where it waits.
        let _waits = Waits(Arc::clone(&withdrawn));
        self.send(Message::Ask(Box::new(move |snapshot| {
            if !withdrawn.load(Ordering::Relaxed) {
                snapshot.asked(withdrawn);
                let _ = reply.send(guarded(|| Some(question(snapshot))));
            }
        })));
        match answer.await {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) | Err(_) => Err(Error::internal_error()),
        }
    }

    /// The same of what needs every file: asked once it is known what the editor's folders hold.
    pub(crate) async fn ask_of_all<T, Q>(&self, question: Q) -> Result<T>
    where
        T: Send + 'static,
        Q: FnOnce(&Snapshot) -> T + Send + 'static,
    {
        let mut question = question;
        loop {
            let asked = move |snapshot: &Snapshot| {
                let known = snapshot.index.borrow().awaited == 0;
                if known { Ok(question(snapshot)) } else { Err(question) }
            };
            match self.ask(asked).await? {
                Ok(answer) => return Ok(answer),
                Err(again) => question = again,
            }
            self.surveyed().await?;
        }
    }

    /// Waits until it is known what the editor's folders hold.
    pub(crate) async fn surveyed(&self) -> Result<()> {
        let mut news = self.news.clone();
        loop {
            news.mark_unchanged();
            if self.ask(|snapshot| snapshot.index.borrow().awaited == 0).await? {
                return Ok(());
            }
            news.changed().await.map_err(|_| Error::internal_error())?;
        }
    }
}

/// Starts a thread; without it there is nothing to serve, and the editor shows what stands on standard error.
fn thread(name: &str, work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().name(name.into()).stack_size(STACK);
    if let Err(error) = thread.spawn(work) {
        let _ = writeln!(std::io::stderr(), "standpipe lsp: no thread for the {name}: {error}");
    }
}

/// Says when it goes that nobody waits any more.
struct Waits(Arc<AtomicBool>);

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
