use clap::{CommandFactory as _, Parser as _};

use super::*;

fn parse(line: &str) -> Result<Command, String> {
    let words = ["medshare"].into_iter().chain(line.split(' '));
    Cli::try_parse_from(words).map(|cli| cli.command).map_err(|error| error.to_string())
}

fn mistake(line: &str) -> String {
    parse(line).map(drop).expect_err(line)
}

#[test]
fn the_command_line_contradicts_itself_nowhere() {
    Cli::command().debug_assert();
}

#[test]
fn what_runbooks_say_is_understood() {
    let hash = format!("0x{}", "07".repeat(32));
    for line in [
        "council members".to_owned(),
        "council motions".to_owned(),
        format!("council propose member admit 5abc --role hospital --identity {hash} --key {hash} --proof 0x00"),
        "council propose member set-roles 5abc --role hospital --role vault".to_owned(),
        "council propose member suspend 5abc".to_owned(),
        "council propose validator admit 5abc --no-vote".to_owned(),
        "council propose --votes 4 validator reinstate 5abc".to_owned(),
        "council propose peer authorise 12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp=5abc".to_owned(),
        "council propose peer remove 12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp".to_owned(),
        "council propose parameter Audits.KeyWindow 36h".to_owned(),
        "council propose quota provider standard 500".to_owned(),
        "council propose credit half-life 90d".to_owned(),
        "council propose credit points claim-lost -25".to_owned(),
        "council propose credit thresholds --restricted-below -5 --trusted-from 50 --exemplary-from 200".to_owned(),
        "council propose credit benefits trusted --max-pending 64 --claim-window 3d --may-audit --fee-discount 10% \
         --max-open-orders 32"
            .to_owned(),
        format!("council propose settlement issue 5abc 100 --reference {hash}"),
        format!("council propose settlement confirm 3 --reference {hash}"),
        "council propose settlement decline 3".to_owned(),
        "council propose pause Records.register".to_owned(),
        "council propose unpause Records.register".to_owned(),
        "council propose root Grandpa.note_stalled --arg delay=1000 --arg best_finalized_block_number=7".to_owned(),
        format!("council propose whitelist {hash}"),
        "council propose schedule --at 500 Members.suspend --arg who=5abc".to_owned(),
        "council propose cancel-scheduled 500 0".to_owned(),
        format!("council propose keep-preimage {hash}"),
        "council propose end-motion 3 --kill".to_owned(),
        "council propose call Members.suspend --arg who=5abc".to_owned(),
        "council vote 3 --yes".to_owned(),
        format!("council vote {hash} --no"),
        "council close 3".to_owned(),
        "council enact".to_owned(),
        format!("council enact {hash}"),
        "council reclaim".to_owned(),
        format!("council reclaim {hash}"),
        "validator list".to_owned(),
        "validator propose".to_owned(),
        "validator retract".to_owned(),
        "validator leave".to_owned(),
        "session-keys show".to_owned(),
        "session-keys rotate --node ws://127.0.0.1:9944".to_owned(),
        "peer list".to_owned(),
        "peer add 12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp".to_owned(),
        "upgrade propose runtime.wasm --no-vote".to_owned(),
        "upgrade status".to_owned(),
        "upgrade status runtime.wasm".to_owned(),
        "upgrade enact".to_owned(),
        "settlement list".to_owned(),
        "settlement redeem 12.5".to_owned(),
        "settlement cancel 3".to_owned(),
        "member set-roles 5abc --role buyer".to_owned(),
        "member leave".to_owned(),
    ] {
        // Arguments of one line are separated by one space, also where the line is broken here.
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Err(error) = parse(&line) {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn a_vote_is_either_for_or_against() {
    assert!(matches!(
        parse("council vote 3 --no"),
        Ok(Command::Council(Council::Vote { yes: false, no: true, .. }))
    ));
    assert!(mistake("council vote 3").contains("--yes"));
    assert!(mistake("council vote 3 --yes --no").contains("cannot be used"));
}

#[test]
fn a_report_of_ones_own_is_not_checked_and_so_finds_nothing_to_pass_over() {
    assert!(parse("audit approve 1 --despite-findings").is_ok());
    assert!(mistake("audit approve 1 --despite-findings --report a.json").contains("cannot be used"));
}

#[test]
fn what_is_fetched_to_be_verified_is_asked_for_before() {
    assert!(matches!(parse("buy 1 --use other --verify"), Ok(Command::Buy(Buy { verify: true, .. }))));
    assert!(mistake("buy 1 --use other --verify --no-preview").contains("cannot be used"));
}

#[test]
fn mistakes_are_told_with_what_would_be_right() {
    for (line, told) in [
        ("council vote seven --yes", "neither a motion's number nor its hash"),
        ("council propose pause register", "Pallet.name"),
        ("council propose quota doctor standard 5", "hospital, auditor, provider, buyer, vault"),
        ("council propose quota buyer gold 5", "restricted, standard, trusted, exemplary"),
        ("council propose credit points bribe 5", "record-approved"),
        ("council propose peer remove 12D3", "peer id"),
        ("council propose call Members.suspend --arg who", "write its name, = and its value"),
    ] {
        let error = mistake(line);
        assert!(error.contains(told), "{line}: {error}");
    }
}
