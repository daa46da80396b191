//! Random pipelines that are edited at random and run again on one store: what is reused gives what a clean run gives, what
//! must run again does, and nothing else. `STANDPIPE_DAGS` says how many, `STANDPIPE_SEED` where the numbers begin.

#![expect(clippy::print_stderr, reason = "the figures are for whoever runs it with `--nocapture`")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Instant;

use crate::project::{Dice, Project, Run, number};

const FILES: u64 = 3;
/// Edits of each pipeline, each followed by a run.
const EDITS: u64 = 4;

/// A pipeline as it was thought up: a result for each step, all of them shown.
#[derive(Clone)]
struct Dag {
    files: Vec<u64>,
    param: i64,
    steps: Vec<Step>,
}

#[derive(Clone)]
struct Step {
    python: bool,
    factor: i64,
    addend: i64,
    /// In the order in which they are given.
    inputs: Vec<Input>,
}

#[derive(Clone, Copy)]
enum Input {
    File(usize),
    Param,
    Step(usize),
}

/// What a step is made of, as far as its result hangs on it: its body, and what it is given.
type Made = (String, Vec<i64>);

impl Dag {
    fn any(dice: &mut Dice) -> Self {
        let files = (0..FILES).map(|_| dice.below(4)).collect();
        let mut dag = Self { files, param: small(dice), steps: Vec::new() };
        // Python costs a worker: not in each of them.
        let python = dice.below(4) == 0;
        for nth in 0..4 + at(dice, 6) {
            let inputs = (0..1 + dice.below(3)).map(|_| dag.input(dice, nth)).collect();
            let python = python && dice.below(2) == 0;
            dag.steps.push(Step { python, factor: small(dice), addend: small(dice), inputs });
        }
        dag
    }

    /// Something that the step of that number may be given.
    fn input(&self, dice: &mut Dice, nth: usize) -> Input {
        match dice.below(5) {
            0 => Input::File(at(dice, self.files.len())),
            1 => Input::Param,
            _ if nth > 0 => Input::Step(at(dice, nth)),
            _ => Input::Param,
        }
    }

    fn edit(&mut self, dice: &mut Dice) {
        let nth = at(dice, self.steps.len());
        match dice.below(6) {
            0 => self.steps[nth].factor = small(dice),
            1 => self.steps[nth].addend = small(dice),
            2 => self.param = small(dice),
            3 => {
                let file = at(dice, self.files.len());
                self.files[file] = dice.below(4);
            }
            4 => self.steps[nth].inputs.reverse(),
            _ => {
                let input = self.input(dice, nth);
                let place = at(dice, self.steps[nth].inputs.len());
                self.steps[nth].inputs[place] = input;
            }
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (nth, step) in self.steps.iter().enumerate() {
            let params = step.inputs.iter().enumerate().map(|(at, input)| format!("i{at}: {}", input.shape()));
            let params = params.collect::<Vec<_>>().join(", ");
            let (kind, body) = step.body();
            write!(text, "task t{nth}({params}) -> Int {{\n  {kind}:\n    {body}\n}}\n\n").unwrap();
        }
        let files: Vec<_> = (0..self.files.len()).map(|nth| format!("f{nth}: File = \"f{nth}.txt\"")).collect();
        writeln!(text, "pipeline main(n: Int, {}) -> List[Int] {{", files.join(", ")).unwrap();
        for (nth, step) in self.steps.iter().enumerate() {
            let inputs: Vec<_> = step.inputs.iter().map(|input| input.name()).collect();
            writeln!(text, "  s{nth} = t{nth}({})", inputs.join(", ")).unwrap();
        }
        let results: Vec<_> = (0..self.steps.len()).map(|nth| format!("s{nth}")).collect();
        writeln!(text, "  [{}]\n}}", results.join(", ")).unwrap();
        text
    }

    /// What each step gives, and what that is made of.
    fn values(&self) -> (Vec<i64>, Vec<Made>) {
        let (mut values, mut made): (Vec<i64>, Vec<Made>) = Default::default();
        for step in &self.steps {
            let inputs = step.inputs.iter().map(|input| match input {
                Input::File(nth) => i64::try_from(self.files[*nth]).unwrap(),
                Input::Param => self.param,
                Input::Step(nth) => values[*nth],
            });
            let inputs: Vec<i64> = inputs.collect();
            // The order counts.
            let sum = inputs.iter().zip(1..).map(|(value, weight)| value * weight).sum::<i64>();
            let shapes: Vec<_> = step.inputs.iter().map(|input| input.shape()).collect();
            made.push((format!("{:?} {shapes:?}", step.body()), inputs));
            values.push((step.factor * sum + step.addend) % 1009);
        }
        (values, made)
    }
}

impl Step {
    fn body(&self) -> (&'static str, String) {
        let Self { factor, addend, .. } = self;
        let read = |(nth, input): (usize, &Input)| {
            let value = match (input, self.python) {
                (Input::File(_), true) => format!("int(i{nth}.read_text())"),
                (Input::File(_), false) => format!("$(cat \"$i{nth}\")"),
                (_, true) => format!("i{nth}"),
                (_, false) => format!("$i{nth}"),
            };
            format!("{value} * {}", nth + 1)
        };
        let sum = self.inputs.iter().enumerate().map(read).collect::<Vec<_>>().join(" + ");
        match self.python {
            true => ("python", format!("return ({factor} * ({sum}) + {addend}) % 1009")),
            false => ("sh", format!("echo $((({factor} * ({sum}) + {addend}) % 1009)) > \"$out\"")),
        }
    }
}

impl Input {
    fn shape(self) -> &'static str {
        match self {
            Self::File(_) => "File",
            Self::Param | Self::Step(_) => "Int",
        }
    }

