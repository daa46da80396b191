//! How well each sampler and pruner does on functions of which the least value is known: a line for each search,
//! `FUNCTION METHOD SEED BEST WORK`. `benches/peers/tune.sh` sets it beside Optuna, whose side of it is `tune.py`
//! there: the functions of both are the same.
//!
//!   cargo run --release -p standpipe-tune --example functions -- [TRIALS] [SEEDS]

use std::f64::consts::PI;
use std::io::{self, Write as _};

use standpipe_tune::{Asked, Outcome, Point, Range, Settings, Study};

/// A space and what is to become small in it.
struct Function {
    name: &'static str,
    axes: usize,
    range: fn(axis: usize, before: &[Point]) -> Range,
    loss: fn(&[Point]) -> f64,
    /// The standard deviation of what is added to each look at it.
    noise: f64,
}

const FUNCTIONS: &[Function] = &[
    Function { name: "branin", axes: 2, range: branin_range, loss: branin, noise: 0.0 },
    Function { name: "hartmann6", axes: 6, range: |_, _| float(0.0, 1.0, false), loss: hartmann6, noise: 0.0 },
    Function { name: "rosenbrock10", axes: 10, range: |_, _| float(-5.0, 10.0, false), loss: rosenbrock, noise: 0.0 },
    Function { name: "rastrigin5", axes: 5, range: |_, _| float(-5.12, 5.12, false), loss: rastrigin, noise: 0.0 },
    Function { name: "noisy branin", axes: 2, range: branin_range, loss: branin, noise: 5.0 },
    Function { name: "conditional", axes: 4, range: conditional_range, loss: conditional, noise: 0.0 },
];

const METHODS: &[&str] = &["random", "sobol", "tpe", "cma_es"];

/// Steps of a trial of the curves.
const STEPS: u64 = 27;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut next = |default| arguments.next().and_then(Result::ok).unwrap_or(default);
    let (trials, seeds) = (next(100), next(30));
    let mut out = io::stdout().lock();
    for function in FUNCTIONS {
        for method in METHODS {
            for seed in 0..seeds {
                let best = search(function, method, seed, trials);
                writeln!(out, "{}\t{method}\t{seed}\t{best:e}\t{trials}", function.name)?;
            }
        }
    }
    for (method, pruner) in [("random", "none"), ("random + median", "median"), ("asha", "asha"), ("hyperband", "none")]
    {
        for seed in 0..seeds {
            for (best, work) in race(method, pruner, seed, trials * STEPS) {
                writeln!(out, "curves\t{method}\t{seed}\t{best:e}\t{work}")?;
            }
        }
    }
    Ok(())
}

fn settings(method: &str, pruner: &str, seed: u64, trials: Option<u64>) -> Settings {
    Settings {
        kind: method.split(' ').next().unwrap_or(method).to_owned(),
        trials,
        seed,
        patience: None,
        max_failures: None,
        pruner: pruner.to_owned(),
        reduction: 3,
        maximize: false,
    }
}

/// The loss, without noise, of the trial that looked best.
fn search(function: &Function, method: &str, seed: u64, trials: u64) -> f64 {
    let mut study = Study::new(settings(method, "none", seed, Some(trials)), function.axes).expect("a known method");
    let ranges = &mut |axis: usize, before: &[Point]| Some((function.range)(axis, before));
    let mut losses = Vec::new();
    while let Asked::Try(trial) = study.ask(ranges) {
        let points: Vec<Point> = trial.parameters.iter().map(|(_, point)| *point).collect();
        let loss = (function.loss)(&points);
        losses.push(loss);
        study.tell(trial.number, Outcome::Finished(loss + function.noise * normal(seed, trial.number)));
    }
    let best = study.best().and_then(|(number, _)| losses.get(usize::try_from(number).ok()?).copied());
    best.unwrap_or(f64::INFINITY)
}

/// Trials that learn in steps, until `most` steps are spent: whenever one that ran to its end is the best, its loss and
/// the steps spent so far.
fn race(method: &str, pruner: &str, seed: u64, most: u64) -> Vec<(f64, u64)> {
    let mut study = Study::new(settings(method, pruner, seed, None), 6).expect("a known method");
    let ranges = &mut |_: usize, _: &[Point]| Some(float(0.0, 1.0, false));
    let (mut work, mut best, mut bests) = (0, f64::INFINITY, Vec::new());
    while work < most {
        let Asked::Try(trial) = study.ask(ranges) else { break };
        let points: Vec<Point> = trial.parameters.iter().map(|(_, point)| *point).collect();
        let mut outcome = Outcome::Failed;
        for step in 1..=STEPS {
            work += 1;
            let loss = curve(&points, step);
            outcome = Outcome::Finished(loss);
            if study.report(trial.number, step, loss) {
                outcome = Outcome::Stopped(loss);
                break;
            }
        }
        if let Outcome::Finished(loss) = outcome
            && loss < best
        {
            best = loss;
            bests.push((loss, work));
        }
        study.tell(trial.number, outcome);
    }
    bests
}

