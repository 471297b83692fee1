//! Whether stdout was open when the process started.
//!
//! Rust opens `/dev/null` in the place of a closed stdout before `main`, so that output would be lost without an error.
//! A function that runs before that sees the real state. It is a crate of its own because every other crate of the
//! workspace forbids unsafe code.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

static CLOSED: AtomicBool = AtomicBool::new(false);

#[ctor::ctor(unsafe)]
fn look() {
    // It asks the kernel and nothing of the standard library, which is not initialised yet.
    CLOSED.store(
        rustix::io::fcntl_getfd(rustix::stdio::stdout()).is_err(),
        Ordering::Relaxed,
    );
}

/// Returns the error of a write to a closed file (`EBADF`) if stdout was closed when the process started.
pub fn is_open() -> io::Result<()> {
    if CLOSED.load(Ordering::Relaxed) {
        return Err(rustix::io::Errno::BADF.into());
    }
    Ok(())
}
