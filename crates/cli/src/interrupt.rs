//! Signals that end the command, also while it waits for a person to type.

use std::fs::File;

use anyhow::{Context as _, Result};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use tokio::{runtime::Handle, signal::unix, sync::oneshot, task::block_in_place};

use crate::{exit::Exit, failure::Failure};

/// The code of the signal that comes first, caught from this call on and not only once the future is polled.
pub fn signal() -> impl Future<Output = Exit> {
    let interrupt = unix::signal(unix::SignalKind::interrupt());
    let terminate = unix::signal(unix::SignalKind::terminate());
    async move {
        let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
            // Without handlers, signals end the program as they do any other.
            return std::future::pending().await;
        };
        tokio::select! {
            Some(()) = interrupt.recv() => Exit::Interrupted,
            Some(()) = terminate.recv() => Exit::Terminated,
            else => std::future::pending().await,
        }
    }
}

/// Has a person type a secret, which the terminal does not show.
///
/// # Errors
/// If there is no terminal, or a signal comes before the end of the line.
pub fn ask(prompt: &str) -> Result<String> {
    let terminal = File::open("/dev/tty").ok();
    let shown = terminal.as_ref().and_then(|terminal| tcgetattr(terminal).ok());
    let (typed, answer) = oneshot::channel();
    let prompt = prompt.to_owned();
    // A thread that reads a terminal can only be left behind; one of the runtime's would be waited for.
    std::thread::spawn(move || typed.send(rpassword::prompt_password(prompt)));
    let ended = block_in_place(|| {
        Handle::current().block_on(async {
            tokio::select! {
                answer = answer => Ok(answer),
                exit = signal() => Err(exit),
            }
        })
    });
    match ended {
        Ok(answer) => {
            let text = answer.context("nothing was asked")?;
            text.context("cannot ask for the passphrase")
        }
        Err(exit) => {
            if let (Some(terminal), Some(shown)) = (&terminal, &shown) {
                // The terminal may be gone; the command ends anyhow.
                let _ = tcsetattr(terminal, OptionalActions::Now, shown);
            }
            let failure = Failure::new(exit, "stopped while a passphrase was asked for", "nothing was done");
            Err(failure.into())
        }
    }
}
