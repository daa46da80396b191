//! A sweep as one page of HTML: no network, no other file, its style and program within it.

use std::fmt::Write as _;

use standpipe_runtime::history::{SweepHistory, TrialRow};

use crate::data::data;
use crate::rank::ranked;
use crate::words::{number, parameter};

const TEMPLATE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");

/// The page's program: each file is one thing and uses those before it.
const PROGRAM: &[&str] = &[
    include_str!("page/data.js"),
    include_str!("page/scale.js"),
    include_str!("page/plot.js"),
    include_str!("page/history.js"),
    include_str!("page/parallel.js"),
    include_str!("page/slices.js"),
    include_str!("page/importances.js"),
    include_str!("page/curves.js"),
    include_str!("page/contour.js"),
    include_str!("page/pareto.js"),
    include_str!("page/trials.js"),
    include_str!("page/main.js"),
];

/// So many trials are shown where no program may run.
const PLAIN: usize = 20;

/// `sweep` as a page. `facts` are said of it besides: what each is called, and what it is.
#[must_use]
pub fn page(sweep: &SweepHistory, facts: &[(&str, String)]) -> String {
    // A page is put together from the pieces between its marks, so that nothing in the data can be taken for one.
    let mut page = String::new();
    for piece in TEMPLATE.split("<!--@") {
        let Some((mark, rest)) = piece.split_once("-->") else {
            page.push_str(piece);
            continue;
        };
        match mark {
            "title" => page.push_str(&escaped(&sweep.step)),
            "style" => page.push_str(STYLE),
            "facts" => write_facts(&mut page, facts),
            "best" => write_best(&mut page, sweep),
            "plain" => write_plain(&mut page, sweep),
            "data" => page.push_str(&json(sweep)),
            "program" => PROGRAM.iter().for_each(|file| page.push_str(file)),
            // Any other is a comment.
            _ => {}
        }
        page.push_str(rest);
    }
    page
}

