//! What was seen of a chain while things went wrong, and whether that can be the history of one chain.
//!
//! Here is no network: what nodes said comes in, what is wrong with it comes out. So a test of the checker can give it
//! every history that must never be.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
};

use medshare_types::{Balance, BlockNumber, Hash};

/// What a node told about a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// It is in this block.
    InBlock(Hash),
    /// That block is not part of the chain any more.
    Retracted(Hash),
    /// It is in this block, which is final.
    Final(Hash),
    /// It will not get into a block: the node's word for it.
    Gone(&'static str),
}

/// A node's report about a transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// The node.
    pub node: usize,
    /// The transaction's hash.
    pub transaction: Hash,
    /// What became of it.
    pub told: Told,
}

/// A block that a node called final.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Final {
    /// The node.
    pub node: usize,
    /// The block's height.
    pub height: BlockNumber,
    /// Its hash.
    pub hash: Hash,
}

/// What was seen, in the order in which it was.
#[derive(Clone, Default, Debug)]
pub struct History {
    /// Every transaction that a node took, with what it is.
    pub submitted: BTreeMap<Hash, String>,
    /// What nodes told about them.
    pub reports: Vec<Report>,
    /// Which blocks nodes called final.
    pub finals: Vec<Final>,
}

/// A block as a node has it in the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// Its hash.
    pub hash: Hash,
    /// The root of the state after it.
    pub state_root: Hash,
}

/// All of a node's money at one final block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
    /// The block's height.
    pub height: BlockNumber,
    /// What the chain says is there.
    pub issuance: Balance,
    /// What accounts have, free and held.
    pub accounts: Balance,
}

/// What a node has in the end.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The node.
    pub node: usize,
    /// Its final blocks, from the first one on.
    pub blocks: Vec<Block>,
    /// The money in its state.
    pub money: Money,
}

/// How it ended.
#[derive(Clone, Debug)]
pub struct End {
    /// Each node's ledger.
    pub ledgers: Vec<Ledger>,
    /// The transactions of each final block of the first ledger, inherents included, by height.
    pub transactions: Vec<Vec<Hash>>,
    /// The money that there was in the beginning. None was issued or burnt since.
    pub issuance: Balance,
}

/// Something that must never be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Violation {
    /// Two different blocks of one height were called final.
    TwoFinal {
        /// The height.
        height: BlockNumber,
        /// Who called the one final, and which.
        one: (usize, Hash),
        /// Who called the other final, and which.
        other: (usize, Hash),
    },
    /// A block that was called final is not in the chain in the end.
    FinalUndone(Final),
    /// A transaction that was reported final is not in that block.
    TransactionUndone(Report),
    /// A transaction is in the chain more than once.
    TransactionTwice {
        /// The transaction.
        transaction: Hash,
        /// In which blocks.
        heights: Vec<BlockNumber>,
    },
    /// A node has another state than the first ledger's.
    OtherState {
        /// The node.
        node: usize,
        /// Where.
        height: BlockNumber,
    },
    /// There is more or less money than in the beginning.
    IssuanceChanged {
        /// Where.
        node: usize,
        /// What there is.
        money: Money,
        /// What there was.
        before: Balance,
    },
    /// Accounts have more or less than there is.
    MoneyAstray {
        /// Where.
        node: usize,
        /// What there is.
        money: Money,
    },
    /// There was nothing to check.
    Nothing(&'static str),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TwoFinal { height, one, other } => write!(
                f,
                "two final blocks of height {height}: {:?} at node {}, {:?} at node {}",
                one.1, one.0, other.1, other.0
            ),
            Self::FinalUndone(Final { node, height, hash }) => {
                write!(f, "node {node} called block {height}, {hash:?}, final, and it is not in the chain")
            }
            Self::TransactionUndone(Report { node, transaction, told }) => {
                write!(f, "node {node} told of transaction {transaction:?}: {told:?}, and it is not there")
            }
            Self::TransactionTwice { transaction, heights } => {
                write!(f, "transaction {transaction:?} is in the blocks {heights:?}")
            }
            Self::OtherState { node, height } => {
                write!(f, "node {node} has another block or state at height {height} than others")
            }
            Self::IssuanceChanged { node, money, before } => {
                write!(f, "the chain began with {before} units of money; node {node} has {money:?}")
            }
            Self::MoneyAstray { node, money } => {
                write!(f, "accounts do not add up to what there is: node {node} has {money:?}")
            }
            Self::Nothing(what) => write!(f, "there is nothing to check: no {what}"),
        }
    }
}

