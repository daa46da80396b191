//! A package of 1,000 files with 10,000 declarations: checked cold, by the whole process, and again after one edit, with what
//! a compiler that goes on running remembers of texts that have not changed.

use std::fmt::Write as _;
use std::process::Command;
use std::time::Instant;

use standpipe_compiler::{analyse, analyse_all};

use crate::measure::{Row, folder, median, ms, ratio, standpipe, timed};
use crate::remembering::Remembering;

const FILES: usize = 1_000;

pub(crate) fn rows() -> Vec<Row> {
    vec![cold(), again("one that others import", 1), again("one that nothing imports", FILES - 1), alone()]
}

fn cold() -> Row {
    let folder = folder();
    for number in 0..FILES {
        std::fs::write(folder.path().join(name(number)), file(number)).expect("a generated file");
    }
    let measured = median(5, || timed(standpipe(folder.path(), &["check"])).0);
    let limit = median(5, || {
        let mut cat = Command::new("cat");
        cat.current_dir(folder.path()).args((0..FILES).map(name));
        timed(cat).0
    });
    Row {
        name: format!("`check` of {FILES} files with {} declarations", FILES * 10),
        measured: ms(measured),
        limit: format!("{} (`cat`)", ms(limit)),
        ratio: ratio(measured, limit),
        aim: "1 s",
    }
}

/// All of it again after an edit in file `edited`.
fn again(which: &str, edited: usize) -> Row {
    let (mut world, names) = package();
    let paths: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut check = |text: &str| {
        world.edit(&names[edited], text);
        let start = Instant::now();
        let analysis = analyse_all(&world, &paths);
        let took = start.elapsed();
        assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics.first());
        took
    };
    let text = file(edited);
    let limit = check(&text);
    let mut round = 0;
    let measured = median(7, || {
        round += 1;
        check(&text.replacen("a + 1", &format!("a + {round}"), 1))
    });
    Row {
        name: format!("all of it again after an edit in {which}"),
        measured: ms(measured),
        limit: format!("{} (the first time)", ms(limit)),
        ratio: ratio(measured, limit),
        aim: "",
    }
}

/// One file of it again after an edit, with what it imports: what an editor waits for.
fn alone() -> Row {
    let (mut world, names) = package();
    let edited = &names[FILES - 1];
    let text = file(FILES - 1);
    let mut check = |text: &str| {
        world.edit(edited, text);
        let start = Instant::now();
        let analysis = analyse(&world, edited);
        let took = start.elapsed();
        assert!(analysis.diagnostics.is_empty(), "{:?}", analysis.diagnostics.first());
        took
    };
    let limit = check(&text);
    let mut round = 0;
    let measured = median(21, || {
        round += 1;
        check(&text.replacen("a + 1", &format!("a + {round}"), 1))
    });
    Row {
        name: "the edited file of it alone".into(),
        measured: ms(measured),
        limit: format!("{} (the first time)", ms(limit)),
        ratio: ratio(measured, limit),
        aim: "10 ms",
    }
}

fn package() -> (Remembering, Vec<String>) {
    let mut world = Remembering::default();
    let names: Vec<String> = (0..FILES).map(name).collect();
    for (number, name) in names.iter().enumerate() {
        world.edit(name, &file(number));
    }
    (world, names)
}

fn name(number: usize) -> String {
    format!("f{number}.pipe")
}

/// Ten declarations. A file imports the one before it in its group of ten, and one of half its number.
fn file(number: usize) -> String {
    let before = Some(number).filter(|number| !number.is_multiple_of(10)).map(|number| number - 1);
    let above = Some(number / 2).filter(|above| *above != number && Some(*above) != before);
    let imported: Vec<usize> = before.into_iter().chain(above).collect();
    let adds = 6 - imported.len();
    let mut text = String::new();
    for other in &imported {
        let _ = writeln!(text, "import \"./f{other}.pipe\" {{ score{other} }}");
    }
    let _ = write!(text, "\ntype Row{number} = {{ id: Int, score: Float }}\n\nconst least{number} = 0.25\n");
    for task in 0..adds {
        let _ = write!(
            text,
            "\n## Adds {task}.\ntask add{number}_{task}(a: Int) -> Int {{\n  python:\n    return a + 1\n}}\n"
        );
    }
    let row = format!("Table[Row{number}]");
    let _ = write!(
        text,
        "\ntask score{number}(rows: {row}, least: Float) -> {row} {{\n  sql:\n    SELECT id, score FROM rows WHERE score > $least\n}}\n"
    );
    let _ = writeln!(text, "\npipeline p{number}(a: Int, rows: {row}) -> {{ a: Int, rows: {row} }} {{");
    let mut rows = String::from("rows");
    for other in &imported {
        let _ = writeln!(text, "  rows{other} = score{other}({rows}, least{number})");
        rows = format!("rows{other}");
    }
    let mut a = String::from("a");
    for task in 0..adds {
        let _ = writeln!(text, "  a{task} = add{number}_{task}({a})");
        a = format!("a{task}");
    }
    let _ = write!(text, "  {{ a: {a}, rows: score{number}({rows}, least{number}) }}\n}}\n");
    text
}
