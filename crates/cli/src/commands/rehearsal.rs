//! `--dry-run`: what a call would do and cost, as the SDK found out.

use anyhow::Result;
use medshare_client::chain::{DecodedCall, Hold, Rehearsal};
use serde_json::{Value, json};

use super::council::call_lines;
use crate::{
    args::{Command, Council, Keys, Member, Peer, SessionKeys, Settlement, Upgrade, Validator},
    exit::Exit,
    failure::Report,
    output::Output,
    values::Amount,
};

/// Whether a command sends anything to the chain: whether there is something to rehearse.
pub fn sends(command: &Command) -> bool {
    match command {
        Command::Register(_)
        | Command::Revise(_)
        | Command::Withdraw(_)
        | Command::Erase(_)
        | Command::Relocate(_)
        | Command::List(_)
        | Command::Reprice(_)
        | Command::Delist(_)
        | Command::Buy(_)
        | Command::Deliver(_)
        | Command::Cancel(_)
        | Command::Expire(_)
        | Command::Settle(_)
        | Command::Clear(_)
        | Command::Claim(_)
        | Command::Grant(_)
        | Command::Revoke(_)
        | Command::ClearGrant(_)
        | Command::Request(_)
        | Command::Answer(_)
        | Command::Deny(_) => true,
        Command::Audit(audit) => audit.sends(),
        Command::Keys(keys) => matches!(keys, Keys::Rotate),
        Command::Member(member) => !matches!(member, Member::Show(_)),
        Command::Council(council) => !matches!(council, Council::Members | Council::Motions),
        Command::Validator(validator) => !matches!(validator, Validator::List),
        Command::SessionKeys(keys) => matches!(keys, SessionKeys::Rotate),
        Command::Peer(peer) => !matches!(peer, Peer::List),
        Command::Upgrade(upgrade) => !matches!(upgrade, Upgrade::Status { .. }),
        Command::Settlement(settlement) => !matches!(settlement, Settlement::List),
        _ => false,
    }
}

/// What was found out.
pub fn output(rehearsal: Rehearsal) -> Result<Output> {
    let free = rehearsal.is_free();
    let Rehearsal { call, arguments, account, block, weight, length, allowance, units, fee, holds, refusal } =
        rehearsal;
    let refusal = refusal.map(|error| Report::of(&error.into()));
    let held = holds.as_ref().map(|holds| holds.iter().map(hold_json).collect::<Vec<_>>());
    let output = Output::new(json!({
        "dry_run": true,
        "call": call,
        "arguments": arguments,
        "account": account,
        "block": block,
        "weight": { "ref_time": weight.ref_time, "proof_size": weight.proof_size },
        "length": length,
        "quota": { "uses": units, "left": allowance.left, "quota": allowance.quota },
        "free": free,
        "fee": fee.to_string(),
        "holds": held,
        "accepted": refusal.is_none(),
        "refusal": refusal.as_ref().map(Report::members),
    }))?
    .line(format!("This would be sent by {account}; nothing was."));
    let calls = call_lines(&DecodedCall { call, arguments });
    let output = calls.into_iter().fold(output, Output::line);
    let output = output
        .line(format!("It takes up to {} of the chain's work and {length} bytes.", millis(weight.ref_time)))
        .line(match (free, units) {
            (Some(true), Some(units)) => format!(
                "No fee: it uses up to {} of {} that are left of the quota.",
                millis(units),
                millis(allowance.left)
            ),
            (Some(false), Some(units)) => format!(
                "Fee: {}; the quota has {} left, and this needs up to {}.",
                Amount(fee),
                millis(allowance.left),
                millis(units)
            ),
            _ => format!(
                "Fee: {}, if the {} that are left of the quota are too little.",
                Amount(fee),
                millis(allowance.left)
            ),
        });
    let output = match holds.as_deref() {
        None => output.line("What it would put on hold is not known to this client."),
        Some([]) => output.line("It puts nothing on hold."),
        Some(holds) => {
            let each: Vec<String> = holds.iter().map(hold_text).collect();
            output.line(format!("On hold: {}.", each.join(", ")))
        }
    };
    Ok(match refusal {
        None => output.line(format!("The chain would take it, as of block {}.", block.number)),
        Some(refusal) => output.exit(Exit::Refused).line(format!(
            "The chain would refuse it, as of block {}: {}",
            block.number,
            refusal.text()
        )),
    })
}

/// Picoseconds of the chain's work in milliseconds, with what is left of one.
fn millis(picoseconds: u64) -> String {
    let micros = picoseconds / 1_000_000;
    format!("{}.{:03} ms", micros / 1_000, micros % 1_000)
}

fn hold_json(hold: &Hold) -> Value {
    json!({ "what": hold.what, "amount": hold.amount.map(|amount| amount.to_string()) })
}

fn hold_text(hold: &Hold) -> String {
    match hold.amount {
        Some(amount) => format!("{} ({})", Amount(amount), hold.what),
        None => format!("a {} of which the amount is not known", hold.what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[test]
    fn commands_that_send_can_be_rehearsed_and_others_not() {
        let parse = |line: &str| {
            let words = ["medshare"].into_iter().chain(line.split(' '));
            crate::args::Cli::try_parse_from(words).map_err(|error| error.to_string()).unwrap().command
        };
        for line in [
            "withdraw 1",
            "keys rotate",
            "audit approve 1",
            "council vote 1 --yes",
            "peer add \
                      12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp",
        ] {
            assert!(sends(&parse(line)), "{line}");
        }
        for line in ["records", "keys create", "audit check 1", "council motions", "agent --once", "seal a"] {
            assert!(!sends(&parse(line)), "{line}");
        }
    }

    #[test]
    fn work_is_shown_in_milliseconds() {
        assert_eq!(millis(1_234_567_890), "1.234 ms");
        assert_eq!(millis(999_999), "0.000 ms");
    }
}
