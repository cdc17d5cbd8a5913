//! How auditors work, in numbers that are kept up with each block.

use std::collections::BTreeMap;

use codec::{Decode, Encode};
use medshare_types::{AccountId, CreditEvent, ReviewState, Subject, Verdict};
use sqlx::AnyConnection;

use crate::{
    AuditorItem, Result,
    rows::{ReviewRow, bytes},
    store::{Value, body, int, statement, upsert},
};

/// What an auditor did, in numbers.
#[derive(Clone, Copy, PartialEq, Debug, Default, Encode, Decode)]
pub struct Tally {
    approvals: i64,
    rejections: i64,
    rulings: i64,
    missed: i64,
    overturned: i64,
    /// Votes for which the delivery of the key is known, and the milliseconds from then to the vote, summed.
    answered: i64,
    response: i64,
    /// Votes in decided reviews, and those of them that agree with the decision.
    decided: i64,
    agreed: i64,
    open: i64,
}

impl Tally {
    fn fields(&mut self) -> [&mut i64; 10] {
        [
            &mut self.approvals,
            &mut self.rejections,
            &mut self.rulings,
            &mut self.missed,
            &mut self.overturned,
            &mut self.answered,
            &mut self.response,
            &mut self.decided,
            &mut self.agreed,
            &mut self.open,
        ]
    }

    fn add(&mut self, mut other: Self, times: i64) {
        for (field, more) in self.fields().into_iter().zip(other.fields()) {
            *field += *more * times;
        }
    }

    /// As it is answered.
    #[expect(clippy::cast_precision_loss, reason = "a share of numbers of votes")]
    pub fn item(self, auditor: AccountId) -> AuditorItem {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let share = |part: i64, whole: i64| (whole > 0).then(|| part as f64 / whole as f64);
        let reviews = self.approvals + self.rejections;
        AuditorItem {
            auditor,
            votes: count(reviews + self.rulings),
            approvals: count(self.approvals),
            rejections: count(self.rejections),
            rulings: count(self.rulings),
            accepted_share: share(self.approvals, reviews),
            missed: count(self.missed),
            mean_response_ms: (self.answered > 0).then(|| count(self.response / self.answered)),
            agreement_share: share(self.agreed, self.decided),
            overturned: count(self.overturned),
            open_seats: count(self.open),
        }
    }
}

/// What changes in what auditors did.
#[derive(Default)]
pub struct Tallies(BTreeMap<AccountId, Tally>);

impl Tallies {
    fn add(&mut self, auditor: &AccountId, tally: Tally, times: i64) {
        self.0.entry(auditor.clone()).or_default().add(tally, times);
    }

    /// A credit event.
    pub fn note(&mut self, account: &AccountId, event: CreditEvent) {
        match event {
            CreditEvent::AuditMissed => self.add(account, Tally { missed: 1, ..Tally::default() }, 1),
            CreditEvent::AuditOverturned => self.add(account, Tally { overturned: 1, ..Tally::default() }, 1),
            _ => {}
        }
    }

    /// What a review says of its panel, so many times: once less as it was, once more as it is.
    pub fn review(&mut self, row: &ReviewRow, times: i64) {
        for seat in &row.review.panel {
            let mut tally = Tally::default();
            match &seat.vote {
                Some(vote) => {
                    match (&row.subject, vote.verdict) {
                        (Subject::Record { .. }, Verdict::Approve) => tally.approvals = 1,
                        (Subject::Record { .. }, Verdict::Reject) => tally.rejections = 1,
                        (Subject::Claim { .. }, _) => tally.rulings = 1,
                    }
                    if let Some(keyed) = row.keyed.get(&seat.auditor) {
                        tally.answered = 1;
                        tally.response = int(vote.at.saturating_sub(*keyed));
                    }
                    if let ReviewState::Decided(verdict) = row.review.state {
                        tally.decided = 1;
                        tally.agreed = (verdict == vote.verdict).into();
                    }
                }
                None => tally.open = (row.decided.is_none() && !row.removed).into(),
            }
            self.add(&seat.auditor, tally, times);
        }
    }

    /// Adds it to what is known.
    ///
    /// How many auditors are new.
    pub async fn write(self, connection: &mut AnyConnection) -> Result<u64> {
        let mut rows = Vec::new();
        let mut new = 0;
        for (account, change) in self.0 {
            let key = bytes(&account);
            let select = "SELECT body FROM auditors WHERE account = $1".to_owned();
            let known =
                statement(select, [Value::Bytes(key.clone())]).fetch_optional(&mut *connection).await?;
            new += u64::from(known.is_none());
            let mut tally: Tally = known.map(|row| body(&row, 0)).transpose()?.unwrap_or_default();
            tally.add(change, 1);
            rows.push(vec![Value::Bytes(key), Value::Bytes(tally.encode())]);
        }
        upsert(connection, "auditors", &["account", "body"], 1, rows).await?;
        Ok(new)
    }
}
