//! What an agent tells.

use std::time::Duration;

use medshare_types::Moment;

use super::{Task, Waiting};
use crate::{Error, Outcome, chain::BlockId};

/// What the agent tells.
#[derive(Debug)]
pub enum Notice {
    /// It is connected, and this block is final.
    Connected(BlockId),
    /// It did something.
    Done(Task, Box<Outcome>),
    /// It failed, and there is no more need for it: somebody else did it in the meantime (another agent of the same account,
    /// its owner by hand, a transaction that was sent before a restart), or its time is over.
    Overtaken(Task),
    /// The chain refused something; it is tried again after the pause, and told again if it is refused for another
    /// reason. Before it is sent again, it is rehearsed.
    Refused(Task, Error, Duration),
    /// Something failed and is tried again after the pause, and told again if it fails for another reason: that what is sent
    /// anew has another hash is none.
    Failed(Task, Error, Duration),
    /// Something waits for a person. Told when it is first seen, and once more when little time is left for it.
    Asked(Box<Waiting>),
    /// It goes by something new from now on.
    Renewed(&'static str),
    /// Something new could not be read.
    Unreadable(String),
    /// It has looked at the chain and done what there was to do.
    Looked(Status),
    /// The node went away; the agent tries again after the pause.
    Disconnected(Error, Duration),
}

/// How things stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// The final block that it looked at.
    pub block: BlockId,
    /// That block's chain time (ms).
    pub time: Moment,
    /// How many things it did since it was started.
    pub done: u64,
    /// What waits for a person.
    pub waiting: Vec<Waiting>,
    /// What fails and is tried again, with the reason.
    pub failing: Vec<(Task, String)>,
}
