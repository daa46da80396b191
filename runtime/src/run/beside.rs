//! Work that goes on beside the driver, on its thread. Knows nothing of what the work is.

use std::future::Future;
use std::thread;

use tokio::sync::mpsc::UnboundedSender;

use crate::event::Failure;
use crate::executor::News;

/// Starts work of which the driver hears through `news`. Where it panics, nothing would come of it any more, and the driver
/// would wait for ever: it hears of that, too.
pub(crate) fn beside(news: &UnboundedSender<News>, work: impl Future<Output = ()> + 'static) {
    let alarm = Alarm(news.clone());
    tokio::task::spawn_local(async move {
        let _alarm = alarm;
        work.await;
    });
}

/// Goes off where it is dropped by a panic.
struct Alarm(UnboundedSender<News>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if thread::panicking() {
            // Nobody listens once the run has ended.
            let _ = self.0.send(News::Fault(Failure::of_itself()));
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;
    use tokio::task::LocalSet;

    use super::*;
    use crate::codes;

    #[test]
    fn only_work_that_panics_is_told_of() {
        let (sender, mut news) = mpsc::unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        LocalSet::new().block_on(&runtime, async {
            beside(&sender, async {});
            beside(&sender, async { panic!("a bug") });
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        });
        drop(sender);
        let Some(News::Fault(failure)) = news.blocking_recv() else { panic!("it is not told") };
        assert_eq!(failure.code, codes::ITSELF);
        assert!(news.blocking_recv().is_none());
    }
}
