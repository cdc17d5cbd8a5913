//! What keeps the index from going on, and when it is tried again.

use std::time::Duration;

use medshare_indexer::Error as IndexError;

use super::read::Unread;

/// How long to wait after the first setback of those that pass; each further one in a row doubles it.
const FIRST: Duration = Duration::from_secs(5);

/// How long to wait at most after those.
const LONGEST: Duration = Duration::from_secs(60);

/// How long to wait where somebody has to do something first. It costs nothing to look whether it was done.
const LASTING: Duration = Duration::from_secs(300);

/// What to do about each of them.
const RUNBOOK: &str = "docs/runbooks/index-stopped.md";

const SILENT: &str = "its database does not answer or failed; the node's log says how";

/// Of what kind a setback is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It passes: a database is not there, is full or busy, a disk failed once.
    Passing,
    /// Somebody has to do something.
    Lasting,
    /// The node no longer has what the index would be made of, and never gets it again.
    Gone,
}

/// What keeps the index from going on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setback {
    /// Of what kind it is.
    pub kind: Kind,
    /// What everybody may know of it.
    pub told: String,
    /// What is only for the log: what databases say may have in it how they are reached.
    pub detail: Option<String>,
}

impl Setback {
    fn new(kind: Kind, told: impl Into<String>) -> Self {
        Self { kind, told: told.into(), detail: None }
    }

    /// The database says nothing.
    pub fn silent(patience: Duration) -> Self {
        Self {
            detail: Some(format!("no answer within {} s", patience.as_secs())),
            ..Self::new(Kind::Passing, SILENT)
        }
    }

    /// With what is only for the log.
    pub fn in_full(&self) -> String {
        match &self.detail {
            Some(detail) => format!("{} ({detail})", self.told),
            None => self.told.clone(),
        }
    }

    /// What the log says of it: all of it, when it is tried again, and where it stands what to do.
    pub fn for_the_log(&self, pause: Duration) -> String {
        let seconds = pause.as_secs();
        format!("{}; it is tried again in {seconds} s; {RUNBOOK} says what to do", self.in_full())
    }

    /// A fault of this program's.
    pub fn panicked(said: String) -> Self {
        Self {
            kind: Kind::Passing,
            told: "a fault in this program, which its developers should be told of with what the node's log says".into(),
            detail: Some(said),
        }
    }
}

impl From<IndexError> for Setback {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Database(_) | IndexError::Unreachable { .. } => {
                Self { kind: Kind::Passing, told: SILENT.into(), detail: Some(error.details()) }
            }
            // Where the last commit was lost sight of, the index is further than was known; where another node writes, it may
            // be the one that is just ending.
            IndexError::NotNext { .. }
            | IndexError::Busy
            | IndexError::TooLong { .. }
            | IndexError::Unsettled => Self::new(Kind::Passing, error.to_string()),
            // What is at the address is not for everybody.
            IndexError::Address(_) => Self::new(
                Kind::Lasting,
                "the address of the index names no database: write sqlite:PATH or postgres://USER@HOST/DATABASE",
            ),
            error => {
                let (told, details) = (error.to_string(), error.details());
                Self { detail: (details != told).then_some(details), ..Self::new(Kind::Lasting, told) }
            }
        }
    }
}

impl From<Unread> for Setback {
    fn from(error: Unread) -> Self {
        let told = error.to_string();
        match error {
            Unread::Pruned(_) | Unread::Missing(_) => Self::new(Kind::Gone, told),
            Unread::Form { .. } => Self::new(Kind::Lasting, told),
            Unread::Failed(_, reason) => Self { kind: Kind::Passing, told, detail: Some(reason) },
        }
    }
}

impl From<sp_blockchain::Error> for Setback {
    fn from(error: sp_blockchain::Error) -> Self {
        Self {
            kind: Kind::Passing,
            told: "the node's database failed; the node's log says how".into(),
            detail: Some(error.to_string()),
        }
    }
}

/// The setbacks since the index last went on.
#[derive(Default)]
pub struct Row {
    count: u32,
    last: Option<Setback>,
}

