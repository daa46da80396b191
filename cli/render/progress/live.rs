//! A run as a live tree on a terminal: what is done scrolls by, what runs stands below it and is drawn anew.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use standpipe_runtime::{Event, Observer};
use unicode_width::UnicodeWidthChar as _;

use super::{Board, seconds};
use crate::context::width;
use crate::render::paint::Paint;

/// How often what runs is drawn.
const TICK: Duration = Duration::from_millis(100);
/// Lines of running steps shown at once.
const MOST: usize = 12;
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// Draws on standard error until it is dropped.
pub(crate) struct Live {
    board: Arc<Mutex<Board>>,
    bar: ProgressBar,
    start: Instant,
    paint: Paint,
    /// Its end ends the drawing thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    pub(crate) fn new(board: Board, paint: Paint) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(20));
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        let (board, start) = (Arc::new(Mutex::new(board)), Instant::now());
        let (stop, stopped) = channel();
        let thread = {
            let (board, bar) = (Arc::clone(&board), bar.clone());
            std::thread::spawn(move || {
                while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    let area = area(&lock(&board), start.elapsed(), width(), paint);
                    bar.set_message(area.join("\n"));
                }
            })
        };
        Self { board, bar, start, paint, stop: Some(stop), thread: Some(thread) }
    }
}

fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Observer for Live {
    fn event(&mut self, event: &Event) {
        let mut board = lock(&self.board);
        let lines = board.take(event, self.start.elapsed());
        if lines.is_empty() {
            return;
        }
        // Drawn with the lines, so that what has ended does not stand below them until the next tick.
        self.bar.set_message(area(&board, self.start.elapsed(), width(), self.paint).join("\n"));
        for line in lines {
            self.bar.println(cut(&line, width()));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It cannot have panicked: it only draws.
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

/// The lines below: environments, `for`s, running steps.
fn area(board: &Board, now: Duration, width: usize, paint: Paint) -> Vec<String> {
    let turn = usize::try_from(now.as_millis() / TICK.as_millis()).unwrap_or(0) % SPINNER.len();
    let spinner = paint.cyan(SPINNER[turn]);
    let mut lines = Vec::new();
    if let Some((name, text)) = &board.environment {
        lines.push(format!("{spinner} environment {name}  {}", paint.dimmed(text)));
    }
    for (path, group) in board.groups.iter().filter(|(_, group)| !group.told && group.count.is_some()) {
        lines.push(format!("{spinner} {}  {}", board.name(path, ""), paint.bold(&group.progress())));
    }
    for (path, sweep) in board.sweeps.iter().filter(|(path, _)| board.sweep_of(path).is_none()) {
        let parts = [paint.bold(&sweep.progress()), sweep.counts(), sweep.best(), paint.cyan(&sweep.sparkline())];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        lines.push(format!("{spinner} {}  {}", board.name(path, ""), parts.join("  ")));
    }
    for running in board.running.iter().take(MOST) {
        let took = seconds((now.saturating_sub(running.since) + running.already).as_secs_f64());
        let name = board.name(&running.step, &running.label);
        let inner = if running.step.contains('[') { "  " } else { "" };
        lines.push(format!("{inner}{spinner} {name}  {took}  {}", paint.dimmed(&running.said)));
    }
    let more = board.running.len().saturating_sub(MOST);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    lines.iter().map(|line| cut(line.trim_end(), width)).collect()
}

/// `line` cut to `width` columns; colours take none, and are ended.
fn cut(line: &str, width: usize) -> String {
    let (mut out, mut column, mut escape) = (String::new(), 0, false);
    for character in line.chars() {
        if character == '\u{1b}' || escape {
            escape = character == '\u{1b}' || !character.is_ascii_alphabetic();
            out.push(character);
            continue;
        }
        let columns = character.width().unwrap_or(0);
        if column + columns >= width {
            out.push('…');
            if line.contains('\u{1b}') {
                out.push_str("\u{1b}[0m");
            }
            break;
        }
        column += columns;
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::board::tests::{plan, story};
    use super::*;

    #[test]
    fn lines_are_cut_by_columns() {
        assert_eq!(cut("abcdef", 10), "abcdef");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("\u{1b}[31mabcdef\u{1b}[0m", 4), "\u{1b}[31mabc…\u{1b}[0m");
        assert_eq!(cut("日本語", 4), "日…");
    }

    #[test]
    fn what_runs_stands_below() {
        let mut board = Board::new(&plan(), Paint::default(), false);
        let mut frames = Vec::new();
        for (at, event) in (0..).zip(story()) {
            let _ = board.take(&event, Duration::from_secs(at));
            frames.push(area(&board, Duration::from_millis(at * 1000 + 500), 60, Paint::default()).join("\n"));
        }
        frames.dedup();
        insta::assert_snapshot!(frames.join("\n---\n"));
    }
}
