//! The terminal on which the passphrase is asked for.

use std::fs::File;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// Puts the terminal back as it was when this is dropped: a prompt for a passphrase that a signal ends leaves it
/// without echo.
pub struct Terminal(Option<(File, Termios)>);

impl Terminal {
    /// As the terminal is now, if there is one.
    pub fn remember() -> Self {
        let file = File::open("/dev/tty").ok();
        Self(file.and_then(|file| tcgetattr(&file).ok().map(|settings| (file, settings))))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if let Some((file, settings)) = &self.0
            && let Err(error) = tcsetattr(file, OptionalActions::Now, settings)
        {
            tracing::debug!(%error, "the terminal could not be put back");
        }
    }
}