impl Row {
    /// Takes in another one. Gives how long to wait, and whether it is another one than the last, which the log has to say.
    pub fn add(&mut self, setback: &Setback) -> (Duration, bool) {
        let doubled = FIRST.saturating_mul(2u32.saturating_pow(self.count)).min(LONGEST);
        self.count = self.count.saturating_add(1);
        let new = self.last.as_ref() != Some(setback);
        self.last = Some(setback.clone());
        (if setback.kind == Kind::Passing { doubled } else { LASTING }, new)
    }

    /// How many they are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// It went on.
    pub fn over(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use medshare_runtime::VERSION;

    use super::*;

    #[test]
    fn what_passes_is_tried_again_soon_and_then_less_often() {
        let mut row = Row::default();
        let setback = Setback::from(IndexError::Busy);
        let seconds: Vec<u64> = (0..6).map(|_| row.add(&setback).0.as_secs()).collect();
        assert_eq!(seconds, [5, 10, 20, 40, 60, 60]);
        for _ in 0..100 {
            assert_eq!(row.add(&setback).0, LONGEST);
        }
        row.over();
        assert_eq!((row.count(), row.add(&setback).0.as_secs()), (0, 5));
    }

    #[test]
    fn the_log_says_what_failed_when_it_is_tried_again_and_where_what_to_do_is() {
        let setback = Setback::from(Unread::Failed(7, "a disk error".into()));
        let told = setback.for_the_log(Duration::from_secs(20));
        for part in [setback.told.as_str(), "(a disk error)", "in 20 s", RUNBOOK] {
            assert!(told.contains(part), "`{part}` is not in `{told}`");
        }
        let runbook = include_str!("../../../docs/runbooks/index-stopped.md").replace('\n', " ");
        assert!(runbook.to_lowercase().contains("its database does not answer or failed"));
        assert_eq!(Setback::from(IndexError::Busy).in_full(), IndexError::Busy.to_string());
    }

    #[test]
    fn the_log_is_told_of_each_once() {
        let mut row = Row::default();
        let (one, other) = (Setback::from(IndexError::Busy), Setback::from(Unread::Pruned(7)));
        let new: Vec<bool> =
            [&one, &one, &other, &other, &one].into_iter().map(|setback| row.add(setback).1).collect();
        assert_eq!(new, [true, false, true, false, true]);
    }

    #[test]
    fn passing_faults_are_told_from_lasting_ones() {
        let form = Unread::Form { spec_version: VERSION.spec_version + 1, what: "Records.Versions".into() };
        let setbacks: [(Setback, Kind); 7] = [
            (Unread::Failed(7, "a disk error".into()).into(), Kind::Passing),
            (sp_blockchain::Error::Backend("a disk error".into()).into(), Kind::Passing),
            (Setback::panicked("an index".into()), Kind::Passing),
            (IndexError::Damaged("a row".into()).into(), Kind::Lasting),
            (form.into(), Kind::Lasting),
            (Unread::Pruned(7).into(), Kind::Gone),
            (Unread::Missing("7".into()).into(), Kind::Gone),
        ];
        for (setback, kind) in setbacks {
            assert_eq!(setback.kind, kind, "{setback:?}");
        }
        assert_eq!(Row::default().add(&Unread::Pruned(7).into()).0, LASTING);
    }

    #[tokio::test]
    async fn what_a_database_says_is_for_the_log_alone() {
        let address = "sqlite:/no-such-folder/secret.sqlite";
        let unopened = medshare_indexer::Index::open(address, medshare_types::Hash::zero()).await;
        let unopened = Setback::from(unopened.err().expect("there is no such folder"));
        assert_eq!(unopened.kind, Kind::Passing);
        assert!(!unopened.told.contains("folder") && unopened.detail.is_some(), "{unopened:?}");
        let address = IndexError::Address("mysql://me:secret@host/x".into());
        assert!(!format!("{:?}", Setback::from(address)).contains("secret"));
        for setback in [
            Setback::from(Unread::Failed(7, "secret".into())),
            Setback::from(sp_blockchain::Error::Backend("secret".into())),
            Setback::panicked("secret".into()),
        ] {
            assert!(!setback.told.contains("secret"), "{setback:?}");
            assert!(setback.detail.is_some_and(|detail| detail.contains("secret")));
        }
    }
}