impl History {
    /// How many transactions some node reported final.
    pub fn finalised(&self) -> usize {
        let all = self.reports.iter().filter(|report| matches!(report.told, Told::Final(_)));
        all.map(|report| report.transaction).collect::<BTreeSet<_>>().len()
    }

    /// How often a block with a transaction in it was taken back.
    pub fn retracted(&self) -> usize {
        self.reports.iter().filter(|report| matches!(report.told, Told::Retracted(_))).count()
    }

    /// Everything that cannot have been in one chain. An empty history is not a good one: it proves nothing.
    pub fn check(&self, end: &End) -> Vec<Violation> {
        let mut violations = self.two_final();
        let Some(chain) = end.ledgers.first().filter(|ledger| ledger.blocks.len() > 1) else {
            violations.push(Violation::Nothing("final block in the end"));
            return violations;
        };
        if self.finals.is_empty() {
            violations.push(Violation::Nothing("final block that a node told of"));
        }
        if self.finalised() == 0 {
            violations.push(Violation::Nothing("transaction that a node reported final"));
        }
        let undone =
            |last: &Final| chain.blocks.get(last.height as usize).is_none_or(|block| block.hash != last.hash);
        let mut told = BTreeSet::new();
        for last in self.finals.iter().filter(|last| undone(last)) {
            if told.insert((last.node, last.height, last.hash)) {
                violations.push(Violation::FinalUndone(*last));
            }
        }
        violations.extend(self.transactions(chain, &end.transactions));
        for ledger in &end.ledgers {
            violations.extend(states(chain, ledger));
            violations.extend(money(ledger, end.issuance));
        }
        violations
    }

    fn two_final(&self) -> Vec<Violation> {
        let mut first: BTreeMap<BlockNumber, Final> = BTreeMap::new();
        let mut violations = Vec::new();
        for last in &self.finals {
            let one = *first.entry(last.height).or_insert(*last);
            if one.hash != last.hash {
                let violation = Violation::TwoFinal {
                    height: last.height,
                    one: (one.node, one.hash),
                    other: (last.node, last.hash),
                };
                if !violations.contains(&violation) {
                    violations.push(violation);
                }
            }
        }
        violations
    }

    fn transactions(&self, chain: &Ledger, contents: &[Vec<Hash>]) -> Vec<Violation> {
        let mut places: HashMap<Hash, Vec<BlockNumber>> = HashMap::new();
        for (height, transactions) in (0..).zip(contents) {
            for transaction in transactions {
                places.entry(*transaction).or_default().push(height);
            }
        }
        let mut violations: Vec<Violation> = places
            .iter()
            .filter(|(_, heights)| heights.len() > 1)
            .map(|(transaction, heights)| Violation::TransactionTwice {
                transaction: *transaction,
                heights: heights.clone(),
            })
            .collect();
        let is_in = |transaction: &Hash, block: &Hash| {
            places.get(transaction).is_some_and(|heights| {
                heights.iter().any(|height| {
                    chain.blocks.get(*height as usize).is_some_and(|found| found.hash == *block)
                })
            })
        };
        for report in &self.reports {
            if let Told::Final(block) = &report.told
                && !is_in(&report.transaction, block)
            {
                violations.push(Violation::TransactionUndone(report.clone()));
            }
        }
        violations
    }
}

/// Where a ledger differs from the first one, as far as both go: one difference says enough.
fn states(chain: &Ledger, ledger: &Ledger) -> Option<Violation> {
    let pairs = (0..).zip(chain.blocks.iter().zip(&ledger.blocks));
    let (height, _) = pairs.into_iter().find(|(_, (ours, theirs))| ours != theirs)?;
    Some(Violation::OtherState { node: ledger.node, height })
}

fn money(ledger: &Ledger, before: Balance) -> Vec<Violation> {
    let Ledger { node, money, .. } = *ledger;
    let mut violations = Vec::new();
    if money.issuance != before {
        violations.push(Violation::IssuanceChanged { node, money, before });
    }
    if money.accounts != money.issuance {
        violations.push(Violation::MoneyAstray { node, money });
    }
    violations
}

#[cfg(test)]
mod tests;
