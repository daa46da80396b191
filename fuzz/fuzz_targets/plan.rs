//! Any bytes are read as a plan or refused, without a panic; and a plan that is read is written as it was read. The
//! bytes are tried as they are, and as the body of a plan whose head and digest are right.

#![no_main]

use libfuzzer_sys::fuzz_target;
use standpipe_plan::{Digest, VERSION, decode, encode};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    let mut whole = format!("standpipe-plan {VERSION}\n{}\n", Digest::of(bytes)).into_bytes();
    whole.extend_from_slice(bytes);
    whole.push(b'\n');
    check(&whole);
});

fn check(bytes: &[u8]) {
    if let Ok(plan) = decode(bytes) {
        let written = encode(&plan);
        let again = decode(written.as_bytes()).map(|plan| encode(&plan));
        assert_eq!(again.ok(), Some(written));
    }
}
