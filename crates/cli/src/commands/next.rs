//! What to run next when a command is broken off: what is half done, and how to go on.

use medshare_client::chain::Sent;

use crate::{
    args::{Audit, Command, Keys},
    exit::Exit,
    failure::Report,
};

/// What to do after a command that was broken off.
pub struct Next {
    /// Where what it sends can be seen afterwards; nothing if it sends nothing.
    look: Option<&'static str>,
    /// What holds while nothing of it is on its way.
    otherwise: &'static str,
    /// Whether it has several steps, so that this holds also after one of them took effect.
    in_steps: bool,
}

impl Next {
    /// In one sentence or two, by what was sent last.
    pub fn hint(&self, sent: Option<&Sent>) -> String {
        match (self.look, sent) {
            (Some(look), Some(Sent { block: None, .. })) => {
                format!("see with `{look}` whether it took effect, before you repeat it")
            }
            (Some(look), Some(_)) if !self.in_steps => {
                format!("it took effect: see with `{look}` what came of it")
            }
            _ => self.otherwise.to_owned(),
        }
    }

    /// How a failure is told after what was sent: that the node went away is no reason to do again what is done.
    pub fn told(&self, report: Report, sent: Option<&Sent>) -> Report {
        if !matches!(report.exit, Exit::Unreachable | Exit::Pending) {
            return report;
        }
        let report = match (self.look, sent) {
            (Some(_), Some(Sent { call, transaction, block: Some(block) })) => {
                let done = format!("{call} took effect in block {} as {transaction:?}", block.number);
                report.after(Exit::Pending, &done)
            }
            _ => report,
        };
        report.and_next(self.hint(sent))
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
        Command::Deidentify(_) => (
            None,
            "no copy was written, or a whole one with the report that was asked for: repeat the command, unless the copy is there",
        ),
        Command::Buy(_) => (
            Some("medshare orders"),
            "`medshare orders` says whether the order is placed: then wait for the key and `medshare open` the record; the chain \
             takes no second order for the same version while the first is open",
        ),
        Command::Open(_) | Command::Audit(Audit::Open { .. }) => (
            None,
            "no file was written, or a whole one: repeat the command, unless the file is there; it goes on with what was \
             downloaded",
        ),
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
    let in_steps =
        matches!(command, Command::Buy(_) | Command::Claim(_) | Command::Council(_) | Command::Upgrade(_));
    Next { look, otherwise, in_steps }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use medshare_client::chain::BlockId;
    use medshare_types::Hash;

    use super::*;

    fn next(line: &str) -> Next {
        let words = ["medshare"].into_iter().chain(line.split(' '));
        let cli = crate::args::Cli::try_parse_from(words).map_err(|error| error.to_string()).unwrap();
        after(&cli.command)
    }

    fn sent(block: Option<BlockId>) -> Sent {
        Sent { call: "Pallet.call".into(), transaction: Hash::repeat_byte(1), block }
    }

    const DONE: BlockId = BlockId { number: 7, hash: Hash::zero() };

    #[test]
    fn nothing_is_said_to_be_undone_that_may_be_done() {
        let register = next("register a --policy general-research");
        assert!(register.hint(None).contains("nothing is registered"));
        for block in [None, Some(DONE)] {
            let hint = register.hint(Some(&sent(block)));
            assert!(hint.contains("medshare records") && !hint.contains("nothing"), "{hint}");
        }
        // An order that is placed and not delivered yet.
        let buy = next("buy 1 --use other-research");
        assert_eq!(buy.hint(Some(&sent(Some(DONE)))), buy.hint(None));
        assert_ne!(buy.hint(Some(&sent(None))), buy.hint(None));
    }

    #[test]
    fn only_what_keeps_what_was_downloaded_is_said_to_go_on_with_it() {
        for line in ["open 1 --output a", "audit open 1 --output a"] {
            assert!(next(line).hint(None).contains("goes on with what was downloaded"), "{line}");
        }
        for line in ["audit check 1", "audit approve 1"] {
            assert!(!next(line).hint(None).contains("downloaded"), "{line}");
        }
    }

    #[test]
    fn a_node_that_goes_away_after_a_transaction_does_not_undo_it() {
        let gone = || Report::new(Exit::Unreachable, "the node is gone", None);
        let message = |report: &Report| report.members()["message"].to_string();
        let deliver = next("deliver 1");
        let before = deliver.told(gone(), None);
        assert_eq!(before.exit, Exit::Unreachable);
        assert!(!message(&before).contains("took effect"));
        let after = deliver.told(gone(), Some(&sent(Some(DONE))));
        assert_eq!(after.exit, Exit::Pending);
        assert!(message(&after).contains("Pallet.call took effect in block 7 as 0x01"), "{after:?}");
        assert!(message(&after).contains("the node is gone"), "{after:?}");
        // What the agent did, it does not do again.
        let agent = next("agent --once").told(gone(), Some(&sent(Some(DONE))));
        assert_eq!(agent.exit, Exit::Unreachable);
        let refused = deliver.told(Report::new(Exit::Refused, "no", None), Some(&sent(Some(DONE))));
        assert_eq!(refused.exit, Exit::Refused);
    }
}
