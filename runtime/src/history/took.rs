//! How long a run took: the time that it was under way, without the time between an interruption and its resumption.
//! Knows nothing of its steps.

use rusqlite::{Connection, OptionalExtension as _, params};

/// Seconds that run `number` was under way so far, by the times of its records.
pub(crate) fn under_way_for(connection: &Connection, number: i64) -> rusqlite::Result<f64> {
    let query = "SELECT coalesce(sum(later.time - earlier.time), 0) / 1000.0 FROM events later
                 JOIN events earlier ON earlier.run = later.run AND earlier.number = later.number - 1
                 WHERE later.run = ?1 AND later.kind <> 'run_resumed'";
    connection.query_row(query, params![number], |row| row.get(0))
}

/// Seconds that run `number` took, as its end has it; `None` where it has no end.
pub(super) fn took(connection: &Connection, number: i64) -> rusqlite::Result<Option<f64>> {
    let mut query = connection.prepare_cached(
        "SELECT body ->> 'seconds' FROM events WHERE run = ?1 AND kind = 'run_finished' ORDER BY number DESC LIMIT 1",
    )?;
    query.query_row(params![number], |row| row.get(0)).optional()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_before_a_resumption_does_not_count() {
        let connection = Connection::open_in_memory().expect("a database");
        connection.execute("CREATE TABLE events (run, number, time, kind, body)", []).expect("made");
        // Two seconds, an hour's pause, then half a second; another run beside it.
        let events = [
            (1, 1, 1_000, "run_called"),
            (1, 2, 3_000, "step_started"),
            (2, 1, 3_000, "run_called"),
            (1, 3, 3_603_000, "run_resumed"),
            (1, 4, 3_603_100, "step_started"),
            (1, 5, 3_603_500, "step_finished"),
        ];
        for (run, number, time, kind) in events {
            let values = params![run, number, time, kind];
            connection.execute("INSERT INTO events VALUES (?1, ?2, ?3, ?4, '{}')", values).expect("written");
        }
        assert_eq!(under_way_for(&connection, 1), Ok(2.5));
        assert_eq!(took(&connection, 1), Ok(None));
        connection
            .execute("INSERT INTO events VALUES (1, 6, 0, 'run_finished', '{\"seconds\": 2.75}')", [])
            .expect("written");
        assert_eq!(took(&connection, 1), Ok(Some(2.75)));
    }
}
