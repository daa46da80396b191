//! What the host would let steps be confined with: control groups, namespaces, Landlock. Read from what the kernel shows;
//! nothing is tried.

use std::fs;
use std::path::Path;

use super::host::version;
use super::{Finding, Part, Verdict};

/// Since which kernel each version of Landlock is there.
const LANDLOCK: [((u32, u32), u32); 7] =
    [((5, 13), 1), ((5, 19), 2), ((6, 2), 3), ((6, 7), 4), ((6, 10), 5), ((6, 12), 6), ((6, 15), 7)];

/// How much of this machine a step can be kept from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tier {
    /// From nothing.
    None,
    /// From files, by Landlock.
    Files,
    /// From files, processes and the network, by namespaces.
    Namespaces,
}

pub(super) fn look() -> Vec<Finding> {
    let (landlock, finding) = landlock();
    let (namespaces, more) = namespaces();
    let tier = match (landlock, namespaces) {
        (true, true) => Tier::Namespaces,
        (true, false) => Tier::Files,
        (false, _) => Tier::None,
    };
    let could = match tier {
        Tier::None => "T0, nothing",
        Tier::Files => "T1, Landlock",
        Tier::Namespaces => "T2, Landlock and namespaces",
    };
    let text = format!("the host gives {could}; this version runs steps as you, unconfined");
    vec![groups(), more, finding, Finding::new(Part::Host, "isolation", Verdict::Note, text)]
}

fn groups() -> Finding {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let mount = mounts.lines().find(|line| line.contains(" - cgroup2 ")).and_then(|line| line.split(' ').nth(4));
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = own.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let text = match mount {
        None => "no version 2: steps are held by a reaping process".to_owned(),
        Some(mount) => {
            let kill = Path::new(mount).join(own).join("cgroup.kill").exists();
            let kill = if kill { "with" } else { "without" };
            format!("version 2 at {mount}, {kill} `cgroup.kill`; steps are held by a reaping process")
        }
    };
    Finding::new(Part::Host, "control groups", Verdict::Good, text)
}

fn namespaces() -> (bool, Finding) {
    let number = |path: &str| fs::read_to_string(path).ok().and_then(|text| text.trim().parse::<u64>().ok());
    let kinds = ["user", "pid", "mnt", "net"].map(|kind| Path::new("/proc/self/ns").join(kind).exists());
    let allowed = number("/proc/sys/user/max_user_namespaces").is_some_and(|most| most > 0)
        && number("/proc/sys/kernel/unprivileged_userns_clone").is_none_or(|on| on > 0);
    let restricted = number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").is_some_and(|on| on > 0);
    let all = kinds.iter().all(|there| *there) && allowed && !restricted;
    let text = match (all, restricted) {
        (true, _) => "user, process, mount and network namespaces are allowed",
        (false, true) => "namespaces are restricted by AppArmor",
        (false, false) => "namespaces are not allowed to everybody",
    };
    (all, Finding::new(Part::Host, "namespaces", Verdict::Good, text))
}

fn landlock() -> (bool, Finding) {
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let abi = version(&release)
        .and_then(|version| LANDLOCK.iter().rev().find(|(since, _)| version >= *since).map(|(_, abi)| *abi));
    let modules = fs::read_to_string("/sys/kernel/security/lsm").ok();
    let active = modules.map(|modules| modules.split(',').any(|module| module.trim() == "landlock"));
    let text = match (abi, active) {
        (None, _) => "this kernel has no Landlock".to_owned(),
        (Some(abi), Some(true)) => format!("Landlock is active; this kernel has its version {abi} or newer"),
        (Some(_), Some(false)) => "Landlock is not active".to_owned(),
        (Some(abi), None) => {
            format!("this kernel has version {abi} of Landlock or newer; whether it is active cannot be read here")
        }
    };
    (abi.is_some() && active != Some(false), Finding::new(Part::Host, "Landlock", Verdict::Good, text))
}
