//! Calls of the kernel that confined processes do not get: those that Landlock does not see, and those that no step
//! needs. Refused for good by seccomp in the calling thread and in what it starts.

use std::collections::BTreeMap;
use std::io;
use std::sync::LazyLock;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

/// Refused whatever is asked: EPERM.
const REFUSED: &[i64] = &[
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // The file system's shape, and ways to files that go by no path.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_quotactl,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_setns,
    // Keys, and the kernel's own machines.
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_syslog,
    // The machine's name and time.
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
];

/// Refused as a kernel does that does not know them: who asks has another way. What they do cannot be seen from here:
/// the flags of `clone3`, the calls that go through a ring.
const UNKNOWN: &[i64] =
    &[libc::SYS_clone3, libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register];

/// Flags of `clone` and `unshare` for namespaces (clone(2)): within one of its own, a process would be its master.
const NAMESPACES: &[i32] = &[
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
];

/// Kinds of sockets that are left without a network, and with one.
const NEAR: &[i32] = &[libc::AF_UNIX];
const FAR: &[i32] = &[libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];

/// Added to a call's number, on this architecture, for the same call with short addresses: no reason to let it through.
#[cfg(target_arch = "x86_64")]
const SHORT: Option<i64> = Some(0x4000_0000);
#[cfg(not(target_arch = "x86_64"))]
const SHORT: Option<i64> = None;

/// Which calls are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Those to other machines.
    Network,
    /// All of the above, those to other machines too.
    All,
    /// All but those to other machines.
    AllButNetwork,
}

/// Confines the calling thread for good.
pub(super) fn restrict(extent: Extent) -> io::Result<()> {
    static PROGRAMS: LazyLock<[Result<Vec<BpfProgram>, String>; 3]> =
        LazyLock::new(|| [Extent::Network, Extent::All, Extent::AllButNetwork].map(programs));
    let made = match extent {
        Extent::Network => &PROGRAMS[0],
        Extent::All => &PROGRAMS[1],
        Extent::AllButNetwork => &PROGRAMS[2],
    };
    let made = made.as_ref().map_err(|why| io::Error::other(why.clone()))?;
    made.iter().try_for_each(|program| apply_filter(program).map_err(io::Error::other))
}

fn programs(extent: Extent) -> Result<Vec<BpfProgram>, String> {
    let mut refused = BTreeMap::new();
    let mut unknown = BTreeMap::new();
    let sockets = match extent {
        Extent::Network | Extent::All => NEAR,
        Extent::AllButNetwork => FAR,
    };
    refused.insert(libc::SYS_socket, vec![other_than(sockets)?]);
    if extent != Extent::Network {
        refused.extend(REFUSED.iter().map(|call| (*call, Vec::new())));
        for call in [libc::SYS_clone, libc::SYS_unshare] {
            refused.insert(call, NAMESPACES.iter().map(|flag| with_flag(*flag)).collect::<Result<_, _>>()?);
        }
        unknown.extend(UNKNOWN.iter().map(|call| (*call, Vec::new())));
    } else {
        // What goes through a ring is not seen.
        unknown.extend(UNKNOWN.iter().skip(1).map(|call| (*call, Vec::new())));
    }
    Ok(vec![program(refused, libc::EPERM)?, program(unknown, libc::ENOSYS)?])
}

fn program(mut calls: BTreeMap<i64, Vec<SeccompRule>>, error: i32) -> Result<BpfProgram, String> {
    if let Some(bit) = SHORT {
        let short: Vec<_> = calls.iter().map(|(call, rules)| (call | bit, rules.clone())).collect();
        calls.extend(short);
    }
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    let error = SeccompAction::Errno(u32::try_from(error).unwrap_or_default());
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, error, arch).map_err(|error| error.to_string())?;
    filter.try_into().map_err(|error: seccompiler::BackendError| error.to_string())
}

/// The first argument is none of these.
fn other_than(kinds: &[i32]) -> Result<SeccompRule, String> {
    let conditions = kinds.iter().map(|kind| condition(SeccompCmpOp::Ne, *kind)).collect::<Result<_, _>>()?;
    SeccompRule::new(conditions).map_err(|error| error.to_string())
}

/// The first argument has that bit.
fn with_flag(flag: i32) -> Result<SeccompRule, String> {
    let mask = u64::from(flag.cast_unsigned());
    SeccompRule::new(vec![condition(SeccompCmpOp::MaskedEq(mask), flag)?]).map_err(|error| error.to_string())
}

fn condition(compare: SeccompCmpOp, value: i32) -> Result<SeccompCondition, String> {
    let value = u64::from(value.cast_unsigned());
    SeccompCondition::new(0, SeccompCmpArgLen::Dword, compare, value).map_err(|error| error.to_string())
}
