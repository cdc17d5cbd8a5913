//! What to run next when a command is broken off: what is half done, and how to go on.

use crate::args::{Command, Keys};

/// What to do after a command that was broken off.
pub struct Next {
    /// Where what it sends can be seen afterwards; nothing if it sends nothing.
    look: Option<&'static str>,
    /// What holds while nothing of it is on its way.
    otherwise: &'static str,
}

impl Next {
    /// In one sentence or two.
    pub fn hint(&self, sent: bool) -> String {
        match self.look {
            Some(look) if sent => format!("see with `{look}` whether it took effect, before you repeat it"),
            _ => self.otherwise.to_owned(),
        }
    }
}

const REPEAT: &str = "nothing is half done: repeat the command";

/// What to do after this command.
pub fn after(command: &Command) -> Next {
    let (look, otherwise) = match command {
        Command::Register(_) => (
            Some("medshare records"),
            "nothing is registered: repeat the command. A file that takes long is better sealed first (`medshare seal`) and \
             registered by its .sealed.json: then it is not sealed again, the vault keeps one copy, and the chain takes \
             it once",
        ),
        Command::Revise(_) => (
            Some("medshare show"),
            "the record is as it was: repeat the command. With the .sealed.json that `medshare seal` writes, the file is not \
             sealed again, and the chain takes it once",
        ),
        Command::Relocate(_) => (
            Some("medshare show"),
            "the record is where it was: repeat the command; a vault that has the blob already is not sent it again",
        ),
        Command::Seal(_) => {
            (None, "no envelope was written, or a whole one with its .sealed.json: repeat the command")
        }
        Command::Buy(_) => (
            Some("medshare orders"),
            "`medshare orders` says whether the order is placed: then wait for the key and `medshare open` the record; the chain \
             takes no second order for the same version while the first is open",
        ),
        Command::Open(_) => (None, "no file was written: repeat the command"),
        Command::Claim(_) => (
            Some("medshare order"),
            "`medshare order` says whether the claim is made: then `medshare agent` delivers the key to its panel",
        ),
        Command::Audit(_) => (Some("medshare audit queue"), REPEAT),
        Command::Keys(Keys::Rotate) => (
            Some("medshare member show"),
            "the new key is in the key file; repeat the command, which registers it and makes no other",
        ),
        Command::Grant(_) | Command::Revoke(_) | Command::ClearGrant(_) => (Some("medshare show"), REPEAT),
        Command::Answer(_) | Command::Deny(_) => (Some("medshare requests"), REPEAT),
        Command::Request(_) => (Some("medshare trace"), REPEAT),
        Command::Deliver(_)
        | Command::Cancel(_)
        | Command::Expire(_)
        | Command::Settle(_)
        | Command::Clear(_) => (Some("medshare order"), REPEAT),
        Command::List(_) | Command::Reprice(_) | Command::Delist(_) => (Some("medshare search"), REPEAT),
        Command::Withdraw(_) | Command::Erase(_) => (Some("medshare records"), REPEAT),
        Command::Member(_) => (Some("medshare member show"), REPEAT),
        Command::Council(_) | Command::Upgrade(_) => (
            Some("medshare council motions"),
            "`medshare council motions` says what is proposed; what is there already is not proposed twice",
        ),
        Command::Validator(_) => (Some("medshare validator list"), REPEAT),
        Command::SessionKeys(_) => (Some("medshare session-keys show"), REPEAT),
        Command::Peer(_) => (Some("medshare peer list"), REPEAT),
        Command::Settlement(_) => (Some("medshare settlement list"), REPEAT),
        _ => (None, REPEAT),
    };
    Next { look, otherwise }
}
