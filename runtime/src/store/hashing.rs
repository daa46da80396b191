//! The digest of a file's content. A large file is read by several threads, each with its part of BLAKE3's tree (O'Connor,
//! Aumasson, Neves, Wilcox-O'Hearn: BLAKE3, section 2.1). Knows nothing of the store.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::thread;

use blake3::hazmat::{ChainingValue, HasherExt as _, Mode};
use blake3::hazmat::{left_subtree_len, merge_subtrees_non_root, merge_subtrees_root};
use standpipe_plan::Digest;

/// Bytes that one thread reads in a few milliseconds: for less there is none beside it.
const ALONE: u64 = 8 << 20;
/// Bytes that are read in one go.
const PIECE: usize = 256 << 10;
/// Twice as many parts as cores, as they differ in length; at most 16.
const MOST_SPLITS: u32 = 4;

/// Digest and length of a file's content.
///
/// # Errors
/// It cannot be read.
pub(crate) fn hash_file(path: &Path) -> io::Result<(Digest, u64)> {
    let mut file = File::open(path)?;
    let bytes = file.metadata()?.len();
    if bytes > ALONE
        && let Ok(digest) = by_parts(&file, bytes)
        && file.metadata()?.len() == bytes
    {
        return Ok((digest, bytes));
    }
    // That includes what somebody writes to meanwhile: it is what is found from its beginning to its end.
    hash(&mut file, None)
}

/// The same of what `source` gives, which goes into `copy` as well.
///
/// # Errors
/// It cannot be read, or the copy not be written.
pub(super) fn hash(source: &mut File, mut copy: Option<&mut File>) -> io::Result<(Digest, u64)> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        let read = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let Some(part) = buffer.get(..read) else { break };
        hasher.update(part);
        if let Some(copy) = &mut copy {
            copy.write_all(part)?;
        }
        bytes += read as u64;
    }
    Ok((Digest(*hasher.finalize().as_bytes()), bytes))
}

/// Of a file of that length, which is more than one chunk of BLAKE3's.
fn by_parts(file: &File, bytes: u64) -> io::Result<Digest> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let splits = (cores.ilog2() + 1).min(MOST_SPLITS);
    let (left, right) = halves(file, 0..bytes, splits)?;
    Ok(Digest(*merge_subtrees_root(&left, &right, Mode::Hash).as_bytes()))
}

/// The two subtrees of that part of the file, each in up to `splits - 1` further splits.
fn halves(file: &File, part: Range<u64>, splits: u32) -> io::Result<(ChainingValue, ChainingValue)> {
    let middle = part.start + left_subtree_len(part.end - part.start);
    thread::scope(|scope| {
        let right = scope.spawn(|| subtree(file, middle..part.end, splits - 1));
        let left = subtree(file, part.start..middle, splits - 1);
        let right = right.join().map_err(|_| io::Error::other("a thread that reads it ended early"))?;
        Ok((left?, right?))
    })
}

fn subtree(file: &File, part: Range<u64>, splits: u32) -> io::Result<ChainingValue> {
    if splits > 0 && part.end - part.start > ALONE {
        let (left, right) = halves(file, part, splits)?;
        return Ok(merge_subtrees_non_root(&left, &right, Mode::Hash));
    }
    let mut hasher = blake3::Hasher::new();
    hasher.set_input_offset(part.start);
    let mut buffer = vec![0; PIECE];
    let mut at = part.start;
    while at < part.end {
        let wanted = usize::try_from(part.end - at).unwrap_or(PIECE).min(PIECE);
        let Some(piece) = buffer.get_mut(..wanted) else { break };
        file.read_exact_at(piece, at)?;
        hasher.update(piece);
        at += wanted as u64;
    }
    Ok(hasher.finalize_non_root())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes of which no two pieces are alike.
    fn content(bytes: u64) -> Vec<u8> {
        (0..bytes.div_ceil(8)).flat_map(u64::to_le_bytes).take(usize::try_from(bytes).expect("it fits")).collect()
    }

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(content).expect("written");
        file
    }

    #[test]
    fn parts_give_what_the_whole_gives() {
        let longest = content(5 * ALONE + 1_025);
        for bytes in [0, 1, ALONE, ALONE + 1, 2 * ALONE, 2 * ALONE + 1, 3 * ALONE - 1, 5 * ALONE + 1_025] {
            let content = &longest[..usize::try_from(bytes).expect("it fits")];
            let (file, whole) = (file(content), Digest::of(content));
            assert_eq!(hash_file(file.path()).expect("it is read"), (whole, bytes), "{bytes} bytes");
            if bytes > 1_024 {
                let parts = by_parts(file.as_file(), bytes).expect("it is read");
                assert_eq!(parts, whole, "{bytes} bytes in parts");
            }
        }
    }

    #[test]
    fn any_number_of_splits_gives_the_same() {
        let content = content(6 * ALONE + 77);
        let file = file(&content);
        for splits in 1..=MOST_SPLITS {
            let (left, right) = halves(file.as_file(), 0..content.len() as u64, splits).expect("it is read");
            let digest = Digest(*merge_subtrees_root(&left, &right, Mode::Hash).as_bytes());
            assert_eq!(digest, Digest::of(&content), "{splits} splits");
        }
    }

    /// Of a file that somebody has cut meanwhile.
    #[test]
    fn parts_that_are_not_there_are_an_error() {
        assert!(by_parts(file(&content(2 * ALONE)).as_file(), 3 * ALONE).is_err());
    }
}
