//! What the host lets steps be confined and held with: Landlock, namespaces, control groups; and what the project asks
//! for. What cannot be read is tried, by a thread or process that ends with it.

use std::path::Path;

use super::{Finding, Part, Verdict};
use crate::host::{Holding, about};
use crate::sandbox::{self, Tier, Wanted};

pub(super) fn look(wanted: &Wanted, keeper: Option<&Path>) -> Vec<Finding> {
    let host = sandbox::look(keeper);
    let finding = |about, text| Finding::new(Part::Host, about, Verdict::Good, text);
    let mut findings = vec![holding()];
    findings.extend(host.means.iter().map(|(about, text)| finding(about, text.clone())));
    findings.push(tier(&host, wanted));
    findings
}

/// By what a step's processes are held together, so that none outlives it.
fn holding() -> Finding {
    let Holding { text, lacking } = about::holding();
    let finding = |verdict| Finding::new(Part::Host, "a step is held", verdict, text);
    match lacking {
        Some(lacking) => finding(Verdict::Note).help(lacking),
        None => finding(Verdict::Good),
    }
}

/// The tier that a run here has, and how that goes with what is asked for.
fn tier(host: &sandbox::Host, wanted: &Wanted) -> Finding {
    let (best, why) = (host.tier, host.why.as_str());
    let most = wanted.tier.unwrap_or(Tier::T2);
    let tier = best.min(most);
    let asked = wanted.tier.map_or("auto", Tier::name);
    let text = format!("steps run in {}; the host gives {}, the project asks for {asked}", tier.name(), best.name());
    let finding = |verdict, text| Finding::new(Part::Host, "sandbox", verdict, text);
    if tier < wanted.require {
        let text = format!("nothing runs: {} is required; {text}", wanted.require.name());
        return finding(Verdict::Wrong, text).help(why);
    }
    match wanted.tier {
        Some(most) if tier < most => finding(Verdict::Note, text).help(why),
        Some(Tier::Off) if best > Tier::Off => {
            finding(Verdict::Note, text).help("`tier = \"auto\"` below `[sandbox]` in standpipe.toml confines them")
        }
        Some(_) | None if best == Tier::Off => finding(Verdict::Note, text).help(why),
        Some(_) | None => finding(Verdict::Good, text),
    }
}
