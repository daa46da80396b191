//! Rows in columns as wide as what they hold. Knows nothing of what that is.

use unicode_width::UnicodeWidthStr as _;

use super::excerpt::visible;
use super::paint::Paint;

/// `rows` under `heads`, two spaces between columns; the last column is not padded.
pub(crate) fn table(heads: &[&str], rows: &[Vec<String>], paint: Paint) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| clean(cell)).collect()).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
        cells.chain(heads.get(column).map(|head| head.width())).max().unwrap_or(0)
    };
    let line = |cells: &[String]| {
        let last = cells.len().saturating_sub(1);
        let padded = cells.iter().enumerate().map(|(column, cell)| {
            let space = if column < last { width(column) + 2 - cell.width() } else { 0 };
            format!("{cell}{}", " ".repeat(space))
        });
        padded.collect::<String>().trim_end().to_owned()
    };
    let head: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let mut text = paint.dimmed(&line(&head)) + "\n";
    for row in &rows {
        text.push_str(&line(row));
        text.push('\n');
    }
    text
}

fn clean(cell: &str) -> String {
    let mut shown = String::new();
    visible(&cell.replace('\n', " "), &mut shown);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = [vec!["日本".to_owned(), "1".to_owned()], vec!["a".to_owned(), "two\nlines".to_owned()]];
        assert_eq!(table(&["name", "n"], &rows, Paint::default()), "name  n\n日本  1\na     two lines\n");
    }
}
