//! The binary `klero-analysis`.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    klero_analysis::cli::cli(std::env::args_os())
}
