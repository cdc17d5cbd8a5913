//! Panics that end what panicked and not the node.
//!
//! The SDK's panic hook ends the process, unless the thread says otherwise: a block must not be authored or voted on by a
//! program that is not sure of itself. What only answers questions is no reason to stop a chain.

use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
};

use futures::FutureExt;
use sp_panic_handler::AbortGuard;

/// Runs something on this thread.
///
/// # Errors
/// What it panicked with.
pub fn caught<T>(what: impl FnOnce() -> T) -> Result<T, String> {
    let _unwinds = AbortGuard::force_unwind();
    catch_unwind(AssertUnwindSafe(what)).map_err(said)
}

/// Awaits something. What it leaves to other threads is not among it.
///
/// # Errors
/// What it panicked with; it is not polled again.
pub async fn caught_async<T>(what: impl Future<Output = T>) -> Result<T, String> {
    let mut what = pin!(AssertUnwindSafe(what).catch_unwind());
    // The guard is of the thread, which may be another one each time.
    let polled = poll_fn(|context| {
        let _unwinds = AbortGuard::force_unwind();
        what.as_mut().poll(context)
    });
    polled.await.map_err(said)
}

fn said(panic: Box<dyn Any + Send>) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "a panic without a word".into())
}

#[cfg(test)]
mod tests {
    use std::{process::Command, task::Poll};

    use futures::executor::block_on;

    use super::*;

    /// Runs a test with the SDK's hook, in a process of its own, which the hook would end.
    fn with_the_hook(test: &str, what: impl FnOnce()) {
        const HERE: &str = "MEDSHARE_TEST_WITH_HOOK";
        if std::env::var_os(HERE).is_some() {
            sp_panic_handler::set("https://medshare.invalid", "a test");
            return what();
        }
        let name = format!("{}::{test}", module_path!().split_once("::").expect("it is in a crate").1);
        let output = Command::new(std::env::current_exe().expect("this is a program"))
            .args(["--exact", &name])
            .env(HERE, "1")
            .output()
            .expect("it runs");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains("1 passed"), "{told}");
    }

    #[test]
    fn a_panic_ends_what_panicked_and_not_the_process() {
        with_the_hook("a_panic_ends_what_panicked_and_not_the_process", || {
            assert_eq!(caught(|| 5), Ok(5));
            assert_eq!(caught(|| -> u32 { panic!("no {}", "more") }), Err("no more".into()));
            assert_eq!(caught(|| std::panic::panic_any(5u8)), Err("a panic without a word".into()));
        });
    }

    #[test]
    fn so_does_a_panic_after_waiting() {
        with_the_hook("so_does_a_panic_after_waiting", || {
            assert_eq!(block_on(caught_async(async { 5 })), Ok(5));
            let mut first = true;
            let panics = poll_fn(|context| -> Poll<()> {
                assert!(std::mem::take(&mut first), "no more");
                context.waker().wake_by_ref();
                Poll::Pending
            });
            assert_eq!(block_on(caught_async(panics)), Err("no more".into()));
        });
    }
}
