//! Tells the program by which compiler it was built, and for which machine.

use std::env::var;
use std::process::Command;

fn main() {
    let compiler = var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = Command::new(compiler).arg("--version").output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    println!("cargo:rustc-env=COMPILER={}", version.unwrap_or_default());
    println!("cargo:rustc-env=MACHINE={}", var("TARGET").unwrap_or_default());
    println!("cargo:rerun-if-changed=build.rs");
}
