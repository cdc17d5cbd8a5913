//! Reviews, with those that were removed.

use std::collections::{BTreeMap, BTreeSet};

use codec::Encode;
use medshare_types::{AccountId, Moment, Review, ReviewState, Subject, Verdict};
use sqlx::{AnyConnection, Row, any::AnyRow};

use crate::{
    Decided, Result, ReviewItem, ReviewKind,
    rows::bytes,
    store::{Value, body, int, maybe_number, number, statement, upsert},
};

/// A review.
#[derive(Clone)]
pub struct ReviewRow {
    pub id: i64,
    pub subject: Subject,
    pub review: Review<AccountId>,
    pub decided: Option<Moment>,
    pub removed: bool,
    /// When whose key was delivered.
    pub(super) keyed: BTreeMap<AccountId, Moment>,
    /// Who was seen on the panel.
    seen: BTreeSet<AccountId>,
}

impl ReviewRow {
    pub const COLUMNS: &str = "id, subject, decided, removed, keyed, body";

    pub fn new(id: i64, subject: Subject, review: Review<AccountId>) -> Self {
        Self {
            id,
            subject,
            review,
            decided: None,
            removed: false,
            keyed: BTreeMap::new(),
            seen: BTreeSet::new(),
        }
    }

    /// What the review is after a block.
    pub fn become_(&mut self, review: &Review<AccountId>, time: Moment) {
        for seat in &review.panel {
            self.seen.insert(seat.auditor.clone());
            if seat.sealed.is_some() {
                self.keyed.entry(seat.auditor.clone()).or_insert(time);
            }
        }
        match review.state {
            ReviewState::Drawing { .. } | ReviewState::Open => self.decided = None,
            _ => self.decided = self.decided.or(Some(time)),
        }
        self.review = review.clone();
        self.removed = false;
    }

    pub async fn load(
        connection: &mut AnyConnection,
        subjects: BTreeSet<Vec<u8>>,
    ) -> Result<BTreeMap<Vec<u8>, Self>> {
        let mut rows = BTreeMap::new();
        for subject in subjects {
            let select = format!("SELECT {} FROM reviews WHERE subject = $1", Self::COLUMNS);
            if let Some(row) =
                statement(select, [Value::Bytes(subject.clone())]).fetch_optional(&mut *connection).await?
            {
                rows.insert(subject, Self::read(&row)?);
            }
        }
        Ok(rows)
    }

    /// Reads [`Self::COLUMNS`].
    pub fn read(row: &AnyRow) -> Result<Self> {
        Ok(Self {
            id: row.try_get(0)?,
            subject: body(row, 1)?,
            decided: maybe_number(row, 2)?,
            removed: number::<i64>(row, 3)? != 0,
            keyed: body(row, 4)?,
            review: body(row, 5)?,
            seen: BTreeSet::new(),
        })
    }

    pub async fn write(connection: &mut AnyConnection, rows: BTreeMap<Vec<u8>, Self>) -> Result<()> {
        let seats: Vec<Vec<Value>> = rows
            .values()
            .flat_map(|row| {
                row.seen.iter().map(|auditor| vec![Value::Bytes(bytes(auditor)), Value::Int(row.id)])
            })
            .collect();
        upsert(connection, "seats", &["auditor", "review"], 2, seats).await?;
        let rows = rows.into_iter().map(|(subject, row)| {
            vec![
                Value::Int(row.id),
                Value::Bytes(subject),
                Value::Int(kind_of_subject(&row.subject) as i64),
                row.review.record.into(),
                Value::Bytes(bytes(&row.review.holder)),
                Value::MaybeInt(row.decided.map(int)),
                Value::Int(row.removed.into()),
                Value::Bytes(row.keyed.encode()),
                Value::Bytes(row.review.encode()),
            ]
        });
        let columns = ["id", "subject", "kind", "record", "holder", "decided", "removed", "keyed", "body"];
        upsert(connection, "reviews", &columns, 1, rows.collect()).await?;
        Ok(())
    }

    pub fn item(self) -> ReviewItem {
        let verdict = match &self.review.state {
            ReviewState::Decided(Verdict::Approve) => "Approve",
            ReviewState::Decided(Verdict::Reject) => "Reject",
            ReviewState::Lapsed => "Lapsed",
            ReviewState::Split => "Split",
            _ => "Dissolved",
        };
        ReviewItem {
            subject: self.subject,
            decided: self.decided.map(|moment| Decided { verdict: verdict.into(), moment }),
            content: self.review,
        }
    }
}

/// What a review is about.
pub fn kind_of_subject(subject: &Subject) -> ReviewKind {
    match subject {
        Subject::Record { .. } => ReviewKind::Record,
        Subject::Claim { .. } => ReviewKind::Claim,
    }
}