/// The data as they may stand in a `script` element, which ends at the first `</script` and knows no escapes but JSON's.
fn json(sweep: &SweepHistory) -> String {
    serde_json::to_string(&data(sweep)).unwrap_or_else(|_| "null".to_owned()).replace('<', "\\u003c")
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

fn write_facts(page: &mut String, facts: &[(&str, String)]) {
    for (name, fact) in facts {
        let _ = write!(page, "<div><dt>{}</dt><dd>{}</dd></div>", escaped(name), escaped(fact));
    }
}

/// The best trial's scores and parameters.
fn write_best(page: &mut String, sweep: &SweepHistory) {
    let Some(best) = sweep.best.and_then(|best| sweep.trials.iter().find(|trial| trial.number == best)) else {
        page.push_str("<p>No trial has run to its end yet.</p>");
        return;
    };
    let _ = write!(page, "<p>Trial {} did best", best.number);
    if let (Some(objective), Some(Some(score))) = (sweep.objectives.first(), best.scores.first()) {
        let _ = write!(page, ": {} <strong>{}</strong>", escaped(&objective.name), number(*score));
    }
    page.push_str(".</p><dl class=\"params\">");
    for (name, value) in &best.params {
        let _ = write!(page, "<div><dt>{}</dt><dd>{}</dd></div>", escaped(name), escaped(&parameter(value)));
    }
    page.push_str("</dl>");
}

/// The best trials as a table, for where no program may run.
fn write_plain(page: &mut String, sweep: &SweepHistory) {
    let objectives = sweep.objectives.iter().map(|objective| objective.name.as_str());
    let axes = sweep.axes.iter().map(|axis| axis.name.as_str());
    let heads: Vec<&str> = ["trial"].into_iter().chain(objectives).chain(["state"]).chain(axes).collect();
    page.push_str("<table><thead><tr>");
    for head in heads {
        let _ = write!(page, "<th scope=\"col\">{}</th>", escaped(head));
    }
    page.push_str("</tr></thead><tbody>");
    for trial in ranked(sweep).into_iter().take(PLAIN) {
        write_row(page, sweep, trial);
    }
    page.push_str("</tbody></table>");
    if sweep.trials.len() > PLAIN {
        let _ = write!(page, "<p>The best {PLAIN} of {} trials.</p>", sweep.trials.len());
    }
}

fn write_row(page: &mut String, sweep: &SweepHistory, trial: &TrialRow) {
    let _ = write!(page, "<tr><th scope=\"row\">{}</th>", trial.number);
    for (index, _) in sweep.objectives.iter().enumerate() {
        let score = trial.scores.get(index).copied().flatten();
        let _ = write!(page, "<td>{}</td>", score.map_or(String::new(), number));
    }
    let _ = write!(page, "<td>{}</td>", trial.state.as_str());
    for axis in &sweep.axes {
        let value = trial.params.iter().find(|(name, _)| *name == axis.name);
        let _ = write!(page, "<td>{}</td>", escaped(&value.map_or(String::new(), |(_, value)| parameter(value))));
    }
    page.push_str("</tr>");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::made_up::sweep;

    fn facts() -> Vec<(&'static str, String)> {
        vec![("run", "brave-otter".to_owned()), ("pipeline", "train".to_owned())]
    }

    /// All but the style and the program, which are files of their own.
    #[test]
    fn structure() {
        let page = page(&sweep(12), &facts());
        let program: String = PROGRAM.concat();
        insta::assert_snapshot!(page.replace(STYLE, "[STYLE]").replace(&program, "[PROGRAM]").replace("],", "],\n"));
    }

    #[test]
    fn nothing_in_the_data_is_taken_for_a_part_of_the_page() {
        let evil = "</script><script>alert(1)</script><!--@style--> & \"'";
        let mut sweep = sweep(12);
        sweep.step = evil.to_owned();
        sweep.axes[2].name = evil.to_owned();
        sweep.objectives[0].name = evil.to_owned();
        for trial in &mut sweep.trials {
            trial.params[2] = (evil.to_owned(), json!(evil));
            trial.error = Some(evil.to_owned());
        }
        let page = page(&sweep, &[(evil, evil.to_owned())]);
        assert!(!page.contains("alert(1)</script>"), "ends its script");
        assert!(!page.contains("<script>alert"), "has a script of the data");
        assert_eq!(page.matches("<script").count(), 2);
        assert_eq!(page.matches("</script").count(), 2);
        let begin = page.find("id=\"data\">").unwrap() + "id=\"data\">".len();
        let data = page[begin..].split("</script").next().unwrap();
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["axes"][2]["choices"][0], json!(evil));
        assert_eq!(data["errors"][0], json!(evil));
    }

    /// Nothing that a browser would fetch, and a policy that would stop it.
    #[test]
    fn a_page_is_whole() {
        let page = page(&sweep(12), &facts());
        for outside in ["http://", "https://", "src=", "href=", "@import", "url(", "fetch(", "import("] {
            let places = page.matches(outside).count()
                - page.matches("http://www.w3.org/2000/svg").count() * usize::from(outside == "http://");
            assert_eq!(places, 0, "{outside}");
        }
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn however_many_trials_a_page_is_of_a_few_megabytes() {
        assert!(page(&sweep(10), &facts()).len() < 100_000);
        assert!(page(&sweep(10_000), &facts()).len() < 2_500_000);
        assert!(page(&sweep(15_000), &facts()).len() < 2_500_000);
        let mut wide = sweep(3_000);
        for axis in 0..100 {
            let name = format!("p{axis}");
            wide.axes.push(standpipe_runtime::history::AxisInfo {
                name: name.clone(),
                scale: standpipe_runtime::history::Scale::Linear,
            });
            for trial in &mut wide.trials {
                let value = (trial.number as f64 * 0.137 + f64::from(axis)).sin();
                trial.params.push((name.clone(), json!(value)));
            }
        }
        assert!(page(&wide, &facts()).len() < 4_500_000);
    }
}
