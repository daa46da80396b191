//! Raw bodies: the lines of another language under `name:`, found by their indentation alone.

/// How wide the white space at the start of a line is, a tab going to the next multiple of eight.
pub(crate) fn width(margin: &str) -> usize {
    margin.bytes().fold(0, |width, byte| if byte == b'\t' { width / 8 * 8 + 8 } else { width + 1 })
}

/// The spaces and tabs at the start of `line`.
pub(crate) fn margin(line: &str) -> &str {
    line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or("")
}

/// `line` without its `\n` or `\r\n`. Of several carriage returns none is left: the last would be half of a line end
/// again where the line is written anew.
pub(crate) fn strip_end(line: &str) -> &str {
    line.strip_suffix('\n').unwrap_or(line).trim_end_matches('\r')
}

fn is_blank(line: &str) -> bool {
    line.trim_matches([' ', '\t', '\r', '\n']).is_empty()
}

/// How many bytes of `text`, which starts at the start of a line, are lines deeper than `outer`, empty lines between
/// them included; the last line end is left out. 0 when the first line with text is not deeper.
pub(super) fn extent(text: &str, outer: usize) -> usize {
    let (mut at, mut end) = (0, 0);
    for line in text.split_inclusive('\n') {
        if !is_blank(line) {
            if width(margin(line)) <= outer {
                break;
            }
            end = at + strip_end(line).len();
        }
        at += line.len();
    }
    end
}

/// The body's lines: where each starts in `text`, and its text without its end.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, strip_end(line)))
    })
}

/// `line` less the common margin; a line of white space that is shorter than that is empty.
pub(crate) fn less<'s>(line: &'s str, margin: &str) -> &'s str {
    line.strip_prefix(margin).unwrap_or_else(|| line.trim_start_matches([' ', '\t']))
}

/// The white space that all lines with text start with.
pub(crate) fn common_margin(text: &str) -> &str {
    let mut margins = lines(text).map(|(_, line)| line).filter(|line| !is_blank(line)).map(margin);
    let Some(mut common) = margins.next() else { return "" };
    for other in margins {
        let same = common.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        common = common.get(..same).unwrap_or("");
    }
    common
}
