//! Markdown for the terminal: headings, paragraphs, lists, code. As much of it as our own pages use.

use unicode_width::UnicodeWidthStr as _;

use super::paint::Paint;

/// `page` as text of at most `width` columns; code keeps its lines.
pub(crate) fn render(page: &str, width: usize, paint: Paint) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut code = false;
    let flush = |paragraph: &mut String, out: &mut String| {
        if !paragraph.is_empty() {
            out.push_str(&wrap(paragraph, width, paint));
            paragraph.clear();
        }
    };
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            flush(&mut paragraph, &mut out);
            code = !code;
        } else if code {
            let line = if line.is_empty() { String::new() } else { format!("    {}", paint.cyan(line)) };
            out.push_str(&line);
            out.push('\n');
        } else if let Some(heading) = line.strip_prefix('#') {
            flush(&mut paragraph, &mut out);
            out.push_str(&paint.bold(heading.trim_start_matches('#').trim()));
            out.push('\n');
        } else if line.trim().is_empty() {
            flush(&mut paragraph, &mut out);
            out.push('\n');
        } else {
            if line.starts_with("- ") {
                flush(&mut paragraph, &mut out);
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    flush(&mut paragraph, &mut out);
    out
}

/// Breaks a paragraph into lines. The marks of code stay: they tell it apart without colours.
fn wrap(text: &str, width: usize, paint: Paint) -> String {
    let (mut out, mut column, mut inside) = (String::new(), 0, false);
    for word in text.split_whitespace() {
        let length = word.width();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        let marks = word.matches('`').count();
        let painted = if inside || marks > 0 { paint.cyan(word) } else { word.to_owned() };
        inside ^= marks % 2 == 1;
        out.push_str(&painted);
        column += length;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page() {
        let page = "A name that nothing\ndeclares, such as `a b`, is wrong in a paragraph that goes on.\n\n```pipe\nx = y\n\nz\n```\n\n## Mended\n\n- one\n- two\n";
        insta::assert_snapshot!(render(page, 40, Paint::default()));
    }
}
