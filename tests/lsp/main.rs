//! The language server as an editor meets it: the real binary, over its standard input and output.

mod editor;
mod features;
mod hostile;
mod robust;
mod sync;
mod typing;
mod workspace;
