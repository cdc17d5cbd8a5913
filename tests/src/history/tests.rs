//! Histories that must never be, each of which the checker has to find.

use super::*;

fn hash(seed: u8) -> Hash {
    Hash::repeat_byte(seed)
}

fn block(seed: u8) -> Block {
    Block { hash: hash(seed), state_root: hash(seed + 100) }
}

fn ledger(node: usize) -> Ledger {
    let blocks = (0..4).map(block).collect();
    Ledger { node, blocks, money: Money { height: 3, issuance: 1_000, accounts: 1_000 } }
}

fn told(node: usize, told: Told) -> Report {
    Report { node, transaction: hash(50), told }
}

/// Two nodes that agree on three blocks, in the second of which is a transaction.
fn good() -> (History, End) {
    let finals = (1..4).flat_map(|height: u8| {
        (0..2).map(move |node| Final { node, height: height.into(), hash: hash(height) })
    });
    let history = History {
        submitted: [(hash(50), "System.remark".to_owned())].into(),
        reports: vec![told(0, Told::InBlock(hash(2))), told(0, Told::Final(hash(2)))],
        finals: finals.collect(),
    };
    let transactions = vec![vec![], vec![hash(60)], vec![hash(61), hash(50)], vec![hash(62)]];
    (history, End { ledgers: vec![ledger(0), ledger(1)], transactions, issuance: 1_000 })
}

#[test]
fn a_good_history_has_nothing_wrong() {
    let (history, end) = good();
    assert_eq!(history.check(&end), []);
    assert_eq!((history.finalised(), history.retracted()), (1, 0));
}

#[test]
fn a_block_that_was_in_the_chain_and_is_not_final_may_go() {
    let (mut history, end) = good();
    history.reports.insert(0, told(1, Told::InBlock(hash(99))));
    history.reports.insert(1, told(1, Told::Retracted(hash(99))));
    assert_eq!(history.check(&end), []);
    assert_eq!(history.retracted(), 1);
}

#[test]
fn a_node_may_repeat_itself_after_a_crash_and_fall_behind() {
    let (mut history, mut end) = good();
    history.finals.push(Final { node: 0, height: 1, hash: hash(1) });
    end.ledgers[1].blocks.pop();
    assert_eq!(history.check(&end), []);
}

#[test]
fn two_final_blocks_of_one_height_are_found_whoever_told_of_them() {
    for node in [0, 1] {
        let (mut history, end) = good();
        let other = Final { node, height: 2, hash: hash(9) };
        history.finals.push(other);
        let two = Violation::TwoFinal { height: 2, one: (0, hash(2)), other: (node, hash(9)) };
        assert_eq!(history.check(&end), [two, Violation::FinalUndone(other)]);
    }
}

#[test]
fn a_final_block_that_is_gone_is_found() {
    let (mut history, end) = good();
    let beyond = Final { node: 1, height: 4, hash: hash(4) };
    history.finals.push(beyond);
    assert_eq!(history.check(&end), [Violation::FinalUndone(beyond)]);
}

#[test]
fn a_final_transaction_that_is_gone_is_found() {
    let (history, mut end) = good();
    end.transactions[2].pop();
    assert_eq!(history.check(&end), [Violation::TransactionUndone(told(0, Told::Final(hash(2))))]);
}

#[test]
fn a_final_transaction_in_another_block_than_was_told_is_found() {
    let (mut history, end) = good();
    history.reports.push(told(1, Told::Final(hash(3))));
    assert_eq!(history.check(&end), [Violation::TransactionUndone(told(1, Told::Final(hash(3))))]);
}

#[test]
fn a_transaction_that_is_there_twice_is_found() {
    let (history, mut end) = good();
    end.transactions[3].push(hash(50));
    let twice = Violation::TransactionTwice { transaction: hash(50), heights: vec![2, 3] };
    assert_eq!(history.check(&end), [twice]);
    let (history, mut end) = good();
    end.transactions[2].push(hash(50));
    let twice = Violation::TransactionTwice { transaction: hash(50), heights: vec![2, 2] };
    assert_eq!(history.check(&end), [twice]);
}

#[test]
fn another_state_of_the_same_height_is_found() {
    let (history, mut end) = good();
    end.ledgers[1].blocks[2].state_root = hash(7);
    assert_eq!(history.check(&end), [Violation::OtherState { node: 1, height: 2 }]);
}

#[test]
fn another_block_of_the_same_height_is_found() {
    let (history, mut end) = good();
    end.ledgers[1].blocks[3].hash = hash(7);
    assert_eq!(history.check(&end), [Violation::OtherState { node: 1, height: 3 }]);
}

#[test]
fn money_from_nowhere_and_money_lost_is_found() {
    for (issuance, accounts) in [(1_001, 1_001), (999, 999)] {
        let (history, mut end) = good();
        let money = Money { height: 3, issuance, accounts };
        end.ledgers[1].money = money;
        assert_eq!(history.check(&end), [Violation::IssuanceChanged { node: 1, money, before: 1_000 }]);
    }
    for accounts in [999, 1_001] {
        let (history, mut end) = good();
        let money = Money { height: 3, issuance: 1_000, accounts };
        end.ledgers[0].money = money;
        assert_eq!(history.check(&end), [Violation::MoneyAstray { node: 0, money }]);
    }
}

#[test]
fn a_history_in_which_nothing_happened_proves_nothing() {
    let (history, end) = good();
    let silent = History { finals: Vec::new(), ..history.clone() };
    assert_eq!(silent.check(&end), [Violation::Nothing("final block that a node told of")]);
    let idle = History { reports: vec![told(0, Told::InBlock(hash(2)))], ..history.clone() };
    assert_eq!(idle.check(&end), [Violation::Nothing("transaction that a node reported final")]);
    let none = End { ledgers: Vec::new(), ..end };
    assert_eq!(history.check(&none), [Violation::Nothing("final block in the end")]);
}

#[test]
fn violations_say_what_and_where() {
    let violation = Violation::TwoFinal { height: 2, one: (0, hash(2)), other: (1, hash(9)) };
    let text = violation.to_string();
    assert!(text.contains("height 2") && text.contains("node 1") && text.contains("0909"), "{text}");
}
