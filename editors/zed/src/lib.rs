//! Tells Zed how to start the language server. Knows nothing of the language.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Standpipe;

impl zed::Extension for Standpipe {
    fn new() -> Self {
        Self
    }

    /// `lsp.standpipe.binary.path` of the settings, else `standpipe` of the path.
    fn language_server_command(&mut self, _server: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let set = LspSettings::for_worktree("standpipe", worktree).ok().and_then(|settings| settings.binary);
        let (path, arguments) = set.map_or((None, None), |binary| (binary.path, binary.arguments));
        let command = path
            .or_else(|| worktree.which("standpipe"))
            .ok_or("`standpipe` is not on the path: install it, or set `lsp.standpipe.binary.path`")?;
        Ok(Command {
            command,
            args: arguments.unwrap_or_else(|| vec!["lsp".into()]),
            env: worktree.shell_env(),
        })
    }
}

zed::register_extension!(Standpipe);
