//! The process: hands its arguments to the library and returns its exit code. Knows nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    standpipe_cli::main(std::env::args_os().collect())
}
