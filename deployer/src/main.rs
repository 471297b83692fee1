//! The `deployer` command; everything stands in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    deployer::cli::main()
}
