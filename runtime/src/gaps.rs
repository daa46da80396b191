//! Logs that have a limit. Who prints writes straight to the file, so nothing can be refused; what is too much is given
//! back to the file system out of the middle, and the first and the last half of what the limit allows stay. Whoever
//! reads a log comes to a gap, and says how much is missing. Knows nothing of whose log it is.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use rustix::fs::{SeekFrom, seek};
use rustix::io::Errno;

use crate::host::disk::{WHILE_WRITTEN, leave_out};

/// What one attempt may print, unless the project says otherwise.
pub(crate) const MOST: u64 = 64 << 20;

/// The smallest limit, in bytes: a traceback should fit.
const LEAST: u64 = 64 << 10;

/// File systems give back whole blocks of this size, or of a part of it.
const BLOCK: u64 = 64 << 10;

/// Leaves of `start..end` of a log no more than about `most` bytes. Where the file system has no gaps, all stays; so it does
/// where a gap cannot be made while others write, unless whoever asks is `alone` in that.
pub(crate) fn limit(log: &File, (start, end): (u64, u64), most: u64, alone: bool) {
    if !alone && !WHILE_WRITTEN {
        return;
    }
    let half = most.max(LEAST) / 2;
    let from = start.saturating_add(half).next_multiple_of(BLOCK);
    let to = end.saturating_sub(half) / BLOCK * BLOCK;
    if end.saturating_sub(start) <= most.max(LEAST) || from >= to {
        return;
    }
    leave_out(log, from, to);
}

/// Gives the beginning of a file back to the file system, up to `end`, of which nobody needs it any more; where that can
/// be done while others write to it.
pub(crate) fn give_back(file: &File, end: u64) {
    let to = end / BLOCK * BLOCK;
    if to > 0 && WHILE_WRITTEN {
        leave_out(file, 0, to);
    }
}

/// What of `from..to` of a log comes first, at most `most` bytes of it: its bytes, or the sentence that stands for a gap;
/// and where to read on.
///
/// # Errors
/// The log cannot be read, or is shorter.
pub(crate) fn read(log: &File, from: u64, to: u64, most: u64) -> io::Result<(Vec<u8>, u64)> {
    let data = match seek(log, SeekFrom::Data(from)) {
        Ok(data) => data.min(to),
        // There is nothing but a gap up to the end; or the file system knows of none.
        Err(Errno::NXIO) => to,
        Err(_) => from,
    };
    if data > from {
        let text = format!("\n… {} bytes are left out here: the log has reached its limit\n", data - from);
        return Ok((text.into_bytes(), data));
    }
    let gap = seek(log, SeekFrom::Hole(from)).unwrap_or(to);
    let end = gap.min(to).min(from.saturating_add(most)).max(from);
    let mut bytes = vec![0; usize::try_from(end - from).unwrap_or(0)];
    log.read_exact_at(&mut bytes, from)?;
    Ok((bytes, end))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn whole(log: &File, from: u64, to: u64) -> String {
        let (mut text, mut at) = (String::new(), from);
        while at < to {
            let (bytes, next) = read(log, at, to, 1000).expect("read");
            text.push_str(&String::from_utf8_lossy(&bytes));
            at = next;
        }
        text
    }

    #[test]
    fn the_first_and_the_last_stay_and_the_gap_is_told() {
        let mut log = tempfile::tempfile().expect("a file");
        writeln!(log, "of another").expect("written");
        let start = log.metadata().expect("there").len();
        writeln!(log, "first").expect("written");
        for _ in 0..100 {
            log.write_all(&[b'x'; 10_000]).expect("written");
        }
        writeln!(log, "\nlast").expect("written");
        let end = log.metadata().expect("there").len();
        limit(&log, (start, end), LEAST, true);
        let text = whole(&log, start, end);
        assert!(text.starts_with("first\nxxx") && text.ends_with("xxx\nlast\n"), "{} bytes", text.len());
        assert!(text.len() < 300_000 && text.contains("bytes are left out here"), "{} bytes", text.len());
        assert_eq!(whole(&log, 0, start), "of another\n");
    }

    #[test]
    fn what_is_within_the_limit_stays() {
        let mut log = tempfile::tempfile().expect("a file");
        log.write_all(&[b'x'; 60_000]).expect("written");
        limit(&log, (0, 60_000), 1, true);
        assert_eq!(whole(&log, 0, 60_000), "x".repeat(60_000));
    }
}
