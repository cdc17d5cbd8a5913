//! How far the index has got, and why it does not answer where it does not.

use medshare_indexer::At;
use medshare_types::BlockNumber;
use schemars::JsonSchema;
use serde::Serialize;

/// How far the index has got.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is at the final block, or will be in a moment.
    Following,
    /// It is being opened, or made from older blocks.
    Rebuilding,
    /// It cannot go on.
    Stopped,
}

/// What is known of the index without asking it.
#[derive(Clone, PartialEq, Debug)]
pub struct Status {
    /// How far it has got.
    pub state: State,
    /// Why it has stopped.
    pub error: Option<String>,
    /// The last block in it.
    pub head: Option<At>,
    /// Whether it has stopped for good, because this node cannot keep one, and nobody asked it to.
    pub unkept: bool,
}

impl Status {
    /// Of an index that was not opened yet.
    pub fn unopened() -> Self {
        Self { state: State::Rebuilding, error: None, head: None, unkept: false }
    }

    /// Why the index does not answer, if it does not, while the node's final block has this number.
    pub fn unanswered(&self, finalised: BlockNumber) -> Option<Unanswered> {
        let at = self.head.map(|head| head.number);
        let reason = || self.error.clone().unwrap_or_default();
        match (self.state, at) {
            (State::Stopped, _) if self.unkept => Some(Unanswered::Unkept { reason: reason() }),
            (State::Stopped, at) => Some(Unanswered::Stopped { at, reason: reason() }),
            (State::Rebuilding, at) | (State::Following, at @ None) => {
                Some(Unanswered::Behind { at, finalised })
            }
            (State::Following, Some(_)) => None,
        }
    }
}

/// Why the index does not answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unanswered {
    /// It has not got to the final blocks yet, or the node has not got to the index.
    Behind {
        /// Where it is; nowhere if it is empty or was not opened yet.
        at: Option<BlockNumber>,
        /// Where the final block is.
        finalised: BlockNumber,
    },
    /// It cannot go on.
    Stopped {
        /// Where it is; nowhere if it is empty or cannot be opened.
        at: Option<BlockNumber>,
        /// Why.
        reason: String,
    },
    /// This node cannot keep one.
    Unkept {
        /// Why.
        reason: String,
    },
    /// The blocks that are not final cannot be put on top of it now.
    Unsettled {
        /// Where it is.
        at: BlockNumber,
        /// Why.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use medshare_types::Hash;

    use super::*;

    #[test]
    fn only_what_follows_answers() {
        let head = Some(At { number: 5, hash: Hash::zero(), time: 0, is_final: true });
        let following = Status { state: State::Following, head, ..Status::unopened() };
        assert_eq!(following.unanswered(6), None);
        assert_eq!(Status::unopened().unanswered(6), Some(Unanswered::Behind { at: None, finalised: 6 }));
        let behind = Status { state: State::Rebuilding, ..following.clone() };
        assert_eq!(behind.unanswered(900), Some(Unanswered::Behind { at: Some(5), finalised: 900 }));
        let stopped = Status { state: State::Stopped, error: Some("it is damaged".into()), ..following };
        let reason = "it is damaged".to_owned();
        assert_eq!(stopped.unanswered(6), Some(Unanswered::Stopped { at: Some(5), reason: reason.clone() }));
        let unkept = Status { unkept: true, ..stopped };
        assert_eq!(unkept.unanswered(6), Some(Unanswered::Unkept { reason }));
    }
}
