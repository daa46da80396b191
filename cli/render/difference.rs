//! How two values differ, line by line.

use similar::{ChangeTag, TextDiff};
use standpipe_plan::Value;

use super::excerpt::visible;
use super::paint::Paint;

/// Equal lines that are shown around those that differ.
const AROUND: usize = 3;

/// The lines of `found` that are not those of `wanted`, and the other way round.
pub(crate) fn between(wanted: &Value, found: &Value, paint: Paint) -> String {
    let (wanted, found) = (lines(wanted).join("\n") + "\n", lines(found).join("\n") + "\n");
    let diff = TextDiff::from_lines(&wanted, &found);
    let mut text = format!("  {}  {}\n", paint.green("+ on the left"), paint.red("- on the right"));
    for (index, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if index > 0 {
            text.push_str(&paint.dimmed("  …\n"));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let mut line = String::new();
            visible(change.value().trim_end_matches('\n'), &mut line);
            text.push_str(&match change.tag() {
                ChangeTag::Equal => format!("    {line}\n"),
                ChangeTag::Delete => paint.red(&format!("  - {line}\n")),
                ChangeTag::Insert => paint.green(&format!("  + {line}\n")),
            });
        }
    }
    text
}

/// A value over several lines: a line for each line of a text, each item of a list, each field of a record.
pub(crate) fn lines(value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    write(value, 0, "", &mut out);
    out
}

fn write(value: &Value, indent: usize, before: &str, out: &mut Vec<String>) {
    let margin = "  ".repeat(indent);
    let mut block = |open: &str, close: &str, inner: &mut dyn FnMut(&mut Vec<String>)| {
        out.push(format!("{margin}{before}{open}"));
        inner(out);
        out.push(format!("{margin}{close}"));
    };
    match value {
        Value::String(text) if text.contains('\n') => {
            block("\"\"\"", "\"\"\"", &mut |out| out.extend(text.lines().map(|line| format!("{margin}{line}"))));
        }
        Value::List(items) if !items.is_empty() => block("[", "]", &mut |out| {
            items.iter().for_each(|item| write(item, indent + 1, "", out));
        }),
        Value::Record(fields) if !fields.is_empty() => block("{", "}", &mut |out| {
            fields.iter().for_each(|(name, value)| write(value, indent + 1, &format!("{name}: "), out));
        }),
        Value::Map(entries) if !entries.is_empty() => block("{", "}", &mut |out| {
            entries.iter().for_each(|(name, value)| write(value, indent + 1, &format!("{name:?}: "), out));
        }),
        other => out.push(format!("{margin}{before}{other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_with_a_little_around() {
        let record = |last: i64| {
            let items = (0..9).chain([last]).map(Value::Int).collect();
            Value::record(vec![("name".into(), Value::string("a\nb")), ("items".into(), Value::list(items))])
        };
        insta::assert_snapshot!(between(&record(9), &record(10), Paint { on: false }));
    }
}
