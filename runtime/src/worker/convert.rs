//! Tables as CSV files and back, for steps that are no Python. Knows nothing of those steps.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use standpipe_plan::{Frame, Shape, Value};

use crate::codes;
use crate::event::Failure;

use super::{Produced, PythonBody, PythonTask, Record, Request, Worker};

/// Numbers of the two tasks, which no plan's tasks reach.
const TO_CSV: u32 = u32::MAX;
const FROM_CSV: u32 = u32::MAX - 1;

impl Worker {
    /// Writes `table`, a [`Value::Blob`] with its place, as a CSV file with a header; of the columns of `shape`.
    /// The worker's environment must have `pyarrow`.
    ///
    /// # Errors
    /// When the table cannot be read or the file not be written, or the worker dies.
    pub async fn table_to_csv(&mut self, table: Value, shape: &Shape, csv: &Path) -> Result<(), Failure> {
        let path = Value::string(&csv.to_string_lossy());
        let inputs = vec![("table".into(), table, shape.clone()), ("path".into(), path, Shape::String)];
        let folder = csv.parent().unwrap_or(Path::new("/"));
        self.built_in(TO_CSV, "to_csv", inputs, Shape::Nothing, folder).await.map(drop)
    }

    /// Reads the CSV file `csv` as a table with the columns of `shape`, checked as any task's result, into an Arrow
    /// file in `scratch`. The worker's environment must have `pyarrow`.
    ///
    /// # Errors
    /// When the file is not such a table, or the worker dies.
    pub async fn csv_to_table(&mut self, csv: &Path, shape: &Shape, scratch: &Path) -> Result<Produced, Failure> {
        let columns = match shape {
            Shape::Table(Some(columns)) => serde_json::to_value(columns).unwrap_or_default(),
            _ => serde_json::Value::Null,
        };
        let inputs = vec![
            ("path".into(), Value::string(&csv.to_string_lossy()), Shape::String),
            ("columns".into(), Value::Json(Arc::new(columns)), Shape::Json),
        ];
        self.built_in(FROM_CSV, "from_csv", inputs, shape.clone(), scratch).await
    }

    async fn built_in(
        &mut self,
        number: u32,
        function: &str,
        inputs: Vec<(smol_str::SmolStr, Value, Shape)>,
        output: Shape,
        scratch: &Path,
    ) -> Result<Produced, Failure> {
        let body = PythonBody::Function { module: "_standpipe.convert".into(), function: function.into() };
        let (name, frame, reads) = (function.into(), Frame::Pyarrow, BTreeMap::new());
        let task = PythonTask { task: number, name, frame, reads, body };
        let request = Request {
            task: Arc::new(task),
            inputs,
            output,
            scratch: scratch.into(),
            checkpoint: scratch.into(),
            attempt: 1,
            record: Record::Never,
        };
        let outcome = self.call(request, &mut |_| {}).await;
        // What goes wrong has no place in anybody's file.
        outcome.result.map_err(|failure| match failure.code.as_str() {
            codes::RAISED => Failure { code: codes::WRONG_TABLE.into(), file: None, line: None, ..failure },
            _ => Failure { file: None, line: None, ..failure },
        })
    }
}
