//! Tasks that ask for more than any machine has, as far as that is known before the run. Knows nothing of how machines
//! were found.

use standpipe_plan::{NodeId, Scope, TaskId, Value, eval};
use standpipe_syntax::Span;
use standpipe_syntax::ast;
use standpipe_syntax::diag::{Code, Diagnostic};

use super::Lowerer;
use crate::Machine;
use crate::env::attribute;

/// The first attempt, of which no input is known.
struct First;

impl Scope for First {
    fn node(&self, _: NodeId) -> Option<Value> {
        None
    }

    fn attempt(&self) -> Option<i64> {
        Some(1)
    }
}

/// What a task asks for of one kind.
struct Asked {
    amount: f64,
    of: fn(&Machine) -> Option<f64>,
    show: fn(f64) -> String,
    span: Span,
}

impl Asked {
    fn fits(&self, machine: &Machine) -> bool {
        (self.of)(machine).is_none_or(|has| self.amount <= has)
    }
}

impl Lowerer<'_> {
    /// Warns when no machine has what task `id` asks for.
    pub(super) fn too_large(&mut self, task: &ast::Task, id: TaskId, machines: &[Machine]) {
        let Some(settings) = self.graph.tasks.get(id.0 as usize).map(|task| &task.settings) else { return };
        let kinds = [("cpu", &settings.cpu), ("gpu", &settings.gpu), ("memory", &settings.memory)];
        let asked: Vec<Asked> = kinds
            .into_iter()
            .filter_map(|(name, expr)| {
                let (amount, of, show) = amount(&eval(expr.as_ref()?, &First).ok()?)?;
                let (of, show) = if name == "gpu" { (gpus as fn(&_) -> _, cards as fn(_) -> _) } else { (of, show) };
                Some(Asked { amount, of, show, span: attribute(&task.attrs, name)?.span })
            })
            .collect();
        if machines.is_empty() || machines.iter().any(|machine| asked.iter().all(|asked| asked.fits(machine))) {
            return;
        }
        let name = &task.name.text;
        let help = "ask for less, or describe a machine that has it as a profile in `standpipe.toml`";
        let mut found: Vec<Diagnostic> = Vec::new();
        for one in asked.iter().filter(|asked| !machines.iter().any(|machine| asked.fits(machine))) {
            let most = machines.iter().filter_map(one.of).fold(0.0, f64::max);
            let (wanted, most) = ((one.show)(one.amount), (one.show)(most));
            let message = match machines {
                [only] => format!("`{name}` asks for {wanted}, and {} has {most}", only.name),
                _ => format!("`{name}` asks for {wanted}, and no machine has more than {most}"),
            };
            found.push(Diagnostic::new(Code::TOO_LARGE_STEP, one.span, message).help(help));
        }
        if found.is_empty() {
            let all: Vec<String> = asked.iter().map(|asked| (asked.show)(asked.amount)).collect();
            let message = format!("no machine has all that `{name}` asks for: {}", all.join(", "));
            found.push(Diagnostic::new(Code::TOO_LARGE_STEP, task.name.span, message).help(help));
        }
        found.into_iter().for_each(|diagnostic| self.report(diagnostic));
    }
}

type Kind = (f64, fn(&Machine) -> Option<f64>, fn(f64) -> String);

/// An amount, where a machine says how much it has, and how it is shown.
#[expect(clippy::cast_precision_loss, reason = "amounts are compared as people write them")]
fn amount(value: &Value) -> Option<Kind> {
    match value {
        Value::Float(number) => Some((*number, |machine| machine.cpus, cores)),
        Value::Int(number) => Some((*number as f64, |machine| machine.cpus, cores)),
        Value::Size(bytes) => Some((*bytes as f64, |machine| machine.memory.map(|bytes| bytes as f64), memory)),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "nobody has so many cards")]
fn gpus(machine: &Machine) -> Option<f64> {
    machine.gpus.map(|cards| cards as f64)
}

fn cores(amount: f64) -> String {
    counted(amount, "core")
}

fn cards(amount: f64) -> String {
    counted(amount, "GPU")
}

fn counted(amount: f64, what: &str) -> String {
    match amount {
        0.0 => format!("no {what}"),
        1.0 => format!("1 {what}"),
        amount => format!("{amount} {what}s"),
    }
}

/// With one digit after the point, in the largest unit that is not below one.
fn memory(bytes: f64) -> String {
    let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let unit =
        units.into_iter().map(|(unit, shift)| (unit, bytes / 2_f64.powi(shift))).find(|(_, amount)| *amount >= 1.0);
    let (unit, amount) = unit.unwrap_or(("B", bytes));
    let shown = format!("{amount:.1}");
    format!("{} {unit} of memory", shown.strip_suffix(".0").unwrap_or(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryWorld, analyse};

    const GIB: u64 = 1 << 30;

    fn machine(name: &str, cpus: f64, memory: u64, gpus: u64) -> Machine {
        Machine { name: name.into(), cpus: Some(cpus), memory: Some(memory), gpus: Some(gpus) }
    }

    fn found(attrs: &str, machines: &[Machine]) -> Vec<String> {
        let text = format!(
            "task fit(n: Int) -> Int {{\n  {attrs}\n  sh:\n    echo $n > $out\n}}\n\npipeline main() -> Int {{\n  fit(1)\n}}\n"
        );
        let world = MemoryWorld::new().with("a.pipe", text);
        let world = machines.iter().fold(world, |world, machine| world.on(machine.clone()));
        let shown = analyse(&world, "a.pipe").diagnostics.into_iter();
        shown.map(|diagnostic| format!("{} {}", diagnostic.code, diagnostic.message)).collect()
    }

    #[test]
    fn one_machine() {
        let small = [machine("this machine", 2.0, 8 * GIB, 0)];
        assert_eq!(found("cpu: 2", &small), [""; 0]);
        assert_eq!(found("cpu: 2.5", &small), ["W0325 `fit` asks for 2.5 cores, and this machine has 2 cores"]);
        assert_eq!(
            found("memory: 12GiB * attempt", &small),
            ["W0325 `fit` asks for 12 GiB of memory, and this machine has 8 GiB of memory"]
        );
        assert_eq!(found("gpu: 1", &small), ["W0325 `fit` asks for 1 GPU, and this machine has no GPU"]);
        assert_eq!(found("memory: 1GiB * n", &small), [""; 0], "what depends on an input is not known");
        assert_eq!(found("cpu: 64", &[]), [""; 0]);
    }

    #[test]
    fn one_of_several_must_have_everything() {
        let several = [machine("a", 64.0, 8 * GIB, 0), machine("b", 4.0, 512 * GIB, 4)];
        assert_eq!(found("cpu: 64", &several), [""; 0]);
        assert_eq!(
            found("cpu: 65", &several),
            ["W0325 `fit` asks for 65 cores, and no machine has more than 64 cores"]
        );
        assert_eq!(
            found("cpu: 8\n  gpu: 1", &several),
            ["W0325 no machine has all that `fit` asks for: 8 cores, 1 GPU"]
        );
        let unknown = Machine { memory: None, ..several[0].clone() };
        assert_eq!(found("memory: 1TiB", &[unknown]), [""; 0]);
    }
}
