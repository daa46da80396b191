//! The header and the first rows of a CSV file.

use smol_str::SmolStr;

use super::{Header, Problem, ROWS, Seen, sample};
use crate::World;

/// Reads the start of the file at `path`, whose columns `delimiter` divides.
pub(super) fn read(world: &dyn World, path: &str, delimiter: u8) -> Result<Header, Problem> {
    let (bytes, whole) = sample(world, path)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes);
    let mut rows: Vec<(u64, Vec<String>)> = Vec::new();
    for record in reader.byte_records().take(ROWS + 1) {
        let Ok(record) = record else { break };
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((line, record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()));
    }
    // The last row that was seen of a longer file may go on, unless it is its header.
    if !whole && rows.len() > 1 && rows.len() <= ROWS {
        rows.pop();
    }
    if rows.is_empty() {
        return Err(Problem::Content("it is empty, and its first line should name its columns"));
    }
    let (_, names) = rows.remove(0);
    Ok(Header { columns: names.iter().map(SmolStr::new).collect(), seen: Seen::Cells(rows) })
}
