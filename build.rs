//! How the program is linked: at a fixed place in memory where the system's linker can, its libraries, heap and stack
//! elsewhere each time as ever. Some 80,000 addresses are then known when it is built; to fill them in costs each start of
//! it, each keeper's too, a millisecond, and each such process 3 MiB.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