/// What a trial has reached after `step` steps: Hartmann's function from above, at a pace of its own, so that early
/// losses say something of the last one and not all.
fn curve(points: &[Point], step: u64) -> f64 {
    let pace = 0.05 + 0.3 * points.iter().map(|point| number(*point)).sum::<f64>().fract();
    let rest = (-pace * step as f64).exp() - (-pace * STEPS as f64).exp();
    hartmann6(points) + 3.0 * rest
}

fn float(low: f64, high: f64, log: bool) -> Range {
    Range::Float { low, high, inclusive: true, log }
}

fn number(point: Point) -> f64 {
    match point {
        Point::Float(value) => value,
        Point::Int(value) => value as f64,
        Point::Choice(index) => index as f64,
    }
}

fn branin_range(axis: usize, _before: &[Point]) -> Range {
    if axis == 0 { float(-5.0, 10.0, false) } else { float(0.0, 15.0, false) }
}

/// Its least value is 0.397887.
fn branin(points: &[Point]) -> f64 {
    let [x, y] = [0, 1].map(|axis| number(points[axis]));
    let bend = y - 5.1 / (4.0 * PI * PI) * x * x + 5.0 / PI * x - 6.0;
    bend * bend + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * x.cos() + 10.0
}

/// Its least value is -3.32237.
fn hartmann6(points: &[Point]) -> f64 {
    const WEIGHTS: [f64; 4] = [1.0, 1.2, 3.0, 3.2];
    const NARROW: [[f64; 6]; 4] = [
        [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
        [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
        [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
        [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
    ];
    const MIDDLE: [[f64; 6]; 4] = [
        [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
        [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
        [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
        [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
    ];
    let hill = |hill: usize| {
        let far: f64 =
            (0..6).map(|axis| NARROW[hill][axis] * (number(points[axis]) - MIDDLE[hill][axis]).powi(2)).sum();
        WEIGHTS[hill] * (-far).exp()
    };
    -(0..4).map(hill).sum::<f64>()
}

/// Its least value is 0.
fn rosenbrock(points: &[Point]) -> f64 {
    points
        .windows(2)
        .map(|pair| {
            let [x, y] = [number(pair[0]), number(pair[1])];
            100.0 * (y - x * x).powi(2) + (1.0 - x).powi(2)
        })
        .sum()
}

/// Its least value is 0.
fn rastrigin(points: &[Point]) -> f64 {
    points.iter().map(|point| number(*point)).map(|x| x * x - 10.0 * (2.0 * PI * x).cos() + 10.0).sum()
}

/// A model of one of three kinds: its size is of another range for each, its rate goes by magnitude, and its activation
/// matters only to one.
fn conditional_range(axis: usize, before: &[Point]) -> Range {
    match (axis, before.first()) {
        (0, _) => Range::Choice { count: 3 },
        (1, Some(Point::Choice(0))) => Range::Int { low: 2, high: 30, step: 1, log: false },
        (1, Some(Point::Choice(1))) => Range::Int { low: 8, high: 512, step: 1, log: true },
        (1, _) => Range::Int { low: 1, high: 5, step: 1, log: false },
        (2, _) => float(1e-5, 1.0, true),
        _ => Range::Choice { count: 4 },
    }
}

/// Its least value is 0.1.
fn conditional(points: &[Point]) -> f64 {
    let [kind, size, rate, activation] = [0, 1, 2, 3].map(|axis| number(points[axis]));
    let rate = rate.log10();
    match kind as usize {
        0 => 0.2 + ((size - 17.0) / 15.0).powi(2) + 0.05 * (rate + 1.0).powi(2),
        1 => 0.1 + 0.1 * (size / 96.0).log2().powi(2) + 0.1 * (rate + 2.5).powi(2) + 0.05 * (activation - 2.0).abs(),
        _ => 0.25 + 0.05 * (size - 3.0).abs() + 0.02 * (rate + 3.0).powi(2),
    }
}

/// A number of the standard normal distribution, from the seed and the trial alone (splitmix64, Box and Muller).
fn normal(seed: u64, trial: u64) -> f64 {
    let unit = |salt: u64| {
        let mut state = (seed * 1_000_003 + trial * 2 + salt + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((state ^ (state >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    (-2.0 * unit(0).ln()).sqrt() * (2.0 * PI * unit(1)).cos()
}
