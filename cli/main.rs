//! The process: hands its arguments to the library and returns its exit code. Knows nothing else.

use std::process::ExitCode;

/// Compiling and scheduling is a great many small things made and dropped.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    standpipe_cli::main(std::env::args_os().collect())
}