    fn name(self) -> String {
        match self {
            Self::File(nth) => format!("f{nth}"),
            Self::Param => "n".into(),
            Self::Step(nth) => format!("s{nth}"),
        }
    }
}

/// Few different ones, so that what was there before comes again.
fn small(dice: &mut Dice) -> i64 {
    i64::try_from(dice.below(5)).unwrap()
}

fn at(dice: &mut Dice, length: usize) -> usize {
    usize::try_from(dice.below(length as u64)).unwrap()
}

fn run(project: &Project, dag: &Dag, more: &[&str]) -> Run {
    project.write("main.pipe", dag.text());
    for (nth, content) in dag.files.iter().enumerate() {
        project.write(&format!("f{nth}.txt"), format!("{content}\n"));
    }
    project.run(&[&["main.pipe", "--n", &dag.param.to_string()], more].concat()).succeeded()
}

#[test]
fn what_is_reused_is_what_a_clean_run_gives() {
    let (dags, seed) = (number("STANDPIPE_DAGS", 8), number("STANDPIPE_SEED", 7));
    let mut dice = Dice::new(seed);
    let begun = Instant::now();
    let project = Project::new(&[]);
    let mut known: BTreeSet<Made> = BTreeSet::new();
    let (mut reused, mut ran) = (0, 0);
    for nth in 0..dags {
        let mut dag = Dag::any(&mut dice);
        for edit in 0..=EDITS {
            if edit > 0 {
                dag.edit(&mut dice);
            }
            let (values, made) = dag.values();
            let told = run(&project, &dag, &[]);
            let context = || format!("seed {seed}, pipeline {nth}, edit {edit}:\n{}", dag.text());
            assert_eq!(told.outputs(), &serde_json::json!(values), "{}", context());
            let mut now: BTreeMap<&Made, usize> = BTreeMap::new();
            for one in &made {
                *now.entry(one).or_default() += 1;
            }
            for (step, status) in told.steps() {
                let made = &made[step.trim_start_matches("main.t").parse::<usize>().unwrap()];
                let wanted = if known.contains(made) { "cached" } else { "succeeded" };
                // Of two that are made of the same, one may have the other's result.
                let either = now[made] > 1 && ["cached", "succeeded"].contains(&status.as_str());
                assert!(status == wanted || either, "{step} is {status}, not {wanted}; {}", context());
                reused += u64::from(status == "cached");
                ran += u64::from(status == "succeeded");
            }
            known.extend(made);
        }
        let clean = run(&project, &dag, &["--no-cache"]);
        assert_eq!(clean.outputs(), &serde_json::json!(dag.values().0), "{}", dag.text());
        assert_eq!(clean.all("nondeterministic").count(), 0, "{}", dag.text());
    }
    eprintln!(
        "I9 random pipelines: {dags}, each edited {EDITS} times on one store; {reused} steps reused, {ran} run, 0 differences \
         from a clean run, 0 run without need; seed {seed}; {:.1} s",
        begun.elapsed().as_secs_f64()
    );
}
