//! The variables by which programs find a folder of their user's, turned to one that is a confined step's own; and those
//! by which they find other programs of the user's, taken away.

use std::path::Path;
use std::process::Command;

/// Where programs put what is their user's, and what they need for a while.
const OWN: [&str; 4] = ["HOME", "TMPDIR", "TMP", "TEMP"];

/// Places that follow from the home folder unless they are said, and the doors of other programs.
const OTHERS: [&str; 8] = [
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
    "SSH_AUTH_SOCK",
    "DBUS_SESSION_BUS_ADDRESS",
    "GPG_AGENT_INFO",
];

/// Tools that find their own folder by the home folder, unless a variable says it.
const TOOLS: [(&str, &str); 3] = [("PYENV_ROOT", ".pyenv"), ("RBENV_ROOT", ".rbenv"), ("ASDF_DATA_DIR", ".asdf")];

/// Gives the command the folder `home`.
pub(crate) fn at_home(command: &mut Command, home: &Path) {
    for name in OTHERS {
        command.env_remove(name);
    }
    for (name, folder) in TOOLS {
        let there = std::env::home_dir().map(|home| home.join(folder)).filter(|folder| folder.is_dir());
        if let (Some(there), None) = (there, std::env::var_os(name)) {
            command.env(name, there);
        }
    }
    for name in OWN {
        command.env(name, home);
    }
}
